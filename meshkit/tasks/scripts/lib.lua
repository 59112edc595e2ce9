-- Shared by the scripts of one task. KEYS: record, events, input, plan, artifacts, steps, messages.
local FINAL = {completed = true, failed = true, cancelled = true}
local changes, offset, progress = {}, nil, nil

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function get(name) return redis.call('HGET', KEYS[1], name) end

-- Notes a change of the record for `save`.
local function set(name, value)
  changes[#changes + 1] = name
  changes[#changes + 1] = value
end

-- Appends an event under the next offset.
local function emit(now, kind, step, message, payload)
  if not offset then offset = tonumber(get('events')) end
  if not progress then progress = tonumber(get('progress')) end
  offset = offset + 1
  redis.call('XADD', KEYS[2], offset .. '-0', 'type', kind, 'time', now, 'progress', progress,
    'step', step, 'message', message, 'payload', payload)
end

-- Writes the changes of the record at once, and wakes the watchers if there are new events.
local function save(now)
  if offset then set('events', offset) end
  redis.call('HSET', KEYS[1], 'updated_at', now, unpack(changes))
  if offset then redis.call('PUBLISH', 'changed:' .. KEYS[1], offset) end
end

-- Whether the writer still holds the task: a later holder has a higher fence.
local function holds(fence)
  local found = redis.call('HMGET', KEYS[1], 'fence', 'status')
  return found[1] == fence and found[2] == 'running'
end

-- Whether the writer has done this very write before, and lost the answer to it.
local function repeated(fence, sequence)
  local found = redis.call('HMGET', KEYS[1], 'fence', 'sequence')
  return found[1] == fence and found[2] == sequence
end

-- Makes the task final and lets all its keys expire.
local function finish(now, status, message, failure, retention)
  if status == 'completed' then
    progress = 100
    set('progress', 100)
  end
  set('status', status)
  set('completed_at', now)
  set('current_step', message)
  set('error', failure)
  emit(now, status, '', message, failure)
  save(now)
  redis.call('HDEL', KEYS[1], 'holder', 'lease_until', 'cancel_requested', 'pause_requested')
  for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, retention) end
end
