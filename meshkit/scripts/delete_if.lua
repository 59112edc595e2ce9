-- Deletes a string that still has the value its deleter knows. KEYS[1] the string. ARGV[1] the value. Answers 1 or 0.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
