-- Extends a lease on the queue. KEYS: waiting and leased of the tenant. ARGV: task, lease in ms.
-- Answers the time at which it ends.
local time = redis.call('TIME')
local at = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2]
redis.call('ZADD', KEYS[1], 'XX', at, ARGV[1])
redis.call('ZADD', KEYS[2], 'XX', at, ARGV[1])
return at
