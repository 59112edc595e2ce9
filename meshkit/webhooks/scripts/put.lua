-- Makes a delivery due. KEYS: tenants, due of the tenant. ARGV: tenant, entry, delay in ms, "new" or "again".
-- "new" keeps the time of an entry that is there already; "again" sets it anew. Answers 1.
local time = redis.call('TIME')
local at = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[3]
if ARGV[4] == 'new' then
  redis.call('ZADD', KEYS[2], 'NX', at, ARGV[2])
else
  redis.call('ZADD', KEYS[2], at, ARGV[2])
end
redis.call('ZADD', KEYS[1], 'LT', at, ARGV[1])
return 1
