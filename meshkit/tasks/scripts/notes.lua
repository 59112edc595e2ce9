-- Notes of a holder: NOTE values each, as HeldTask packs them.
local NOTE = 20

-- The steps that have finished, as "step:ms step:ms", with one more; a step that was done again counts once.
local function with_step(done, step, duration)
  local rest = (' ' .. done):gsub(' ' .. step .. ':%d+', '')
  return (rest .. ' ' .. step .. ':' .. duration):sub(2)
end

-- Writes the notes from ARGV[first] on: events, with what each changes.
local function write_notes(now, first)
  local done
  for at = first, #ARGV, NOTE do
    local kind, step, message, payload, percent, sentence, record, artifact, request, duration, agent, steps,
      plan, left, pause_ms, reason, from, to, type, text = unpack(ARGV, at, at + NOTE - 1)
    if not progress then progress = tonumber(get('progress')) end
    percent = tonumber(percent)
    if percent and percent > progress then
      progress = math.min(99, percent)
      set('progress', progress)
    end
    if sentence ~= '' then set('current_step', sentence) end
    if steps ~= '' then set('total_steps', steps) end
    if record ~= '' then redis.call('HSET', KEYS[6], step, record) end
    if agent ~= '' then
      set('agent', agent)
      set('step', step)
    end
    if plan ~= '' then redis.call('SET', KEYS[4], plan) end
    if left ~= '' then foresee(now, tonumber(left), tonumber(pause_ms), reason) end
    if artifact ~= '' then
      redis.call('HSET', KEYS[5], step .. '_output', artifact, step .. '_request', request)
      done = with_step(done or get('completed_steps') or '', step, duration)
      set('completed_steps', done)
      -- It is no step that kills its holder.
      if get('deaths') then redis.call('HDEL', KEYS[1], 'deaths', 'dead_holders') end
    end
    if from ~= '' then
      redis.call('XADD', KEYS[7], '*', 'from', from, 'to', to, 'type', type, 'payload', text, 'time', now)
    end
    if kind ~= '' then emit(now, kind, step, message, payload) end
  end
end
