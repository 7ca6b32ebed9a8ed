import { script } from './script.js';

/** With more pictures at engines than this, what was read of them so many milliseconds ago still counts. */
const [MANY, STILL_MILLISECONDS] = [50, 100];

/**
 * What admission weighs: [waiting: {load, count…}, running: {entry…}, idle workers, reservations, speeds: {kind, samples…},
 * living processes]. Of one model.
 */
const LOAD = `
-- With hundreds of workers this takes longer than all else that is asked of Redis for a job.
local function runningOf(model, alive)
  local key = modelKey(model, 'running')
  local isMany = redis.call('HLEN', key) > ${MANY}
  local read = isMany and redis.call('LRANGE', key .. ':read', 0, -1) or {}
  if #read > 0 then return read end
  local running, counted = {}, {}
  for _, entry in ipairs(redis.call('HVALS', key)) do
    local load = cjson.decode(entry)
    if alive[load.worker] then
      load.elapsedMs = NOW - load.at
      load.over = not isLive(load.job)
      -- What is left of a job counts once, whatever number of its pictures is made.
      load.left = counted[load.job] and 0 or picturesLeft(load.job)
      counted[load.job] = true
      table.insert(running, cjson.encode(load))
      if isMany then redis.call('RPUSH', key .. ':read', running[#running]) end
    end
  end
  if isMany then redis.call('PEXPIRE', key .. ':read', ${STILL_MILLISECONDS}) end
  return running
end

local function loadOf(model, alive)
  local running = runningOf(model, alive)
  local idle = 0
  local workers = redis.call('HGETALL', modelKey(model, 'idle'))
  for at = 1, #workers, 2 do
    if alive[workers[at]] then idle = idle + tonumber(workers[at + 1]) end
  end
  return { waiting = redis.call('HGETALL', modelKey(model, 'waiting')), running = running, idle = idle }
end

local function reserved(alive)
  local all = 0
  local services = redis.call('HGETALL', P .. 'reservations')
  for at = 1, #services, 2 do
    if alive[services[at]] then all = all + math.max(0, tonumber(services[at + 1])) end
  end
  return all
end

local function told(load, model, reservations, alive)
  local names = {}
  for name in pairs(alive) do table.insert(names, name) end
  return { load.waiting, load.running, load.idle, reservations, redis.call('HGETALL', modelKey(model, 'speeds')), names }
end
`;

/** What waits and runs of a model, and all reservations. ARGV: limits, model. */
export const READ_LOAD = script(`
${LOAD}
local alive = living()
return told(loadOf(ARGV[2], alive), ARGV[2], reserved(alive), alive)
`);

/** Keeps room for a job, of whichever model, if there is any. ARGV: limits, service, models (JSON). [reserved (0 or 1), a load for each model…] */
export const RESERVE = script(`
${LOAD}
local alive = living()
alive[ARGV[2]] = true
local reservations = reserved(alive)
local waiting, running, idle = 0, 0, 0
local loads = {}
for _, model in ipairs(cjson.decode(ARGV[3])) do
  local load = loadOf(model, alive)
  for at = 2, #load.waiting, 2 do waiting = waiting + tonumber(load.waiting[at]) end
  running = running + #load.running
  idle = idle + load.idle
  table.insert(loads, told(load, model, reservations, alive))
end
-- Without any work at all at least one: an engine that is being started can't say so.
if running == 0 then idle = math.max(idle, 1) end
local isFree = waiting + reservations < LIMITS.queueLimit + idle
if isFree then redis.call('HINCRBY', P .. 'reservations', ARGV[2], 1) end
return { isFree and 1 or 0, unpack(loads) }
`);

/**
 * When the next client that is refused is to come again, see RetryAfterSchedule. ARGV: limits, then milliseconds: until there is
 * room for one, between two places, and the longest wait. Milliseconds from now.
 */
export const RETRY_AFTER = script(`
local key, between, longest = P .. 'retry', tonumber(ARGV[3]), tonumber(ARGV[4])
local last = tonumber(redis.call('GET', key) or '')
local at = math.max(NOW + tonumber(ARGV[2]), last and last + between or 0)
redis.call('SET', key, ms(math.min(at, NOW + longest)), 'PX', string.format('%.0f', between + longest))
return ms(at - NOW)
`);

/** ARGV: limits, service. */
export const RELEASE_RESERVATION = script(`
if redis.call('HINCRBY', P .. 'reservations', ARGV[2], -1) <= 0 then
  redis.call('HDEL', P .. 'reservations', ARGV[2])
end
`);

/** How many a service has, where that is in doubt. ARGV: limits, service, count. */
export const SET_RESERVATIONS = script(`
if tonumber(ARGV[3]) > 0 then
  redis.call('HSET', P .. 'reservations', ARGV[2], ARGV[3])
else
  redis.call('HDEL', P .. 'reservations', ARGV[2])
end
`);

/** Finds a job by its name and holds it. ARGV: limits, service, key, fingerprint. [] none, [taken] another content, [same, id]. */
export const HOLD_NAMED = script(`
local id = redis.call('GET', P .. 'name:' .. ARGV[3])
if not id or not isThere(id) then return {} end
if get(id, 'fingerprint') ~= ARGV[4] then return { 'taken' } end
hold(id, ARGV[2])
return { 'same', id }
`);

/**
 * Takes a job into the line. ARGV: limits, service, id, key, fingerprint, whether a reservation is given up, milliseconds until
 * its time is over, milliseconds for which anything of it may lie here, then the record's fields. As HOLD_NAMED where there is
 * one of that name; [full] when unfinished jobs' files take too much, else [new].
 */
