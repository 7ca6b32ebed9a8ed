import { createHash } from 'node:crypto';
import { PRELUDE } from './prelude.js';

/** A Lua script, which Redis knows by its SHA-1 once it has seen the text. */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

/** @param body what comes after the prelude */
export function script(body: string): Script {
  const text = `${PRELUDE}\n${body}`;
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}
