-- Takes up to so many tokens from a bucket that refills steadily: all that are wanted, or what is there.
-- KEYS[1] the bucket (string: "<tokens> <microseconds>", how many there were at which time).
-- ARGV: capacity, tokens per second, tokens wanted, whether the bucket outlives a restart of Redis (1 or 0).
-- Answers {tokens taken, whole tokens left, milliseconds until one is there, milliseconds until full}.
local capacity, rate, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local tokens, at = (redis.call('GET', KEYS[1]) or ''):match('^(%S+) (%S+)$')
tokens, at = tonumber(tokens) or capacity, tonumber(at) or now
-- A clock that was set back must not take tokens away.
tokens = math.min(capacity, tokens + math.max(0, now - at) / 1000000 * rate)
local taken = math.min(wanted, math.floor(tokens))
tokens = tokens - taken
local full_ms = math.ceil((capacity - tokens) / rate * 1000)
-- A refusal changes nothing, and costs no write; but time goes on from a clock that was set back.
if taken > 0 or now < at then
  local set = {'SET', KEYS[1], string.format('%.9f %.0f', tokens, now), 'PX', full_ms + 1000}
  if ARGV[4] == '1' then
    redis.call(unpack(set))
  else
    -- In memory alone: nothing to sync to disk, and nothing for replicas.
    redis.set_repl(redis.REPL_NONE)
    local refusal = redis.pcall(unpack(set)).err
    -- A full Redis can still be read, so those who read go on, uncounted.
    if refusal and not refusal:find('OOM', 1, true) then redis.call(unpack(set)) end
  end
end
local wait_ms = 0
if tokens < 1 then wait_ms = math.ceil((1 - tokens) / rate * 1000) end
return {taken, math.floor(tokens), wait_ms, full_ms}
