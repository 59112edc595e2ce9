-- Writes of the holder. KEYS: all of the task. ARGV: fence, sequence, then notes.
-- Answers 1, or 0 when the writer no longer holds the task.
if repeated(ARGV[1], ARGV[2]) then return 1 end
if not holds(ARGV[1]) then return 0 end
local now = now_ms()
set('sequence', ARGV[2])
write_notes(now, 3)
save(now)
return 1
