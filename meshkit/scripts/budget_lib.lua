-- Shared by the scripts of the ledger.
-- KEYS: the tenant's settings (hash), its ledger (hash: spent:<month>, reserved:<month>, budget:<month> in micro-USD),
-- its reservations (hash: id -> "<state> <month> <micro-USD>"), their times (zset: id -> ms at which a held one lapses
-- and an ended one is forgotten). ARGV[1] now in ms, ARGV[2] ms for which an ended reservation is remembered.
-- States: held; lapsed, whose holder is taken for dead; settled; released. Only what is held counts as reserved.
local now, remembered_until = ARGV[1], string.format('%.0f', ARGV[1] + ARGV[2])

local function find(id)
  local text = redis.call('HGET', KEYS[3], id)
  if text then return string.match(text, '^(%a+) (%S+) (%d+)$') end
end

local function put(id, state, month, amount, until_ms)
  redis.call('HSET', KEYS[3], id, state .. ' ' .. month .. ' ' .. amount)
  redis.call('ZADD', KEYS[4], until_ms, id)
end

local function unreserve(month, amount)
  if amount ~= '0' then redis.call('HINCRBY', KEYS[2], 'reserved:' .. month, '-' .. amount) end
end

-- What the time has ended.
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now)) do
  local state, month, amount = find(id)
  if state == 'held' then
    unreserve(month, amount)
    put(id, 'lapsed', month, amount, remembered_until)
  else
    redis.call('HDEL', KEYS[3], id)
    redis.call('ZREM', KEYS[4], id)
  end
end
