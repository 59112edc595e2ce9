-- Takes deliveries that are due, one a tenant, those tenants first that have waited longest. KEYS: tenants.
-- ARGV: prefix of due, lease in ms, how many, then the tenants that may have no more now.
-- Answers {lease end in ms, tenant, entry, tenant, entry, …}. An entry is due again when its lease runs out.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local until_ms, busy = now + ARGV[2], {}
for i = 4, #ARGV do busy[ARGV[i]] = true end
local taken = {until_ms}
for _, tenant in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[3] + #ARGV - 3)) do
  if not busy[tenant] and #taken < 2 * ARGV[3] then
    local due = ARGV[1] .. tenant
    local entry = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, 1)[1]
    if entry then
      redis.call('ZADD', due, until_ms, entry)
      table.insert(taken, tenant)
      table.insert(taken, entry)
    end
    local next_ms = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')[2]
    if next_ms then
      -- A tenant that has just had its turn goes behind those that are waiting for theirs.
      redis.call('ZADD', KEYS[1], math.max(next_ms, now), tenant)
    else
      redis.call('ZREM', KEYS[1], tenant)
    end
  end
end
return taken
