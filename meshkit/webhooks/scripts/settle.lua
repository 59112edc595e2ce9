-- Ends a lease, unless the entry has been made due anew or taken by another since. KEYS: tenants, due of the tenant.
-- ARGV: tenant, entry, lease end in ms, ms at which it is due next or ''. Answers 1, or 0 when the lease is over.
local lease_end = redis.call('ZSCORE', KEYS[2], ARGV[2])
if not lease_end or tonumber(lease_end) ~= tonumber(ARGV[3]) then return 0 end
if ARGV[4] == '' then
  redis.call('ZREM', KEYS[2], ARGV[2])
  if redis.call('EXISTS', KEYS[2]) == 0 then redis.call('ZREM', KEYS[1], ARGV[1]) end
else
  redis.call('ZADD', KEYS[2], ARGV[4], ARGV[2])
  redis.call('ZADD', KEYS[1], 'LT', ARGV[4], ARGV[1])
end
return 1
