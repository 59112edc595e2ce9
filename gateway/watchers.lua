-- Keeps places of streams of events. KEYS[1] the tenant's (zset: stream -> ms until which its place is kept).
-- ARGV: how many places there are, ms for which one is kept, then streams: they get places, or go on having them. With
-- no number of places they do whatever the cap; with 0 ms they give them back.
-- Answers how many places are taken; as a negative number when that is all there are, and nothing is done.
-- In memory alone: nothing to sync to disk, and nothing for replicas; who has a place says so again in a moment.
redis.set_repl(redis.REPL_NONE)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local taken = redis.call('ZCARD', KEYS[1])
if ARGV[1] ~= '' and taken >= tonumber(ARGV[1]) then return -taken end
for each = 3, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[each]) end
if ARGV[2] == '0' then redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now) else redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return redis.call('ZCARD', KEYS[1])
