-- Takes a claimed task up. KEYS: all of the task. ARGV: holder, lease in ms, retention in s, message, cancelled error.
-- Answers {state, fence, attempt}; state is "run", or why not: "gone", "final", "paused", "held".
local status = get('status')
if not status then return {'gone', 0, 0} end
if FINAL[status] then return {'final', 0, 0} end
if status == 'paused' then return {'paused', 0, 0} end
local now = now_ms()
if status == 'running' and tonumber(get('lease_until') or 0) > now then
  return {'held', tonumber(get('lease_until')), 0}
end
local fence = redis.call('HINCRBY', KEYS[1], 'fence', 1)
if get('cancel_requested') then
  finish(now, 'cancelled', 'Cancelled', ARGV[5], ARGV[3])
  return {'final', 0, 0}
end
local attempt = redis.call('HINCRBY', KEYS[1], 'attempt', 1)
redis.call('HSETNX', KEYS[1], 'started_at', now)
redis.call('HSET', KEYS[1], 'status', 'running', 'holder', ARGV[1], 'lease_until', now + ARGV[2], 'current_step', ARGV[4])
emit(now, 'started', '', ARGV[4], '')
return {'run', fence, attempt}
