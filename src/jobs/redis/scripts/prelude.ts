/**
 * What every script begins with. KEYS[1] is the prefix of all keys, ARGV[1] a JSON object of the caller's limits (ScriptLimits);
 * all other keys are made from the prefix. Times are Redis's own, in milliseconds with three decimals: no process's clock counts.
 *
 * A script that has not enough memory fails at its first write, before anything has changed: each one begins by a write
 * that is refused then, or writes nothing that is.
 */
export const PRELUDE = `
local P = KEYS[1]
local LIMITS = cjson.decode(ARGV[1])
local clock = redis.call('TIME')
local NOW = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2])) / 1000

local function ms(value) return string.format('%.3f', value) end
local function jobKey(id) return P .. 'job:' .. id end
-- A record that is no hash has no fields.
local function get(id, field)
  local value = redis.pcall('HGET', jobKey(id), field)
  return type(value) == 'string' and value or ''
end
local function number(id, field) return tonumber(get(id, field)) or 0 end
-- Of pictures or files: a damaged record may say any number (MAX_FILES times n is 2560 at most).
local function countOf(id, field) return math.max(0, math.min(number(id, field), 2560)) end
local function set(id, ...) redis.call('HSET', jobKey(id), ...) end
local function modelKey(model, name) return P .. 'model:' .. model .. ':' .. name end
local function queueKey(id, name) return get(id, 'queue') .. ':' .. name end
local function pictureId(id, index) return id .. '-' .. index end

-- A record of a newer version of the service is left as it is.
local function isKnown(id) return number(id, 'v') <= LIMITS.version end
local function isThere(id) return redis.call('TYPE', jobKey(id)).ok == 'hash' end
local function isLive(id) return isThere(id) and get(id, 'finished') == '' end

-- Processes that are told of the job's end, each on its own channel: those that hold it, wait for it or make pictures of it.
local function tellEndTo(id, process)
  local told = get(id, 'tells')
  if not string.find(told, process, 1, true) then set(id, 'tells', told .. process .. ' ') end
end
local function tellEnd(id)
  for process in string.gmatch(get(id, 'tells'), '%S+') do redis.call('PUBLISH', P .. 'process:' .. process, id) end
end

local function tellLine(id) redis.call('PUBLISH', P .. 'line:' .. get(id, 'model'), '') end

local function dropEvent(id, kind)
  local last = get(id, 'last:' .. kind)
  if last == '' then return end
  redis.call('XDEL', jobKey(id) .. ':events', last .. '-0')
  redis.call('HDEL', jobKey(id), 'last:' .. kind)
end

-- Of queued, progress and preview only the latest matters; a picture and the end supersede previews.
local function append(id, kind, body)
  local number = redis.call('HINCRBY', jobKey(id), 'events', 1)
  if kind == 'queued' or kind == 'progress' or kind == 'preview' then
    dropEvent(id, kind)
    set(id, 'last:' .. kind, number)
  elseif kind ~= 'started' then
    dropEvent(id, 'preview')
  end
  local events = jobKey(id) .. ':events'
  redis.call('XADD', events, number .. '-0', 'type', kind, 'at', ms(NOW), 'body', body)
  if number == 1 then redis.call('PEXPIREAT', events, get(id, 'expires')) end
  redis.call('PUBLISH', jobKey(id), (kind == 'succeeded' or kind == 'failed') and 'end' or number)
  return number
end

local function previewKey(id, index) return jobKey(id) .. ':preview:' .. index end

local function tellPicture(id, index, kind, body)
  if kind == 'progress' then set(id, 'progress', body) end
  local number = append(id, kind, body)
  if kind == 'preview' then redis.call('HSET', previewKey(id, index), 'number', number) end
  if kind == 'picture' then redis.call('UNLINK', previewKey(id, index)) end
end

-- Of pictures that are made side by side is told in their order: of the first that isn't finished at once, of others once they
-- have become the first.
local function say(id, index, kind, body)
  if index ~= number(id, 'first') then
    set(id, 'held:' .. kind .. ':' .. index, body)
    return
  end
  tellPicture(id, index, kind, body)
  while kind == 'picture' do
    index = redis.call('HINCRBY', jobKey(id), 'first', 1)
    for _, held in ipairs({ 'progress', 'preview', 'picture' }) do
      local field = 'held:' .. held .. ':' .. index
      local text = get(id, field)
      if text ~= '' then
        tellPicture(id, index, held, text)
        redis.call('HDEL', jobKey(id), field)
      end
      kind = text ~= '' and held or ''
    end
  end
end

-- A picture is queued (for a worker to take), running (at an engine), made (its file is being written) and then done.
local COUNTS = { queued = 'queued', running = 'flight', made = 'writing', done = 'done' }
local function setState(id, index, state)
  local field = 's:' .. index
  local old = get(id, field)
  if old == state then return end
  for _, change in ipairs({ { old, -1 }, { state, 1 } }) do
    local count = COUNTS[change[1]]
    if count then redis.call('HINCRBY', jobKey(id), count, change[2]) end
    if count == 'queued' then redis.call('HINCRBY', modelKey(get(id, 'model'), 'counts'), 'queued', change[2]) end
  end
  set(id, field, state)
  -- Until BullMQ is seen to have it.
  if state == 'queued' then redis.call('ZADD', P .. 'outbox', ms(NOW), pictureId(id, index)) end
  if old == 'queued' then redis.call('ZREM', P .. 'outbox', pictureId(id, index)) end
end

-- Pictures whose turn has not come.
local function picturesLeft(id) return number(id, 'images') - number(id, 'next') + number(id, 'queued') end

-- The next picture is to be put into BullMQ's line.
local function queueNext(id, adds)
  local index = number(id, 'next')
  set(id, 'next', index + 1)
  setState(id, index, 'queued')
  table.insert(adds, pictureId(id, index))
  return index
end

-- The job has no picture at an engine, and waits for its turn.
local function enterLine(id, index)
  local load = get(id, 'kind') .. ' ' .. picturesLeft(id)
  redis.call('HINCRBY', modelKey(get(id, 'model'), 'waiting'), load, 1)
  set(id, 'line', load, 'place', index, 'waits', ms(NOW), 'told', '')
end

-- Milliseconds of the wait that is over; nil if it didn't wait.
local function leaveLine(id)
  local load = get(id, 'line')
  if load == '' then return nil end
  local key = modelKey(get(id, 'model'), 'waiting')
  if redis.call('HINCRBY', key, load, -1) <= 0 then redis.call('HDEL', key, load) end
  local waited = math.max(0, NOW - number(id, 'waits'))
  set(id, 'line', '', 'told', '', 'waited', ms(number(id, 'waited') + waited))
  return waited
end

-- In line, from 1; nil: it stands in none.
local function positionOf(id)
  if not isLive(id) or get(id, 'line') == '' then return nil end
  local place = redis.call('LPOS', queueKey(id, 'wait'), pictureId(id, get(id, 'place')))
  return place and redis.call('LLEN', queueKey(id, 'wait')) - place or nil
end

-- Workers for which no job stands in line are offered a further picture of one that has some at engines: of the one that has the
-- fewest there, of several the one that had its last turn the longest time ago. Never of one whose file is still being written.
local function offerFurther(model, adds)
  local free = -(tonumber(redis.call('HGET', modelKey(model, 'counts'), 'queued')) or 0)
  for _, count in ipairs(redis.call('HVALS', modelKey(model, 'idle'))) do free = free + tonumber(count) end
  while free > 0 do
    local best, fewest
    for _, id in ipairs(redis.call('ZRANGE', modelKey(model, 'batches'), 0, -1)) do
      local count = number(id, 'flight') + number(id, 'queued')
      local isOpen = isLive(id) and number(id, 'next') < number(id, 'images') and number(id, 'writing') == 0
      if isOpen and (not best or count < fewest) then best, fewest = id, count end
    end
    if not best then return end
    queueNext(best, adds)
    free = free - 1
  end
end

-- Whether the attempt is the latest at that picture: a worker that was given up is told by its old token.
local function isAttempt(id, index, token)
  return isThere(id) and get(id, 'attempt:' .. index) == token
end

-- Redis itself was away: nobody could say that it lives, and all are given the time to say so.
local function wasAway()
  local beat = tonumber(redis.call('GET', P .. 'beat') or '') or NOW
  return NOW - beat > LIMITS.lostMs * 0.9 or redis.call('EXISTS', P .. 'grace') == 1
end

-- Processes that Redis has heard of lately, by id.
local function living()
  local seen = {}
  if wasAway() then
    for _, id in ipairs(redis.call('ZRANGE', P .. 'services', 0, -1)) do seen[id] = true end
    return seen
  end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'services', ms(NOW - LIMITS.lostMs), '+inf')) do
    seen[id] = true
  end
  return seen
end
`;
