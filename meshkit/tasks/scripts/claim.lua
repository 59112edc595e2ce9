-- Claims the next task, fairly over tenants. KEYS[1] the tenants by the turn at which they were served last.
-- ARGV: prefix of waiting, prefix of leased, lease in ms, cap of running tasks a tenant.
-- Answers {task, tenant}, or nothing. A claimed task becomes claimable again when its lease runs out.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, tenant in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local waiting, leased = ARGV[1] .. tenant, ARGV[2] .. tenant
  local due = redis.call('ZRANGEBYSCORE', waiting, '-inf', now, 'LIMIT', 0, 1)[1]
  if due then
    redis.call('ZREMRANGEBYSCORE', leased, '-inf', now)
    if redis.call('ZCARD', leased) < tonumber(ARGV[4]) then
      local turn = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
      redis.call('ZADD', KEYS[1], turn + 1, tenant)
      redis.call('ZADD', waiting, now + ARGV[3], due)
      redis.call('ZADD', leased, now + ARGV[3], due)
      return {due, tenant}
    end
  elseif redis.call('EXISTS', waiting) == 0 then
    redis.call('ZREM', KEYS[1], tenant)
  end
end
return false
