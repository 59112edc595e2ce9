-- Answers the whole ledger, field after value, without what has lapsed.
return redis.call('HGETALL', KEYS[2])
