-- Gives a tenant a new webhook secret.
-- KEYS[1] its secrets (zset: "<ms of making>:<secret>" -> ms until which it signs, +inf for the newest).
-- ARGV: now in ms, the new member, ms until which the secrets without an end go on, "first" or "next".
-- "first" does nothing when there is a secret. Answers 1, or 0 when it did nothing.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
if ARGV[4] == 'first' and redis.call('ZCARD', KEYS[1]) > 0 then return 0 end
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '+inf', '+inf')) do
  redis.call('ZADD', KEYS[1], ARGV[3], member)
end
redis.call('ZADD', KEYS[1], '+inf', ARGV[2])
return 1
