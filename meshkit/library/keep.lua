-- Keeps a version of an item; keeping it again changes nothing. KEYS: the item, the index.
-- ARGV: id, number of the version, task, name, then part, content, … Answers 1 for a new version, else 0.
local number = tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('HSETNX', KEYS[1], 'meta:' .. number, now .. ' ' .. ARGV[3] .. ' ' .. ARGV[4]) == 0 then return 0 end
for at = 5, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[at] .. ':' .. number, ARGV[at + 1])
end
local newest = tonumber(redis.call('HGET', KEYS[1], 'newest') or 0)
if number > newest then redis.call('HSET', KEYS[1], 'newest', number) end
redis.call('ZADD', KEYS[2], now, ARGV[1])
return 1
