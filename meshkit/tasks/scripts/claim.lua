-- Claims the next tasks, fairly over tenants. KEYS: tenants by the turn at which they were served last, caps.
-- ARGV: prefix of waiting, prefix of leased, lease in ms, running tasks a tenant may have by default, how many to claim.
-- Answers {task, tenant, task, tenant, …, until}: the claimed become claimable again at that time.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local claimed, before = {}, -1
local turn = tonumber(redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] or 0)
while #claimed > before and #claimed < 2 * ARGV[5] do
  before = #claimed
  for _, tenant in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    local waiting, leased = ARGV[1] .. tenant, ARGV[2] .. tenant
    local due = redis.call('ZRANGEBYSCORE', waiting, '-inf', now, 'LIMIT', 0, 1)[1]
    if due then
      redis.call('ZREMRANGEBYSCORE', leased, '-inf', now)
      local own = (redis.call('HGET', KEYS[2], tenant) or ''):match('^(%d+):')
      if redis.call('ZCARD', leased) < tonumber(own or ARGV[4]) then
        turn = turn + 1
        redis.call('ZADD', KEYS[1], turn, tenant)
        redis.call('ZADD', waiting, now + ARGV[3], due)
        redis.call('ZADD', leased, now + ARGV[3], due)
        claimed[#claimed + 1] = due
        claimed[#claimed + 1] = tenant
        if #claimed == 2 * ARGV[5] then break end
      end
    elseif redis.call('EXISTS', waiting) == 0 then
      redis.call('ZREM', KEYS[1], tenant)
    end
  end
end
claimed[#claimed + 1] = now + ARGV[3]
return claimed
