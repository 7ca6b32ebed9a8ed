import { createHash } from 'node:crypto';

/** A Lua script, which Redis knows by its SHA-1 once it has seen the text. */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

export function luaScript(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}
