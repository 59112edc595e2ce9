-- Gives a task the number of the version of an item that it will make; the same task gets the same number again.
-- KEYS[1] the item. ARGV[1] the task. Answers the number.
local field = 'made:' .. ARGV[1]
local number = redis.call('HGET', KEYS[1], field)
if number then return tonumber(number) end
number = redis.call('HINCRBY', KEYS[1], 'reserved', 1)
redis.call('HSET', KEYS[1], field, number)
return number
