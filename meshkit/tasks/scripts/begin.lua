-- Takes a claimed task up. KEYS: all of the task.
-- ARGV: holder, lease in ms, retention in s, how many holders may die, message of a start, of a takeover.
-- Answers {state}, {"held", until}, {"final", holders that died if it failed}, or for "run" and "dead" {state, fence, attempt, record as name, value, …, input}.
-- "dead" holds the task too, for its end: too many holders have died since its last finished step.
local status = get('status')
if not status then return {'gone'} end
if FINAL[status] then return {'final', status == 'failed' and tonumber(get('deaths') or 0) or 0} end
if status == 'paused' then return {'paused'} end
local now = now_ms()
local running, before = status == 'running', get('holder')
-- The same process asks again when an answer was lost to it, or its own lease: nobody has died.
local died = running and before ~= ARGV[1]
if died and tonumber(get('lease_until') or 0) > now then return {'held', tonumber(get('lease_until'))} end
local fence = redis.call('HINCRBY', KEYS[1], 'fence', 1)
local cancelled = get('cancel_requested')
if cancelled then
  finish(now, 'cancelled', 'Cancelled', cancelled, ARGV[3])
  return {'final', 0}
end
local deaths = 0
if died then
  deaths = redis.call('HINCRBY', KEYS[1], 'deaths', 1)
  set('dead_holders', ((get('dead_holders') or '') .. ' ' .. (before or '')):match('^ ?(.*)$'))
end
local dead = deaths >= tonumber(ARGV[4])
if get('pause_requested') and not dead then
  pause(now)
  save(now)
  redis.call('HDEL', KEYS[1], 'holder', 'lease_until', 'pause_requested')
  return {'paused'}
end
local attempt = redis.call('HINCRBY', KEYS[1], 'attempt', 1)
redis.call('HSETNX', KEYS[1], 'started_at', now)
local first = redis.call('HSETNX', KEYS[1], 'run_started_at', now) == 1
local idle_since = get('idle_since')
if idle_since then
  -- Before the first work, and during the pause that a retry asked for, nobody was idle.
  if not first then redis.call('HINCRBY', KEYS[1], 'idle_ms', math.max(0, now - idle_since)) end
  redis.call('HDEL', KEYS[1], 'idle_since')
end
local left = estimate().left
if left > 0 and (died or not running) then
  if died then grow(shown(now), 'taken over') end
  expect(now + left, left)
end
set('status', 'running')
set('holder', ARGV[1])
set('lease_until', now + ARGV[2])
set('sequence', 0)
if not dead then
  local message = died and ARGV[6] or ARGV[5]
  set('current_step', message)
  emit(now, 'started', '', message, '')
end
save(now)
return {dead and 'dead' or 'run', fence, attempt, redis.call('HGETALL', KEYS[1]), redis.call('GET', KEYS[3])}
