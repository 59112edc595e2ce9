-- Renews the lease. KEYS: record, events. ARGV: fence, lease in ms.
-- Answers {held 0|1, cancel requested 0|1, pause requested 0|1}.
if not holds(ARGV[1]) then return {0, 0, 0} end
redis.call('HSET', KEYS[1], 'lease_until', now_ms() + ARGV[2])
return {1, get('cancel_requested') and 1 or 0, get('pause_requested') and 1 or 0}
