import { createScript, type RedisScript } from './redis-client.ts'

/**
 * Reads the header of a record; the offsets are those of redis-record.ts, counted from 1.
 * `there`: a live record that is not pending. `-1` is returned for a value that is not ours.
 */
const READ_HEADER = `
local NONE = string.rep('\\0', 33)
local head = redis.call('GETRANGE', KEYS[1], 0, 86)
local there, version, indexed, owner = false, 0, 0, NONE
if #head > 0 then
  if #head < 87 or string.byte(head, 1) ~= 1 then return -1 end
  there = string.byte(head, 2) == 0
  version = struct.unpack('>I4', head, 3)
  indexed = struct.unpack('>d', head, 23)
  owner = string.sub(head, 39, 71)
end
`

/**
 * Puts one session into an index, takes what is surely over out of it, and lets the index live as long as its last. One
 * that holds nothing else, as of a user who signs in anew, has nothing to be looked for.
 */
const INDEX = `
local function index(name, member, untilMs)
  if redis.call('ZADD', name, 'GT', untilMs, member) == 1 and redis.call('ZCARD', name) == 1 then
    redis.call('PEXPIREAT', name, untilMs + 300000)
    return
  end
  local time = redis.call('TIME')
  redis.call('ZREMRANGEBYSCORE', name, '-inf', time[1] * 1000 - 300000)
  local last = redis.call('ZREVRANGE', name, 0, 0, 'WITHSCORES')
  redis.call('PEXPIREAT', name, last[2] + 300000)
end
`

/** What `put` answers. Any other number is none of these. */
export const PutReply: { readonly stored: 0; readonly conflict: 1; readonly gone: 2; readonly notIndexed: 3 } =
  Object.freeze({ stored: 0, conflict: 1, gone: 2, notIndexed: 3 })

/**
 * KEYS: session, index of the owner (absent on a Cluster, where one script cannot use both).
 * ARGV: header of the value, which says most; what is sealed; expected version, 0 for absent, -1 for any, -2 for older than
 * the value; where it is so, 'indexed' when the index holds it already, or 'pending' to write what nobody reads yet.
 *
 * A conflict with the very same write is none: a client that lost the answer has sent it again.
 * Answers a number; or, when the owner changed, the number with the former owner and until when it was indexed.
 */
const PUT = `${INDEX}
local mine, sealed, expected, mode = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local expires = struct.unpack('>d', mine, 15)
local function addToIndex()
  index(KEYS[2], string.sub(KEYS[1], -43), struct.unpack('>d', mine, 23))
end
if expected == 0 and not mode and redis.call('EXISTS', KEYS[1]) == 0 then
  if KEYS[2] then addToIndex() end
  redis.call('SET', KEYS[1], mine .. sealed, 'PXAT', expires)
  return 0
end
${READ_HEADER}
local function isNewer()
  local created, before = struct.unpack('>d', mine, 7), struct.unpack('>d', head, 7)
  if created ~= before then return created > before end
  local number = struct.unpack('>I4', mine, 3)
  if number ~= version then return number > version end
  if expires <= struct.unpack('>d', head, 15) then return false end
  return sealed == redis.call('GETRANGE', KEYS[1], 87, -1)
end
if expected > 0 and not there then return 2 end
if there and expected >= 0 and expected ~= version then
  if string.sub(head, 76, 87) == string.sub(mine, 76, 87) then return 0 end
  return 1
end
if there and expected == -2 and not isNewer() then return 1 end
if mode == 'pending' then
  redis.call('SET', KEYS[1], mine .. sealed, 'PX', 60000)
  return 0
end
local newOwner = string.sub(mine, 39, 71)
if newOwner ~= NONE and mode ~= 'indexed' then
  if there and owner == newOwner and expires <= indexed then
    mine = string.sub(mine, 1, 22) .. struct.pack('>d', indexed) .. string.sub(mine, 31)
  elseif KEYS[2] then
    addToIndex()
  else
    return {3, there and version or 0}
  end
end
redis.call('SET', KEYS[1], mine .. sealed, 'PXAT', expires)
if there and owner ~= NONE and owner ~= newOwner then return {0, owner, struct.pack('>d', indexed)} end
return 0
`

/** KEYS: session. ARGV: id of the pending write; expiry. Answers as `put`. */
const CONFIRM = `${READ_HEADER}
if #head == 0 then return 2 end
if string.sub(head, 76, 87) ~= ARGV[1] then return 1 end
redis.call('SETRANGE', KEYS[1], 1, '\\0')
redis.call('PEXPIREAT', KEYS[1], ARGV[2])
return 0
`

/**
 * KEYS: session. ARGV: expiry; owner field whose index was just extended, or ''; until when.
 * Answers 1; 0 when there is none; the owner when its index must be extended first.
 */
const TOUCH = `${READ_HEADER}
if not there then return 0 end
local expires, untilMs = tonumber(ARGV[1]), indexed
if owner == ARGV[2] then untilMs = math.max(indexed, tonumber(ARGV[3])) end
if owner ~= NONE and expires > untilMs then return owner end
redis.call('SETRANGE', KEYS[1], 14, struct.pack('>d', expires))
if untilMs > indexed then redis.call('SETRANGE', KEYS[1], 22, struct.pack('>d', untilMs)) end
redis.call('PEXPIREAT', KEYS[1], ARGV[1])
return 1
`

/** KEYS: session. Answers 0, or the owner and until when it was indexed. */
const DESTROY = `${READ_HEADER}
redis.call('DEL', KEYS[1])
if owner == NONE then return 0 end
return {owner, struct.pack('>d', indexed)}
`

/**
 * KEYS: session. ARGV: owner field. Ends the session if it is the owner's; answers 1 if it was live.
 * If it is not, its version moves: a write that would make it the owner's, and began before, conflicts.
 */
const REVOKE = `${READ_HEADER}
if #head == 0 then return 0 end
if owner == ARGV[1] then
  redis.call('DEL', KEYS[1])
  return there and 1 or 0
end
redis.call('SETRANGE', KEYS[1], 2, struct.pack('>I4', version + 1))
return 0
`

/** KEYS: index. ARGV: member; until when. */
const ADD_TO_INDEX = `${INDEX}
index(KEYS[1], ARGV[1], ARGV[2])
return 0
`

/** KEYS: index. ARGV: pairs of member and until when. One that was indexed anew for longer stays. */
const REMOVE_FROM_INDEX = `
for i = 1, #ARGV, 2 do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if score and tonumber(score) <= tonumber(ARGV[i + 1]) then redis.call('ZREM', KEYS[1], ARGV[i]) end
end
return 0
`

/** KEYS: sessions. Answers the header of each. */
const HEADERS = `
local headers = {}
for i = 1, #KEYS do headers[i] = redis.call('GETRANGE', KEYS[i], 0, 86) end
return headers
`

export const redisScripts: Readonly<
  Record<'put' | 'confirm' | 'touch' | 'destroy' | 'revoke' | 'addToIndex' | 'removeFromIndex' | 'headers', RedisScript>
> = Object.freeze({
  put: createScript(PUT),
  confirm: createScript(CONFIRM),
  touch: createScript(TOUCH),
  destroy: createScript(DESTROY),
  revoke: createScript(REVOKE),
  addToIndex: createScript(ADD_TO_INDEX),
  removeFromIndex: createScript(REMOVE_FROM_INDEX),
  headers: createScript(HEADERS),
})
