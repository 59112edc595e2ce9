-- Writes a task's record once. KEYS: all of the task. ARGV: now in ms, input, message, then field, value, …
-- Answers 1, or 0 when the task exists already.
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'status', 'queued', 'progress', 0, 'events', 0, 'fence', 0, 'attempt', 0,
  'created_at', ARGV[1], 'current_step', ARGV[3], unpack(ARGV, 4))
redis.call('SET', KEYS[3], ARGV[2])
emit(ARGV[1], 'queued', '', ARGV[3], '')
save(ARGV[1])
return 1
