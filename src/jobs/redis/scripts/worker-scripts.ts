import { script } from './script.js';

/**
 * A worker begins with a picture that BullMQ has given to it. ARGV: limits, id, index, token, worker, workers of it that still
 * wait. [gone]: its job has ended, [done, next]: its file is there (the next picture to be put in line, or ''),
 * [turn, edit, images, waited (ms), trace, inputs, kind].
 */
export const BEGIN = script(`
local id, index, token, worker = ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
if not isLive(id) or not isKnown(id) then return { 'gone' } end
redis.call('HSET', modelKey(get(id, 'model'), 'idle'), worker, ARGV[6])
if index < number(id, 'done') then return { 'done', number(id, 'done') } end
local waited = leaveLine(id) or 0
set(id, 'status', 'running', 'attempt:' .. index, token, 'next', math.max(number(id, 'next'), index + 1))
if get(id, 'started') == '' then
  set(id, 'started', ms(NOW))
  append(id, 'started', '')
end
local images = number(id, 'images')
local load = { token = token, worker = worker, kind = get(id, 'kind'), images = images,
  left = images - number(id, 'next'), begun = NOW, at = NOW, seconds = -1, over = false }
redis.call('HSET', modelKey(get(id, 'model'), 'running'), pictureId(id, index), cjson.encode(load))
tellLine(id)
return { 'turn', get(id, 'edit'), images, ms(waited), get(id, 'trace'), number(id, 'inputs') }
`);

/** Workers of a process that wait for a picture. ARGV: limits, model, worker, count. */
export const SET_IDLE = script(`redis.call('HSET', modelKey(ARGV[2], 'idle'), ARGV[3], ARGV[4])`);

/** ARGV: limits, id, index, token, progress (JSON), seconds until the picture is made or -1. */
export const REPORT = script(`
local id, index, token = ARGV[2], ARGV[3], ARGV[4]
if not isLive(id) or not isAttempt(id, index, token) then return end
set(id, 'progress', ARGV[5])
append(id, 'progress', ARGV[5])
local running = modelKey(get(id, 'model'), 'running')
local entry = redis.call('HGET', running, pictureId(id, index))
if entry then
  local load = cjson.decode(entry)
  load.seconds = tonumber(ARGV[6])
  load.at = load.seconds < 0 and load.begun or NOW
  redis.call('HSET', running, pictureId(id, index), cjson.encode(load))
end
`);

/** ARGV: limits, id, index, token, preview without its bytes (JSON), bytes. */
export const PREVIEW = script(`
local id, index, token = ARGV[2], ARGV[3], ARGV[4]
if not isLive(id) or not isAttempt(id, index, token) then return end
local preview = jobKey(id) .. ':preview'
redis.call('HSET', preview, 'bytes', ARGV[6])
redis.call('PEXPIREAT', preview, get(id, 'expires'))
redis.call('HSET', preview, 'number', append(id, 'preview', ARGV[5]))
`);

/** The last so many pictures of a kind count, see SpeedMeter. */
const SPEEDS = `
local function addSpeed(model, kind, worker, seconds, pixels)
  local key = modelKey(model, 'speeds')
  local samples = cjson.decode(redis.call('HGET', key, kind) or '[]')
  table.insert(samples, { worker = worker, seconds = seconds, pixels = pixels, at = NOW })
  while #samples > 15 do table.remove(samples, 1) end
  redis.call('HSET', key, kind, cjson.encode(samples))
  if redis.call('HLEN', key) <= 100 then return end
  local oldest, oldestAt
  local all = redis.call('HGETALL', key)
  for at = 1, #all, 2 do
    local samples = cjson.decode(all[at + 1])
    local seen = samples[#samples].at
    if not oldestAt or seen < oldestAt then oldest, oldestAt = all[at], seen end
  end
  redis.call('HDEL', key, oldest)
end
`;

/**
 * A picture is made, its file not yet there. ARGV: limits, id, index, token, model, worker, kind, seconds, model time by
 * stage (JSON), pixels.
 */
