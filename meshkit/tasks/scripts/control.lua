-- Steers a task from outside. KEYS: all of the task. ARGV: tenant, action, error of a cancel, retention in s.
-- Answers {"missing"}, {"conflict", status}, {"done"}, {"requested"} (its holder will do it) or {"queue"} (put it on the queue).
local status = get('status')
if not status or get('tenant_id') ~= ARGV[1] then return {'missing'} end
local action, now = ARGV[2], now_ms()
local running = status == 'running'

local function request(name)
  redis.call('HSET', KEYS[1], name, 1)
  redis.call('PUBLISH', 'control:' .. KEYS[1], name)
  return {'requested'}
end

local function requeue(kind, message)
  redis.call('HSET', KEYS[1], 'status', 'queued', 'current_step', message)
  emit(now, kind, '', message, '')
  return {'queue'}
end

if action == 'cancel' and not FINAL[status] then
  if running and tonumber(get('lease_until')) > now then return request('cancel_requested') end
  redis.call('HINCRBY', KEYS[1], 'fence', 1)
  finish(now, 'cancelled', 'Cancelled', ARGV[3], ARGV[4])
  return {'done'}
elseif action == 'pause' and running then
  return request('pause_requested')
elseif action == 'pause' and status == 'queued' then
  redis.call('HSET', KEYS[1], 'status', 'paused', 'current_step', 'Paused')
  emit(now, 'paused', '', 'Paused', '')
  return {'done'}
elseif action == 'resume' and running and get('pause_requested') then
  redis.call('HDEL', KEYS[1], 'pause_requested')
  emit(now, 'resumed', '', 'Resumed', '')
  return {'done'}
elseif action == 'resume' and status == 'paused' then
  return requeue('resumed', 'Resumed; waiting for a free worker')
elseif action == 'retry' and (status == 'failed' or status == 'cancelled') then
  redis.call('HDEL', KEYS[1], 'completed_at', 'error')
  for _, key in ipairs(KEYS) do redis.call('PERSIST', key) end
  return requeue('queued', 'Queued again; waiting for a free worker')
end
return {'conflict', status}
