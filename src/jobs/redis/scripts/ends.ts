/** What ends jobs, and what becomes of those that have ended: it follows the prelude in every script. */
export const ENDS = `
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
  for index = 0, countOf(id, 'inputs') - 1 do redis.call('UNLINK', jobKey(id) .. ':input:' .. index) end
  dropBytes('inputs', id)
end

-- Takes it out of BullMQ's line; its workers, if it has some, see that the job has ended.
local function dropPictures(id)
  for index = countOf(id, 'first'), countOf(id, 'next') - 1 do
    if get(id, 's:' .. index) == 'queued' then
      local picture = pictureId(id, index)
      if redis.call('LREM', queueKey(id, 'wait'), 1, picture) > 0 then redis.call('DEL', queueKey(id, picture)) end
      setState(id, index, '')
    end
    redis.call('UNLINK', previewKey(id, index))
  end
  redis.call('ZREM', modelKey(get(id, 'model'), 'batches'), id)
end

local function stopKeeping(id)
  if redis.call('ZREM', P .. 'kept', id) == 0 then return end
  redis.call('ZREM', P .. 'kept:until', id)
  dropBytes('kept', id)
end

local function forget(id)
  if isLive(id) then tellEnd(id) end
  stopKeeping(id)
  dropInputs(id)
  dropPictures(id)
  leaveLine(id)
  forgetName(id)
  redis.call('ZREM', P .. 'deadlines', id)
  local job = jobKey(id)
  for index = 0, countOf(id, 'images') - 1 do redis.call('UNLINK', job .. ':result:' .. index) end
  redis.call('UNLINK', job .. ':events', job)
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
  tellEnd(id)
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
  tellEndTo(id, service)
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
`;
