-- Ends the task. KEYS: all of the task.
-- ARGV: fence, sequence, status, message, error, result or '', what is missing of it or '', retention in s, then notes.
-- Answers 1, or 0 when the writer no longer holds the task.
if repeated(ARGV[1], ARGV[2]) then return 1 end
if not holds(ARGV[1]) then return 0 end
local now = now_ms()
set('sequence', ARGV[2])
write_notes(now, 9)
if ARGV[6] ~= '' then redis.call('HSET', KEYS[5], 'result', ARGV[6]) end
set('missing', ARGV[7])
-- Who cancels says why.
local failure = ARGV[3] == 'cancelled' and get('cancel_requested') or ARGV[5]
finish(now, ARGV[3], ARGV[4], failure, ARGV[8])
return 1
