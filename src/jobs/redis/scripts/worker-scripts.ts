import { script } from './script.js';

/**
 * A worker begins with a picture that BullMQ has given to it. ARGV: limits, id, index, token, worker, workers of its process that
 * still wait. [gone]: it is wanted no longer; else [turn, edit, images, waited (ms), trace, pictures to be put into line].
 */
export const BEGIN = script(`
local id, index, token, worker = ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
if not isLive(id) or not isKnown(id) then return { 'gone' } end
local model = get(id, 'model')
redis.call('HSET', modelKey(model, 'idle'), worker, ARGV[6])
if get(id, 's:' .. index) == 'done' or index >= number(id, 'next') then return { 'gone' } end
local waited = leaveLine(id) or 0
tellEndTo(id, worker)
setState(id, index, 'running')
set(id, 'status', 'running', 'attempt:' .. index, token)
if get(id, 'started') == '' then
  set(id, 'started', ms(NOW))
  append(id, 'started', '')
end
redis.call('ZADD', modelKey(model, 'batches'), redis.call('HINCRBY', modelKey(model, 'counts'), 'turns', 1), id)
local load = { job = id, token = token, worker = worker, kind = get(id, 'kind'), images = number(id, 'images'),
  begun = NOW, at = NOW, seconds = -1 }
redis.call('HSET', modelKey(model, 'running'), pictureId(id, index), cjson.encode(load))
tellLine(id)
local adds = {}
offerFurther(model, adds)
return { 'turn', get(id, 'edit'), number(id, 'images'), ms(waited), get(id, 'trace'), adds }
`);

/** Workers of a process that wait for a picture. ARGV: limits, model, worker, count. Pictures to be put into line. */
export const SET_IDLE = script(`
redis.call('HSET', modelKey(ARGV[2], 'idle'), ARGV[3], ARGV[4])
local adds = {}
offerFurther(ARGV[2], adds)
return adds
`);

/**
 * What an edit of a job is made from, as it was uploaded. ARGV: limits, id, which edit. [] when it is gone, else [files (JSON), pictures…,
 * the mask if there is one].
 */
export const READ_INPUT = script(`
local id, index = ARGV[2], tonumber(ARGV[3])
local text = get(id, 'files')
if text == '' then return {} end
local files = cjson.decode(text)
local read = { text }
local function add(at) table.insert(read, redis.call('GET', jobKey(id) .. ':input:' .. at)) end
if files.kind == 'together' then
  for at = 0, math.min(files.pictures, countOf(id, 'inputs')) - 1 do add(at) end
else
  add(index)
end
if files.feather ~= cjson.null then add(files.pictures) end
return read
`);

/** ARGV: limits, id, index, token, progress (JSON), seconds until the picture is made or -1. */
export const REPORT = script(`
local id, index, token = ARGV[2], ARGV[3], ARGV[4]
if not isLive(id) or not isAttempt(id, index, token) then return end
say(id, tonumber(index), 'progress', ARGV[5])
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
local preview = previewKey(id, index)
redis.call('HSET', preview, 'bytes', ARGV[6])
redis.call('PEXPIREAT', preview, get(id, 'expires'))
say(id, tonumber(index), 'preview', ARGV[5])
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
 * stage (JSON), pixels, progress that was not reported yet (JSON) or ''.
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
if ARGV[11] ~= '' and isLive(id) then say(id, tonumber(index), 'progress', ARGV[11]) end
setState(id, tonumber(index), 'made')
if number(id, 'flight') == 0 then redis.call('ZREM', modelKey(model, 'batches'), id) end
for stage, seconds in pairs(cjson.decode(ARGV[9])) do
  redis.call('HINCRBYFLOAT', jobKey(id), 'stage:' .. stage, seconds)
end
`);

/**
 * A picture's file is there. ARGV: limits, id, index, token, meta (JSON), bytes. [gone], [late], [end], or [next, pictures to be put
 * into line].
 */
export const FINISH = script(`
local id, index, token = ARGV[2], tonumber(ARGV[3]), ARGV[4]
if not isLive(id) then return { 'gone' } end
if get(id, 's:' .. index) == 'done' or not isAttempt(id, ARGV[3], token) then return { 'late' } end
local result = jobKey(id) .. ':result:' .. index
redis.call('HSET', result, 'meta', ARGV[5], 'bytes', ARGV[6])
redis.call('PEXPIREAT', result, get(id, 'expires'))
setState(id, index, 'done')
set(id, 'resultBytes', number(id, 'resultBytes') + #ARGV[6])
say(id, index, 'picture', index)
if number(id, 'done') == number(id, 'images') then
  finishJob(id, 'succeeded', '')
  return { 'end' }
end
local adds = {}
local isFree = number(id, 'flight') == 0 and number(id, 'queued') == 0 and number(id, 'writing') == 0
if isFree and number(id, 'next') < number(id, 'images') then enterLine(id, queueNext(id, adds)) end
offerFurther(get(id, 'model'), adds)
return { 'next', adds }
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
setState(id, tonumber(index), 'queued')
redis.call('HDEL', modelKey(ARGV[5], 'running'), pictureId(id, index))
if number(id, 'flight') == 0 then
  redis.call('ZREM', modelKey(ARGV[5], 'batches'), id)
  enterLine(id, index)
end
redis.call('HDEL', jobKey(id), 'attempt:' .. index)
return 1
`);
