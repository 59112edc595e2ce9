-- Reserves the next turn at a host.
-- KEYS: the ms from which the next turn is free; whatever makes the host rest until it lapses.
-- ARGV: ms that turns lie apart; ms that the caller can wait.
-- Answers {1, ms until the turn}, or {0, ms until it would be} and reserves nothing.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local at = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0))
local rests = redis.call('PTTL', KEYS[2])
if rests > 0 then
  at = math.max(at, now + rests)
end
if at - now > tonumber(ARGV[2]) then
  return {0, at - now}
end
local free = at + tonumber(ARGV[1])
if free > now then
  redis.call('SET', KEYS[1], string.format('%d', free), 'PX', free - now)
end
return {1, at - now}
