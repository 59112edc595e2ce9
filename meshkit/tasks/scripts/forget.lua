-- Forgets a dead letter unless its task has died again meanwhile. KEYS: the letters.
-- ARGV: task, when it died as the caller knows it. Answers 1 or 0.
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or -1) ~= tonumber(ARGV[2]) then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])
