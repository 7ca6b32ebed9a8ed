import { luaScript, type Script } from '../../../redis/script.js';
import { PRELUDE } from './prelude.js';

/** @param body what comes after the prelude */
export function script(body: string): Script {
  return luaScript(`${PRELUDE}\n${body}`);
}
