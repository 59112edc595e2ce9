-- Makes a delivery pending again, with the time for retries beginning anew. KEYS: the delivery. ARGV: webhook id.
-- Answers "replayed", or "missing", or "pending" when it is being tried already.
local held = redis.call('HMGET', KEYS[1], 'id', 'status')
if held[1] ~= ARGV[1] then return 'missing' end
if held[2] == 'pending' then return 'pending' end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'status', 'pending', 'next_attempt_at', now, 'retry_from', now, 'tries', 0, 'lease_until', 0)
redis.call('HDEL', KEYS[1], 'completed_at')
return 'replayed'
