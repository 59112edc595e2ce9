-- Takes values into running medians. KEYS[1] the medians (hash). ARGV: step of the logarithm, then field, value, …
-- Answers 1.
for at = 2, #ARGV, 2 do
  local old, seen = tonumber(redis.call('HGET', KEYS[1], ARGV[at])), tonumber(ARGV[at + 1])
  local new = seen
  if old then
    new = old * math.exp(seen > old and ARGV[1] or -ARGV[1])
    -- A step towards a value never goes past it.
    if (seen > old) == (new > seen) then new = seen end
  end
  redis.call('HSET', KEYS[1], ARGV[at], string.format('%.6f', new))
end
return 1
