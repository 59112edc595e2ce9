-- Takes a value into a running median. KEYS[1] the medians (hash). ARGV: field, value, step of the logarithm. Answers 1.
local old, seen = tonumber(redis.call('HGET', KEYS[1], ARGV[1])), tonumber(ARGV[2])
local new = seen
if old then
  new = old * math.exp(seen > old and ARGV[3] or -ARGV[3])
  -- A step towards a value never goes past it.
  if (seen > old) == (new > seen) then new = seen end
end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.6f', new))
return 1
