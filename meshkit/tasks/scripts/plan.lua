-- Stores the plan. KEYS: record, events, plan. ARGV: fence, plan, total steps, expected ms of all steps.
-- Answers 1, or 0 when the writer no longer holds the task.
if not holds(ARGV[1]) then return 0 end
redis.call('SET', KEYS[3], ARGV[2])
redis.call('HSET', KEYS[1], 'total_steps', ARGV[3], 'expected_ms', ARGV[4])
return 1
