-- Writes a task's record once. KEYS: record, events, input. ARGV: input, message, then field, value, …
-- Answers the time of creation in ms, or 0 when the task exists already.
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local now = now_ms()
redis.call('HSET', KEYS[1], 'status', 'queued', 'progress', 0, 'events', 0, 'fence', 0, 'attempt', 0,
  'created_at', now, 'current_step', ARGV[2], unpack(ARGV, 3))
redis.call('SET', KEYS[3], ARGV[1])
emit(now, 'queued', '', ARGV[2], '')
return now
