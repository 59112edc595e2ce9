-- Leaves a host alone. KEYS: what makes it rest. ARGV: ms from now.
if tonumber(ARGV[1]) > math.max(0, redis.call('PTTL', KEYS[1])) then
  redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
end