export const MADE = script(`
${SPEEDS}
local id, index, token, model = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local running = modelKey(model, 'running')
local entry = redis.call('HGET', running, pictureId(id, index))
if not entry or cjson.decode(entry).token ~= token then return end
addSpeed(model, ARGV[7], ARGV[6], tonumber(ARGV[8]), tonumber(ARGV[10]))
redis.call('HDEL', running, pictureId(id, index))
if not isThere(id) then return end
for stage, seconds in pairs(cjson.decode(ARGV[9])) do
  redis.call('HINCRBYFLOAT', jobKey(id), 'stage:' .. stage, seconds)
end
`);

/** Stores a picture's file while its job wants it. ARGV: limits, id, index, meta (JSON), bytes. */
export const PUT_RESULT = script(`
local id, index = ARGV[2], ARGV[3]
if not isLive(id) or tonumber(index) < number(id, 'done') then return 0 end
local key = jobKey(id) .. ':result:' .. index
redis.call('HSET', key, 'meta', ARGV[4], 'bytes', ARGV[5])
redis.call('PEXPIREAT', key, get(id, 'expires'))
return 1
`);

/** A picture's file is there. ARGV: limits, id, index, token, bytes. [gone], [late], [end], [next, index]. */
export const FINISH = script(`
local id, index, token = ARGV[2], tonumber(ARGV[3]), ARGV[4]
if not isLive(id) then return { 'gone' } end
if index < number(id, 'done') then return { 'next', number(id, 'done') } end
if not isAttempt(id, ARGV[3], token) then return { 'late' } end
set(id, 'done', index + 1, 'resultBytes', number(id, 'resultBytes') + tonumber(ARGV[5]))
append(id, 'picture', index)
if index + 1 == number(id, 'images') then
  finishJob(id, 'succeeded', '')
  return { 'end' }
end
enterLine(id)
return { 'next', index + 1 }
`);

/** A picture can't be made. ARGV: limits, id, index, token, model, status, failure (JSON). What finishJob says, or -2. */
export const FAIL = script(`
local id, index, token = ARGV[2], ARGV[3], ARGV[4]
local running = modelKey(ARGV[5], 'running')
local entry = redis.call('HGET', running, pictureId(id, index))
if entry and cjson.decode(entry).token == token then redis.call('HDEL', running, pictureId(id, index)) end
if not isAttempt(id, index, token) then return '-2' end
return ms(finishJob(id, ARGV[6], ARGV[7]) or -2)
`);

/**
 * The worker is still at its picture. ARGV: limits, id, index, token. 0: it has lost it. As long as no other has begun with the
 * picture it is the worker's, even where BullMQ has put it back into line for a lock that ran out.
 */
export const RENEW = script(`
local id, index, token = ARGV[2], ARGV[3], ARGV[4]
if not isLive(id) or not isAttempt(id, index, token) then return 0 end
local picture = pictureId(id, index)
local lock = queueKey(id, picture) .. ':lock'
redis.call('SET', lock, token, 'PX', LIMITS.lostMs)
redis.call('SREM', queueKey(id, 'stalled'), picture)
if redis.call('LREM', queueKey(id, 'wait'), 1, picture) > 0 then
  redis.call('LPUSH', queueKey(id, 'active'), picture)
  redis.call('HINCRBY', queueKey(id, picture), 'stc', -1)
  redis.call('HDEL', queueKey(id, picture), 'defa')
end
return 1
`);

/** A worker gives its picture back, for another to make. ARGV: limits, id, index, token, model. */
export const GIVE_BACK = script(`
local id, index, token = ARGV[2], ARGV[3], ARGV[4]
if not isLive(id) or not isAttempt(id, index, token) then return 0 end
enterLine(id)
redis.call('HDEL', modelKey(ARGV[5], 'running'), pictureId(id, index))
redis.call('HDEL', jobKey(id), 'attempt:' .. index)
return 1
`);
