-- Puts a task on the queue. KEYS: tenants, waiting and leased of the tenant, caps.
-- ARGV: tenant, task, delay in ms, tasks a tenant may have on the queue by default, "new", "kept" or "again", channel or ''.
-- "new" and "kept" keep the time of a task that is queued already; "new" respects the cap; "again" sets the time anew
-- and frees the lease. Answers {1, now in ms, the task's time}, or {0} when the queue is full.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[5] == 'again' then
  redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[2])
  redis.call('ZREM', KEYS[3], ARGV[2])
else
  local own = (redis.call('HGET', KEYS[4], ARGV[1]) or ''):match(':(%d+)$')
  local full = ARGV[5] == 'new' and redis.call('ZCARD', KEYS[2]) >= tonumber(own or ARGV[4])
  if full and not redis.call('ZSCORE', KEYS[2], ARGV[2]) then return {0} end
  redis.call('ZADD', KEYS[2], 'NX', now + ARGV[3], ARGV[2])
end
-- A tenant that comes anew goes behind those that wait, not before them.
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
  redis.call('ZADD', KEYS[1], last or 0, ARGV[1])
end
if ARGV[6] ~= '' then redis.call('PUBLISH', ARGV[6], ARGV[2]) end
return {1, now, tonumber(redis.call('ZSCORE', KEYS[2], ARGV[2]))}