export const ADMIT = script(`
local service, id, key = ARGV[2], ARGV[3], ARGV[4]
local known = key ~= '' and redis.call('GET', P .. 'name:' .. key)
if known and isThere(known) then
  if get(known, 'fingerprint') ~= ARGV[5] then return { 'taken' } end
  hold(known, service)
  return { 'same', known }
end
local fields = {}
for at = 9, #ARGV, 2 do fields[ARGV[at]] = ARGV[at + 1] end
local held = tonumber(redis.call('GET', P .. 'inputs:bytes')) or 0
if held + tonumber(fields.inputBytes) > LIMITS.uploadsMaxBytes then return { 'full' } end
local expires = string.format('%.0f', NOW + tonumber(ARGV[8]))
set(id, 'v', LIMITS.version, 'created', ms(NOW), 'expires', expires, 'name', key, 'fingerprint', ARGV[5],
  'status', 'queued', 'next', 0, 'first', 0, unpack(ARGV, 9))
redis.call('PEXPIREAT', jobKey(id), expires)
for index = 0, number(id, 'inputs') - 1 do redis.call('PEXPIREAT', jobKey(id) .. ':input:' .. index, expires) end
addBytes('inputs', id, number(id, 'inputBytes'))
if key ~= '' then redis.call('SET', P .. 'name:' .. key, id, 'PXAT', expires) end
redis.call('ZADD', P .. 'deadlines', ms(NOW + tonumber(ARGV[7])), id)
if ARGV[6] == '1' and redis.call('HINCRBY', P .. 'reservations', service, -1) <= 0 then
  redis.call('HDEL', P .. 'reservations', service)
end
hold(id, service)
enterLine(id, queueNext(id, {}))
-- It goes to the end of BullMQ's line: those before it wait there, or are about to.
local position = tonumber(redis.call('HGET', modelKey(get(id, 'model'), 'counts'), 'queued'))
append(id, 'queued', position)
set(id, 'told', position)
return { 'new' }
`);

/** Tells jobs in line their positions where these have changed. ARGV: limits, ids… */
export const TELL_POSITIONS = script(`
for at = 2, #ARGV do
  local id = ARGV[at]
  local position = positionOf(id)
  if position then
    -- A job that has had a turn and is next anyway doesn't wait.
    local isNext = position == 1 and get(id, 'started') ~= '' and get(id, 'told') == ''
    if not isNext and tostring(position) ~= get(id, 'told') then
      append(id, 'queued', position)
      set(id, 'told', position)
    end
  end
end
`);

/** ARGV: limits, service, id. [-2: nothing was given up, else what finishJob says; the job's trace]. */
export const LEAVE = script(`
local trace = get(ARGV[3], 'trace')
return { ms(release(ARGV[3], ARGV[2], 1) or -2), trace }
`);

/** ARGV: limits, id. */
export const DETACH = script(`if isThere(ARGV[2]) then set(ARGV[2], 'detached', '1') end`);

/** Ends a job. ARGV: limits, id, status, failure (JSON). [-2: it had ended, else what finishJob says; the job's trace]. */
export const END = script(`
local trace = get(ARGV[2], 'trace')
return { ms(finishJob(ARGV[2], ARGV[3], ARGV[4]) or -2), trace }
`);

/** Takes back a job that could not be taken whole, and its reservation. ARGV: limits, service, id. */
export const TAKE_BACK = script(`
redis.call('HDEL', P .. 'service:' .. ARGV[2] .. ':holds', ARGV[3])
if isThere(ARGV[3]) then forget(ARGV[3]) end
`);

/** Forgets a job that has ended, or has it forgotten when its last holder leaves it. ARGV: limits, id. Whether there was such a one. */
export const FORGET = script(`
local id = ARGV[2]
if not isThere(id) or isLive(id) then return 0 end
forgetName(id)
redis.call('HDEL', jobKey(id), 'detached')
if number(id, 'holders') == 0 then forget(id) end
return 1
`);

/**
 * The record, as field and value in turn, and its position in line ('' for none). ARGV: limits, id, a process that is to be told of its
 * end or ''.
 */
export const SNAPSHOT = script(`
local id = ARGV[2]
if redis.call('EXISTS', jobKey(id)) == 0 then return {} end
if ARGV[3] ~= '' and isLive(id) then tellEndTo(id, ARGV[3]) end
-- What is no hash is told as a record that holds nothing.
return { tostring(positionOf(id) or ''), isThere(id) and redis.call('HGETALL', jobKey(id)) or {} }
`);

/** Removes a job whose record can't be read, whatever it holds. ARGV: limits, id. Whether there was one. */
export const REMOVE = script(`
local id = ARGV[2]
local job = jobKey(id)
if redis.call('EXISTS', job) == 0 then return 0 end
-- What can't be undone by the record is left: it runs out by itself.
for _, undo in ipairs({ leaveLine, dropInputs, dropPictures, forgetName, tellEnd }) do pcall(undo, id) end
stopKeeping(id)
redis.call('ZREM', P .. 'deadlines', id)
for index = 0, countOf(id, 'images') - 1 do redis.call('UNLINK', job .. ':result:' .. index) end
redis.call('UNLINK', job .. ':events', job)
dropBytes('inputs', id)
redis.call('PUBLISH', job, 'gone')
return 1
`);

/** How many pictures a job has, and its first one where that is finished. ARGV: limits, id. [count, meta (JSON), bytes] */
export const FIRST_RESULT = script(`
local id = ARGV[2]
return { number(id, 'images'), unpack(redis.call('HMGET', jobKey(id) .. ':result:0', 'meta', 'bytes')) }
`);
