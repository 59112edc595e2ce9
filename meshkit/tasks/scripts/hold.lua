-- Gives a running task back: paused on request, or queued again. KEYS: record, events.
-- ARGV: fence, status ("paused" or "queued"), message. Answers 1, or 0 when the writer no longer holds the task.
if not holds(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'status', ARGV[2], 'current_step', ARGV[3])
redis.call('HDEL', KEYS[1], 'holder', 'lease_until', 'pause_requested')
emit(now_ms(), ARGV[2], '', ARGV[3], '')
return 1
