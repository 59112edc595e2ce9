-- Gives a running task back: paused if its owner (still) asks for that, else queued again. KEYS: record, events.
-- ARGV: fence, message of a queued task. Answers the new status, or 0 when the writer no longer holds the task.
if not holds(ARGV[1]) then return 0 end
local paused = get('pause_requested')
local status, message = paused and 'paused' or 'queued', paused and 'Paused' or ARGV[2]
redis.call('HSET', KEYS[1], 'status', status, 'current_step', message)
redis.call('HDEL', KEYS[1], 'holder', 'lease_until', 'pause_requested')
emit(now_ms(), status, '', message, '')
return status
