-- Takes a delivery for one attempt. KEYS: the delivery. ARGV: webhook id, lease in ms.
-- Answers {"missing"} (there is none of this id), {"done"}, {"wait", ms at which it may be taken}
-- or {"send", now in ms, fence, field, value, …}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('HMGET', KEYS[1], 'id', 'status', 'lease_until', 'next_attempt_at')
if held[1] ~= ARGV[1] then return {'missing'} end
if held[2] ~= 'pending' then return {'done'} end
local free_at = math.max(held[3], held[4])
if free_at > now then return {'wait', free_at} end
local fence = redis.call('HINCRBY', KEYS[1], 'fence', 1)
redis.call('HSET', KEYS[1], 'lease_until', now + ARGV[2])
local answer = {'send', now, fence}
for _, item in ipairs(redis.call('HGETALL', KEYS[1])) do table.insert(answer, item) end
return answer
