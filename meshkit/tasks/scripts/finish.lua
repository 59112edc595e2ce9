-- Ends the task. KEYS: record, events, then the other keys of the task, with artifacts as the fifth.
-- ARGV: fence, status, message, error, result or '', retention in s.
-- Answers 1, or 0 when the writer no longer holds the task.
if not holds(ARGV[1]) then return 0 end
if ARGV[5] ~= '' then redis.call('HSET', KEYS[5], 'result', ARGV[5]) end
finish(now_ms(), ARGV[2], ARGV[3], ARGV[4], ARGV[6])
return 1
