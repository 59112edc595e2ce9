-- A write of the holder. KEYS: record, events, artifacts, steps, messages.
-- ARGV: fence, progress or '', sentence or '', event kind, step, event message, event payload,
--       step record or '', artifact name or '', artifact, duration of the finished step in ms or '', agent or '',
--       total steps or '', and for an agent's message: from, to, type, payload.
-- Answers 1; 0 when the writer no longer holds the task; 2 when the artifact was there already (nothing is written).
if not holds(ARGV[1]) then return 0 end
if ARGV[9] ~= '' and redis.call('HSETNX', KEYS[3], ARGV[9], ARGV[10]) == 0 then return 2 end
local progress = tonumber(ARGV[2])
if progress and progress > tonumber(get('progress')) then
  redis.call('HSET', KEYS[1], 'progress', math.min(99, progress))
end
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'current_step', ARGV[3]) end
if ARGV[12] ~= '' then redis.call('HSET', KEYS[1], 'agent', ARGV[12], 'step', ARGV[5]) end
if ARGV[13] ~= '' then redis.call('HSET', KEYS[1], 'total_steps', ARGV[13]) end
if ARGV[8] ~= '' then redis.call('HSET', KEYS[4], ARGV[5], ARGV[8]) end
if ARGV[11] ~= '' then
  local done = get('completed_steps')
  local entry = ARGV[5] .. ':' .. ARGV[11]
  redis.call('HSET', KEYS[1], 'completed_steps', done and (done .. ' ' .. entry) or entry)
end
local now = now_ms()
if ARGV[14] then
  redis.call('XADD', KEYS[5], '*', 'from', ARGV[14], 'to', ARGV[15], 'type', ARGV[16], 'payload', ARGV[17], 'time', now)
end
emit(now, ARGV[4], ARGV[5], ARGV[6], ARGV[7])
return 1
