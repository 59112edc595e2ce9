-- Steers a task from outside. KEYS: all of the task.
-- ARGV: tenant, or '' for an operator, action, error of a cancel, retention in s.
-- Answers {"missing"}, {"conflict", status}, {"done"}, {"requested"} (its holder will do it) or {"queue"} (put it on the queue).
local status = get('status')
if not status or (ARGV[1] ~= '' and get('tenant_id') ~= ARGV[1]) then return {'missing'} end
local action, now = ARGV[2], now_ms()
local running = status == 'running'

local function request(name, value)
  redis.call('HSET', KEYS[1], name, value)
  redis.call('PUBLISH', 'control:' .. (get('holder') or ''), KEYS[1])
  return {'requested'}
end

local function queue(kind, message)
  set('status', 'queued')
  set('current_step', message)
  emit(now, kind, '', message, '')
  save(now)
  return {'queue'}
end

-- Back to the queue from a final status, as if it had just been accepted, but for what is done already.
local function again(message)
  redis.call('HDEL', KEYS[1], 'completed_at', 'error', 'missing', 'deaths', 'dead_holders', 'run_started_at', 'idle_since',
    'idle_ms')
  for _, key in ipairs(KEYS) do redis.call('PERSIST', key) end
  expect(0, estimate().left)
  -- Nothing was shown as left of a final task.
  grow(0, 'queued again')
  return queue('queued', message)
end

if action == 'cancel' and not FINAL[status] then
  if running and tonumber(get('lease_until') or 0) > now then return request('cancel_requested', ARGV[3]) end
  redis.call('HINCRBY', KEYS[1], 'fence', 1)
  finish(now, 'cancelled', 'Cancelled', ARGV[3], ARGV[4])
  return {'done'}
elseif action == 'pause' and running then
  if not get('pause_requested') then
    set('current_step', get('current_step') .. '; pausing after this step')
    save(now)
  end
  return request('pause_requested', 1)
elseif action == 'pause' and status == 'queued' then
  pause(now)
  save(now)
  return {'done'}
elseif action == 'resume' and running and get('pause_requested') then
  redis.call('HDEL', KEYS[1], 'pause_requested')
  emit(now, 'resumed', '', 'Resumed', '')
  save(now)
  return {'done'}
elseif action == 'resume' and status == 'paused' then
  return queue('resumed', 'Resumed; waiting for a free worker')
elseif action == 'retry' and (status == 'failed' or status == 'cancelled' or (status == 'completed' and (get('missing') or '') ~= '')) then
  return again('Queued again; waiting for a free worker')
elseif action == 'requeue' and status == 'failed' and get('deaths') then
  return again('Queued again by an operator; waiting for a free worker')
end
return {'conflict', status}
