-- Reserves an amount of the month's budget. ARGV[3] id, ARGV[4] month, ARGV[5] micro-USD, ARGV[6] ms until it lapses.
-- Answers {1 reserved or 0 refused, budget (0 for none), spent, reserved}; the same id again changes nothing but how
-- long it is held.
local id, month, amount = ARGV[3], ARGV[4], ARGV[5]
local budget = redis.call('HGET', KEYS[1], 'budget_micros') or '0'
local spent = tonumber(redis.call('HGET', KEYS[2], 'spent:' .. month) or 0)
local reserved = tonumber(redis.call('HGET', KEYS[2], 'reserved:' .. month) or 0)
local lapses_at = string.format('%.0f', ARGV[1] + ARGV[6])
local state = find(id)
if state == 'held' then redis.call('ZADD', KEYS[4], 'GT', lapses_at, id) end
if state == 'held' or state == 'settled' then return {1, tonumber(budget), spent, reserved} end
redis.call('HSET', KEYS[2], 'budget:' .. month, budget)
if budget ~= '0' and spent + reserved + amount > tonumber(budget) then
  return {0, tonumber(budget), spent, reserved}
end
redis.call('HINCRBY', KEYS[2], 'reserved:' .. month, amount)
put(id, 'held', month, amount, lapses_at)
return {1, tonumber(budget), spent, reserved + amount}
