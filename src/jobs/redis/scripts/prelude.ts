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
local function get(id, field) return redis.call('HGET', jobKey(id), field) or '' end
local function number(id, field) return tonumber(get(id, field)) or 0 end
local function set(id, ...) redis.call('HSET', jobKey(id), ...) end
local function modelKey(model, name) return P .. 'model:' .. model .. ':' .. name end
local function queueKey(id, name) return get(id, 'queue') .. ':' .. name end
local function pictureId(id, index) return id .. '-' .. index end

-- A record of a newer version of the service is left as it is.
local function isKnown(id) return number(id, 'v') <= LIMITS.version end
local function isThere(id) return redis.call('EXISTS', jobKey(id)) == 1 end
local function isLive(id) return isThere(id) and get(id, 'finished') == '' end

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
  else
    if kind ~= 'started' then
      dropEvent(id, 'preview')
      redis.call('UNLINK', jobKey(id) .. ':preview')
    end
  end
  local events = jobKey(id) .. ':events'
  redis.call('XADD', events, number .. '-0', 'type', kind, 'at', ms(NOW), 'body', body)
  if number == 1 then redis.call('PEXPIREAT', events, get(id, 'expires')) end
  redis.call('PUBLISH', jobKey(id), (kind == 'succeeded' or kind == 'failed') and 'end' or number)
  return number
end

local function enterLine(id)
  local left = number(id, 'images') - number(id, 'done')
  local load = get(id, 'kind') .. ' ' .. left
  redis.call('HINCRBY', modelKey(get(id, 'model'), 'waiting'), load, 1)
  set(id, 'line', load, 'waits', ms(NOW), 'told', '')
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

local function forgetName(id)
  local name = get(id, 'name')
  if name ~= '' and redis.call('GET', P .. 'name:' .. name) == id then redis.call('DEL', P .. 'name:' .. name) end
end

local function isNamed(id)
  local name = get(id, 'name')
  return name ~= '' and redis.call('GET', P .. 'name:' .. name) == id
end

-- What jobs take of something, one by one and in all; a record that has run out leaves its share to be dropped.
local function addBytes(what, id, bytes)
  redis.call('HSET', P .. what .. ':sizes', id, bytes)
  return redis.call('INCRBY', P .. what .. ':bytes', bytes)
end
local function dropBytes(what, id)
  local bytes = redis.call('HGET', P .. what .. ':sizes', id)
  if not bytes then return end
  redis.call('HDEL', P .. what .. ':sizes', id)
  redis.call('DECRBY', P .. what .. ':bytes', bytes)
end

local function dropInputs(id)
  for index = 0, number(id, 'inputs') - 1 do redis.call('UNLINK', jobKey(id) .. ':input:' .. index) end
  dropBytes('inputs', id)
end

-- Takes it out of BullMQ's line; its worker, if it has one, sees that the job has ended.
local function dropPictures(id)
  for index = number(id, 'done'), number(id, 'next') do
    local picture = pictureId(id, index)
    if redis.call('LREM', queueKey(id, 'wait'), 1, picture) > 0 then
      redis.call('DEL', queueKey(id, picture))
    end
    local running = modelKey(get(id, 'model'), 'running')
    local entry = redis.call('HGET', running, picture)
    if entry then
      local load = cjson.decode(entry)
      load.over = true
      redis.call('HSET', running, picture, cjson.encode(load))
    end
  end
end

local function stopKeeping(id)
  if redis.call('ZREM', P .. 'kept', id) == 0 then return end
  redis.call('ZREM', P .. 'kept:until', id)
  dropBytes('kept', id)
end

local function forget(id)
  stopKeeping(id)
  dropInputs(id)
  dropPictures(id)
  leaveLine(id)
  forgetName(id)
  redis.call('ZREM', P .. 'deadlines', id)
  local job = jobKey(id)
  for index = 0, number(id, 'images') - 1 do redis.call('UNLINK', job .. ':result:' .. index) end
  redis.call('UNLINK', job .. ':events', job .. ':preview', job)
  redis.call('PUBLISH', job, 'gone')
end

local function keepOrForget(id)
  if number(id, 'holders') > 0 or redis.call('ZSCORE', P .. 'kept', id) then return end
  if get(id, 'detached') == '' and not isNamed(id) then return forget(id) end
  redis.call('ZADD', P .. 'kept', redis.call('INCR', P .. 'kept:count'), id)
  redis.call('ZADD', P .. 'kept:until', ms(number(id, 'finished') + LIMITS.retentionMs), id)
  local all = addBytes('kept', id, number(id, 'resultBytes') + number(id, 'ownBytes'))
  while all > LIMITS.retentionBytes do
    local oldest = redis.call('ZRANGE', P .. 'kept', 0, 0)[1]
    if not oldest then break end
    forget(oldest)
    all = tonumber(redis.call('GET', P .. 'kept:bytes')) or 0
  end
end

-- Only the first end counts. Milliseconds of the wait that it ended, or -1; nil: it had ended.
local function finishJob(id, status, failure)
  if not isLive(id) then return nil end
  local waited = leaveLine(id)
  set(id, 'finished', ms(NOW), 'status', status, 'failure', failure)
  redis.call('ZREM', P .. 'deadlines', id)
  append(id, status == 'succeeded' and 'succeeded' or 'failed', failure)
  dropInputs(id)
  dropPictures(id)
  tellLine(id)
  if status == 'cancelled' then forgetName(id) end
  keepOrForget(id)
  return waited or -1
end

local function hold(id, service)
  redis.call('HINCRBY', jobKey(id), 'holders', 1)
  redis.call('HINCRBY', P .. 'service:' .. service .. ':holds', id, 1)
  stopKeeping(id)
end

local CLIENT_GONE = cjson.encode({ kind = 'cancelled', message = 'The edit was cancelled: its client has gone' })

-- What finishJob says when that gave the job up, else nil.
local function release(id, service, count)
  local holds = P .. 'service:' .. service .. ':holds'
  local own = tonumber(redis.call('HGET', holds, id)) or 0
  count = math.min(count, own)
  if count <= 0 then return nil end
  if redis.call('HINCRBY', holds, id, -count) <= 0 then redis.call('HDEL', holds, id) end
  if not isThere(id) then return nil end
  if redis.call('HINCRBY', jobKey(id), 'holders', -count) > 0 then return nil end
  if not isLive(id) then
    keepOrForget(id)
  elseif get(id, 'detached') == '' then
    return finishJob(id, 'cancelled', CLIENT_GONE)
  end
  return nil
end

-- Whether the attempt is the latest at that picture: a worker that was given up is told by its old token.
local function isAttempt(id, index, token)
  return isThere(id) and get(id, 'attempt:' .. index) == token
end

-- Processes that Redis has heard of lately, by id.
local function living()
  local seen = {}
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'services', ms(NOW - LIMITS.lostMs), '+inf')) do
    seen[id] = true
  end
  return seen
end
`;
