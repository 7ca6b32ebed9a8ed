import { afterAll, beforeAll } from '@jest/globals';
import { TestServer, type ServerOptions } from './server.js';

/** One server for all tests of the block that this is called in; its fields can be read in tests and hooks. */
export function sharedServer(options: ServerOptions = {}): { readonly server: TestServer; readonly url: string } {
  let started: TestServer | undefined;
  beforeAll(async () => {
    started = await TestServer.start(options);
  });
  afterAll(() => started?.stop());
  const running = (): TestServer => {
    if (started === undefined) throw new Error('The server is started before the first test');
    return started;
  };
  return {
    get server() {
      return running();
    },
    get url() {
      return running().url;
    },
  };
}
