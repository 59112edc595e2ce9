-- Notes when a key was used. KEYS[1] its record (hash), ARGV[1] the time in s. A record that has lapsed stays away.
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'last_used_at', ARGV[1]) end
return 1
