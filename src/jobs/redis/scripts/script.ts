import { luaScript, type Script } from '../../../redis/script.js';
import { ENDS } from './ends.js';
import { PRELUDE } from './prelude.js';

/** @param body what comes after what all scripts begin with */
export function script(body: string): Script {
  return luaScript([PRELUDE, ENDS, body].join('\n'));
}
