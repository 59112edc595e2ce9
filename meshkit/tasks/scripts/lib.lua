-- Shared by the scripts of one task. KEYS: record, events, input, plan, artifacts, steps, messages.
local FINAL = {completed = true, failed = true, cancelled = true}
local changes, offset, progress, eta = {}, nil, nil, nil

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

-- What the record says of the time left: `at`, when the end is expected (0 when that moves with the queue), `left`, the
-- work left in ms (0 when unknown), and `low`, the least time left that was shown before it grew.
local function estimate()
  if not eta then
    local found = redis.call('HMGET', KEYS[1], 'eta_at', 'left_ms', 'eta_low')
    eta = {at = tonumber(found[1] or 0), left = tonumber(found[2] or 0), low = tonumber(found[3])}
  end
  return eta
end

-- Takes a new estimate as it is, for `save`.
local function expect(at, left)
  local known = estimate()
  known.at, known.left, known.changed = at, left, true
end

-- Lets the time left be longer than what is shown, for a reason that the status names until no more is left than now.
local function grow(shown, reason)
  local known = estimate()
  known.low, known.reason = math.floor(math.min(shown, known.low or shown)), reason
end

-- What the status of a running task shows as left, in ms: `record.py` says why.
local function shown(now)
  local known = estimate()
  if known.at == 0 then return 0 end
  return math.max(known.at - now, known.left / 10, 1)
end

-- Takes a new estimate of the work left, after a pause, both in ms. It shortens the time left; it lengthens it by much only,
-- and only for a reason.
local function foresee(now, left, pause, reason)
  local known = estimate()
  local at = now + pause + left
  if known.at == 0 or (reason ~= '' and at > known.at + math.max(1000, left / 10)) then
    grow(shown(now), reason ~= '' and reason or 'first estimate')
    expect(at, left)
  else
    expect(math.min(known.at, at), math.min(known.left, left))
  end
end

-- Writes the changes of the record at once, and wakes the watchers if there are new events.
local function save(now)
  if offset then set('events', offset) end
  if eta and eta.changed then
    set('eta_at', eta.at)
    set('left_ms', eta.left)
  end
  if eta and eta.reason then
    set('eta_low', eta.low)
    set('eta_reason', eta.reason)
  end
  redis.call('HSET', KEYS[1], 'updated_at', now, unpack(changes))
  if offset then redis.call('PUBLISH', 'changed:' .. KEYS[1], offset) end
end

-- Has the task rest until its owner resumes it.
local function pause(now)
  set('status', 'paused')
  set('current_step', 'Paused')
  set('idle_since', math.min(now, tonumber(get('idle_since') or now)))
  expect(0, estimate().left)
  -- Nothing is shown as left of a paused task.
  grow(0, 'resumed')
  emit(now, 'paused', '', 'Paused', '')
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
