-- Writes the delivery of a task's end, once. KEYS: the task, its delivery.
-- ARGV: offset of the end, webhook id, retention in s, schema.
-- Answers 1; 0 when it is written already or the task has gone on since.
local FINAL = {completed = true, failed = true, cancelled = true}
local task = redis.call('HMGET', KEYS[1], 'events', 'status', 'completed_at', 'callback_url', 'tenant_id', 'job', 'error', 'missing')
if task[1] ~= ARGV[1] or not FINAL[task[2]] then return 0 end
if redis.call('HGET', KEYS[2], 'id') == ARGV[2] then return 0 end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[2], 'schema', ARGV[4], 'id', ARGV[2], 'status', 'pending', 'url', task[4], 'tenant_id', task[5],
  'job', task[6] or '', 'task_status', task[2], 'error', task[7] or '', 'missing', task[8] or '', 'created_at', task[3], 'retry_from', task[3],
  'next_attempt_at', task[3], 'tries', 0, 'attempt_count', 0, 'fence', 0, 'lease_until', 0)
redis.call('EXPIRE', KEYS[2], ARGV[3])
return 1
