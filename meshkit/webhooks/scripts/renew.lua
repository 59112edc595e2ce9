-- Prolongs the hold on a delivery. KEYS: the delivery. ARGV: webhook id, fence, lease in ms.
-- Answers 1, or 0 when somebody else holds it by now or its outcome has been written.
local held = redis.call('HMGET', KEYS[1], 'id', 'fence', 'status')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] or held[3] ~= 'pending' then return 0 end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'lease_until', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[3])
return 1
