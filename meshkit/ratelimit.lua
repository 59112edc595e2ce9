-- Takes one token from a bucket that refills steadily.
-- KEYS[1] the bucket (hash: tokens, at in microseconds). ARGV: capacity, tokens per second.
-- Answers {allowed 0|1, whole tokens left, milliseconds until one token, milliseconds until full}.
local capacity, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(bucket[1]) or capacity
local at = tonumber(bucket[2]) or now
-- A clock that was set back must not take tokens away.
tokens = math.min(capacity, tokens + math.max(0, now - at) / 1000000 * rate)
local allowed = 0
if tokens >= 1 then
  tokens = tokens - 1
  allowed = 1
end
local full_ms = math.ceil((capacity - tokens) / rate * 1000)
redis.call('HSET', KEYS[1], 'tokens', string.format('%.9f', tokens), 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], full_ms + 1000)
local wait_ms = 0
if tokens < 1 then wait_ms = math.ceil((1 - tokens) / rate * 1000) end
return {allowed, math.floor(tokens), wait_ms, full_ms}
