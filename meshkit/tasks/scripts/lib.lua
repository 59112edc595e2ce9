-- Shared by the scripts of one task. KEYS[1] is its record, KEYS[2] its events.
local FINAL = {completed = true, failed = true, cancelled = true}

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function get(name) return redis.call('HGET', KEYS[1], name) end

-- Appends an event under the next offset and wakes the watchers.
local function emit(now, kind, step, message, payload)
  local offset = redis.call('HINCRBY', KEYS[1], 'events', 1)
  redis.call('XADD', KEYS[2], offset .. '-0', 'type', kind, 'time', now, 'progress', get('progress'),
    'step', step, 'message', message, 'payload', payload)
  redis.call('HSET', KEYS[1], 'updated_at', now)
  redis.call('PUBLISH', 'changed:' .. KEYS[1], offset)
end

-- Whether the writer still holds the task: a later holder has a higher fence.
local function holds(fence)
  return get('fence') == fence and get('status') == 'running'
end

-- Makes the task final and lets all its keys expire.
local function finish(now, status, message, failure, retention)
  redis.call('HSET', KEYS[1], 'status', status, 'completed_at', now, 'current_step', message, 'error', failure)
  redis.call('HDEL', KEYS[1], 'holder', 'lease_until', 'cancel_requested', 'pause_requested')
  if status == 'completed' then redis.call('HSET', KEYS[1], 'progress', 100) end
  emit(now, status, '', message, failure)
  for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, retention) end
end
