-- Puts a task on the queue. KEYS: tenants, waiting and leased of the tenant.
-- ARGV: tenant, task, delay in ms, cap, "new", "kept" or "again".
-- "new" and "kept" keep the time of a task that is queued already; "new" respects the cap; "again" sets the time anew
-- and frees the lease. Answers 1, or 0 when the queue is full.
local time = redis.call('TIME')
local at = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[3]
if ARGV[5] == 'again' then
  redis.call('ZADD', KEYS[2], at, ARGV[2])
  redis.call('ZREM', KEYS[3], ARGV[2])
else
  local full = ARGV[5] == 'new' and redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[4])
  if full and not redis.call('ZSCORE', KEYS[2], ARGV[2]) then return 0 end
  redis.call('ZADD', KEYS[2], 'NX', at, ARGV[2])
end
-- A tenant that comes anew goes behind those that wait, not before them.
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
  redis.call('ZADD', KEYS[1], last or 0, ARGV[1])
end
return 1
