-- Gives a running task back: paused if its owner (still) asks for that, else queued again. KEYS: all of the task.
-- ARGV: fence, sequence, message of a queued task, for how long it is to be left alone in ms, then notes.
-- Answers the new status, or 0 when the writer no longer holds the task.
if repeated(ARGV[1], ARGV[2]) then return get('status') end
if not holds(ARGV[1]) then return 0 end
local now = now_ms()
local status = get('pause_requested') and 'paused' or 'queued'
local alone = tonumber(ARGV[4])
set('sequence', ARGV[2])
write_notes(now, 5)
if status == 'paused' then
  pause(now)
else
  set('status', status)
  set('current_step', ARGV[3])
  -- The pause that a retry asks for is part of the work.
  set('idle_since', now + alone)
  grow(shown(now), alone > 0 and 'trying again' or 'given back by its worker')
  -- Others may be before one that need not be left alone.
  if alone == 0 then expect(0, estimate().left) end
  emit(now, status, '', ARGV[3], '')
end
save(now)
redis.call('HDEL', KEYS[1], 'holder', 'lease_until', 'pause_requested')
return status
