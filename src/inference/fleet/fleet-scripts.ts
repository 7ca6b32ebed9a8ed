import { luaScript } from '../../redis/script.js';

/** KEYS[1] is the prefix of all keys, ARGV[1] the milliseconds after which a silent process counts as gone. */
const PRELUDE = `
local P = KEYS[1]
local clock = redis.call('TIME')
local NOW = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)

-- Processes that make pictures with a model, by id: their entries.
local function workers()
  local living = {}
  -- Where Redis itself was away nobody could say that it lives.
  local beat = tonumber(redis.call('GET', P .. 'beat') or '') or NOW
  local wasAway = NOW - beat > tonumber(ARGV[1]) * 0.9 or redis.call('EXISTS', P .. 'grace') == 1
  local all = redis.call('HGETALL', P .. 'fleet:workers')
  for at = 1, #all, 2 do
    local seen = tonumber(redis.call('ZSCORE', P .. 'services', all[at]) or '0')
    if wasAway or seen > NOW - tonumber(ARGV[1]) then
      living[all[at]] = cjson.decode(all[at + 1])
    else
      redis.call('HDEL', P .. 'fleet:workers', all[at])
    end
  end
  return living
end
`;

/**
 * A process has a model. ARGV: milliseconds, process, model, its content key, what there is to know of it (JSON), the process's
 * entry (JSON). '' if it may serve it; else the content key of the other checkpoint that is served under its name.
 */
export const ANNOUNCE = luaScript(`
${PRELUDE}
local process, model, content = ARGV[2], ARGV[3], ARGV[4]
redis.call('ZADD', P .. 'services', NOW, process)
local known = redis.call('HGET', P .. 'fleet:model:' .. model, 'content')
for id, worker in pairs(workers()) do
  if id ~= process and worker.model == model and known ~= content then return known or '' end
end
redis.call('HSET', P .. 'fleet:model:' .. model, 'content', content, 'info', ARGV[5])
redis.call('HSET', P .. 'fleet:workers', process, ARGV[6])
if not redis.call('ZSCORE', P .. 'fleet:models', model) then
  redis.call('ZADD', P .. 'fleet:models', redis.call('INCR', P .. 'fleet:count'), model)
end
redis.call('HSET', P .. 'fleet:seen', model, NOW)
redis.call('PUBLISH', P .. 'fleet', '')
return ''
`);

/** A process serves its model no longer. ARGV: milliseconds, process. */
export const RETIRE = luaScript(`
${PRELUDE}
redis.call('HDEL', P .. 'fleet:workers', ARGV[2])
redis.call('PUBLISH', P .. 'fleet', '')
`);

/**
 * Models in the order in which they came, with those whose workers are gone for a day. ARGV: milliseconds.
 * [model, what there is to know of it (JSON), processes]…
 */
export const READ_FLEET = luaScript(`
${PRELUDE}
local counts = {}
for _, worker in pairs(workers()) do counts[worker.model] = (counts[worker.model] or 0) + 1 end
local fleet = {}
for _, model in ipairs(redis.call('ZRANGE', P .. 'fleet:models', 0, -1)) do
  local count = counts[model] or 0
  if count > 0 then
    redis.call('HSET', P .. 'fleet:seen', model, NOW)
  elseif tonumber(redis.call('HGET', P .. 'fleet:seen', model) or '0') < NOW - 86400000 then
    redis.call('ZREM', P .. 'fleet:models', model)
    redis.call('HDEL', P .. 'fleet:seen', model)
    redis.call('DEL', P .. 'fleet:model:' .. model)
  end
  local info = redis.call('HGET', P .. 'fleet:model:' .. model, 'info')
  if info then table.insert(fleet, { model, info, count }) end
end
return fleet
`);
