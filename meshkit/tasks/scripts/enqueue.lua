-- Puts a task on the queue. KEYS: tenants, waiting and leased of the tenant, caps, how many places all tenants have.
-- ARGV: tenant, task, delay in ms, tasks that a tenant may have on the queue by default, tasks that all may have,
-- "new", "kept" or "again", channel or '', prefix of waiting.
-- "new" and "kept" keep the time of a task that is queued already; "new" respects the caps; "again" sets the time anew
-- and frees the lease. Answers {1, now in ms, the task's time}, or {0} when the queue is full.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local tenant, task, at, mode = ARGV[1], ARGV[2], now + ARGV[3], ARGV[6]
local new, most = mode == 'new', tonumber(ARGV[5])

-- Counted anew once a minute: then it is right again, whatever became of a queue, and costs nothing meanwhile.
local places = tonumber(redis.call('GET', KEYS[5]) or -1)
if places < 0 then
  places = 0
  for _, each in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do places = places + redis.call('ZCARD', ARGV[8] .. each) end
  redis.call('SET', KEYS[5], places, 'EX', 60)
end

local own = (redis.call('HGET', KEYS[4], tenant) or ''):match(':(%d+)$')
local full = new and (places >= most or redis.call('ZCARD', KEYS[2]) >= tonumber(own or ARGV[4]))
if full and not redis.call('ZSCORE', KEYS[2], task) then return {0} end
local again = mode == 'again'
local added = again and redis.call('ZADD', KEYS[2], at, task) or redis.call('ZADD', KEYS[2], 'NX', at, task)
if added == 1 then redis.call('INCR', KEYS[5]) end
if again then redis.call('ZREM', KEYS[3], task) end
-- A tenant that comes anew goes behind those that wait, not before them.
if not redis.call('ZSCORE', KEYS[1], tenant) then
  local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
  redis.call('ZADD', KEYS[1], last or 0, tenant)
end
if ARGV[7] ~= '' then redis.call('PUBLISH', ARGV[7], task) end
return {1, now, tonumber(redis.call('ZSCORE', KEYS[2], task))}
