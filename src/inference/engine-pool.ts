import type { PictureEngine } from './picture-engine.js';

/** The engines that this process has work for. */
export class EnginePool {
  constructor(readonly engines: readonly PictureEngine[]) {}
}
