import { script } from './script.js';

/** So much is done at a time, so that no script keeps Redis from others for long. */
const AT_ONCE = 100;
/** What a process has to put into BullMQ's line is there sooner. */
const UNSEEN_MILLISECONDS = 5000;

/**
 * A process lives; and what is due is done, whoever it was that should have: jobs whose time is over fail, jobs that were kept
 * for long enough are forgotten, and what processes held that Redis has heard nothing of is released. ARGV: limits, service.
 * [milliseconds until something is due or -1, jobs that timed out, jobs whose clients have gone, [id, waited (ms), trace]…, [model, picture to be put into line]…]
 */
export const SWEEP = script(`
redis.call('ZADD', P .. 'services', ms(NOW), ARGV[2])
if wasAway() and redis.call('EXISTS', P .. 'grace') == 0 then redis.call('SET', P .. 'grace', 1, 'PX', LIMITS.lostMs) end
redis.call('SET', P .. 'beat', ms(NOW))
local timeouts, gone = 0, 0
local waits = {}
local function noteWait(id, trace, waited)
  if waited and waited >= 0 then table.insert(waits, { id, ms(waited), trace }) end
end

local silent = wasAway() and {} or redis.call('ZRANGEBYSCORE', P .. 'services', '-inf', '(' .. ms(NOW - LIMITS.lostMs))
for _, service in ipairs(silent) do
  local holds = redis.call('HGETALL', P .. 'service:' .. service .. ':holds')
  for at = 1, math.min(#holds, 2 * ${AT_ONCE}), 2 do
    local trace = get(holds[at], 'trace')
    local waited = release(holds[at], service, tonumber(holds[at + 1]))
    if waited then gone = gone + 1 end
    noteWait(holds[at], trace, waited)
  end
  if #holds <= 2 * ${AT_ONCE} then
    redis.call('HDEL', P .. 'reservations', service)
    redis.call('HDEL', P .. 'uploads', service)
    redis.call('ZREM', P .. 'services', service)
  end
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'deadlines', '-inf', ms(NOW), 'LIMIT', 0, ${AT_ONCE})) do
  if not isThere(id) then
    redis.call('ZREM', P .. 'deadlines', id)
    dropBytes('inputs', id)
  elseif isKnown(id) then
    local message = 'The edit was not done within ' .. get(id, 'timeout') .. ' seconds'
    local trace = get(id, 'trace')
    local waited = finishJob(id, 'failed', cjson.encode({ kind = 'timeout', message = message }))
    if waited then timeouts = timeouts + 1 end
    noteWait(id, trace, waited)
  end
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'kept:until', '-inf', ms(NOW), 'LIMIT', 0, ${AT_ONCE})) do
  if not isThere(id) or isKnown(id) then forget(id) end
end

-- What should be in BullMQ's line, but was put there by nobody: its process has ended in between.
local missing = {}
for _, picture in ipairs(redis.call('ZRANGEBYSCORE', P .. 'outbox', '-inf', ms(NOW - ${UNSEEN_MILLISECONDS}), 'LIMIT', 0, ${AT_ONCE})) do
  local id, index = string.match(picture, '^(.*)-(%d+)$')
  if id and isLive(id) and get(id, 's:' .. index) == 'queued' and redis.call('EXISTS', queueKey(id, picture)) == 0 then
    table.insert(missing, { get(id, 'model'), picture })
  else
    redis.call('ZREM', P .. 'outbox', picture)
  end
end

local due = -1
for _, key in ipairs({ 'deadlines', 'kept:until' }) do
  local first = redis.call('ZRANGE', P .. key, 0, 0, 'WITHSCORES')[2]
  if first and (due < 0 or tonumber(first) - NOW < due) then due = math.max(0, tonumber(first) - NOW) end
end
return { ms(due), timeouts, gone, waits, missing }
`);
