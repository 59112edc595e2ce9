-- Writes what became of an attempt. KEYS: the delivery.
-- ARGV: webhook id, fence, status, attempts, ms of the next attempt or '' when there is none.
-- Answers 1, or 0 when somebody else holds the delivery by now or this outcome has been written already.
local held = redis.call('HMGET', KEYS[1], 'id', 'fence', 'status')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] or held[3] ~= 'pending' then return 0 end
redis.call('HINCRBY', KEYS[1], 'fence', 1)
redis.call('HINCRBY', KEYS[1], 'attempt_count', 1)
redis.call('HINCRBY', KEYS[1], 'tries', 1)
redis.call('HSET', KEYS[1], 'status', ARGV[3], 'attempts', ARGV[4], 'lease_until', 0)
if ARGV[5] ~= '' then
  redis.call('HSET', KEYS[1], 'next_attempt_at', ARGV[5])
else
  local time = redis.call('TIME')
  redis.call('HSET', KEYS[1], 'completed_at', time[1] * 1000 + math.floor(time[2] / 1000))
  redis.call('HDEL', KEYS[1], 'next_attempt_at')
end
return 1
