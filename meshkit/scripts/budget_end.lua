-- Ends a reservation. ARGV[3] id, ARGV[4] this month, ARGV[5] micro-USD spent, ARGV[6] "settled" or "released".
-- A cost is booked once, in the month of the reservation, also when that has lapsed, was released or is forgotten.
-- Answers 1, or 0 when there was nothing to do.
local id, ending = ARGV[3], ARGV[6]
local state, month, amount = find(id)
if state == 'settled' or (ending == 'released' and state ~= 'held') then return 0 end
if state == 'held' then unreserve(month, amount) end
month = month or ARGV[4]
redis.call('HINCRBY', KEYS[2], 'spent:' .. month, ARGV[5])
put(id, ending, month, ARGV[5], remembered_until)
return 1
