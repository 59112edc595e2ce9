-- Stores a key; with KEYS[4] in the place of another, which must be valid and not rotated yet.
-- KEYS: its record (hash), its owner's keys (zset "<ms of issue>:<digest>"), its owner's valid keys (zset digest ->
-- s of expiry), and the record of the key it replaces.
-- ARGV: digest, issued in ms, expires in s, s for which an ended key is kept, now in s, digest and new expiry of the
-- replaced key, then the fields of the record. Answers 1, or 0 when the replaced key has ended.
local digest, expires_at, kept = ARGV[1], ARGV[3], ARGV[4]
local old = KEYS[4]
if old then
  local found = redis.call('HMGET', old, 'expires_at', 'revoked_at', 'rotated_to')
  if not found[1] or tonumber(found[1]) <= tonumber(ARGV[5]) or found[2] or found[3] then return 0 end
  local ends_at = math.min(tonumber(found[1]), tonumber(ARGV[7]))
  redis.call('HSET', old, 'expires_at', ends_at, 'rotated_to', string.sub(digest, 1, 16))
  redis.call('EXPIREAT', old, ends_at + kept)
  redis.call('ZADD', KEYS[3], ends_at, ARGV[6])
end
redis.call('HSET', KEYS[1], unpack(ARGV, 8))
redis.call('EXPIREAT', KEYS[1], expires_at + kept)
redis.call('ZADD', KEYS[2], 0, ARGV[2] .. ':' .. digest)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', ARGV[5])
redis.call('ZADD', KEYS[3], expires_at, digest)
return 1
