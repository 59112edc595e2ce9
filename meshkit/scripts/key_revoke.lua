-- Revokes a key.
-- KEYS: its record (hash), its owner's valid keys (zset digest -> s of expiry).
-- ARGV: digest, now in s, s for which it is kept, how many valid keys must be left.
-- Answers "missing", "last" when too few would be left, or "done", also when it was revoked before.
if redis.call('EXISTS', KEYS[1]) == 0 then return 'missing' end
if redis.call('HEXISTS', KEYS[1], 'revoked_at') == 1 then return 'done' end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[2])
local valid = redis.call('ZSCORE', KEYS[2], ARGV[1])
if valid and redis.call('ZCARD', KEYS[2]) <= tonumber(ARGV[4]) then return 'last' end
redis.call('HSET', KEYS[1], 'revoked_at', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('ZREM', KEYS[2], ARGV[1])
return 'done'
