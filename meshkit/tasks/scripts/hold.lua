-- Gives a running task back: paused if its owner (still) asks for that, else queued again. KEYS: all of the task.
-- ARGV: fence, sequence, message of a queued task, then notes.
-- Answers the new status, or 0 when the writer no longer holds the task.
if repeated(ARGV[1], ARGV[2]) then return get('status') end
if not holds(ARGV[1]) then return 0 end
local now = now_ms()
local status = get('pause_requested') and 'paused' or 'queued'
local message = status == 'paused' and 'Paused' or ARGV[3]
set('sequence', ARGV[2])
write_notes(now, 4)
set('status', status)
set('current_step', message)
set('idle_since', now)
emit(now, status, '', message, '')
save(now)
redis.call('HDEL', KEYS[1], 'holder', 'lease_until', 'pause_requested')
return status
