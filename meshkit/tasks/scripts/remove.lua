-- Takes a task off the queue if nobody has given it another time meanwhile.
-- KEYS: waiting and leased of the tenant, how many places all tenants have. ARGV: task, its time as the caller knows it.
-- Answers 1 or 0.
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or -1) ~= tonumber(ARGV[2]) then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
-- With the last place, and where nobody has counted, the count goes too: the next task has it counted anew.
if redis.call('DECR', KEYS[3]) <= 0 then redis.call('DEL', KEYS[3]) end
return 1
