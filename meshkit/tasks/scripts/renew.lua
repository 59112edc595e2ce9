-- Renews the lease. KEYS: all of the task. ARGV: fence, lease in ms.
-- Answers {held 0|1, cancel requested 0|1, pause requested 0|1}.
if not holds(ARGV[1]) then return {0, 0, 0} end
redis.call('HSET', KEYS[1], 'lease_until', now_ms() + ARGV[2])
local asked = redis.call('HMGET', KEYS[1], 'cancel_requested', 'pause_requested')
return {1, asked[1] and 1 or 0, asked[2] and 1 or 0}
