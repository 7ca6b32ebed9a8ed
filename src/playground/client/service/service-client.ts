import { FaultError, faultOf } from './fault.js';
import type { KeyKeeper } from './key-keeper.js';

/** What is sent, in fetch's terms. */
export interface ServiceRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Blob;
  readonly signal?: AbortSignal;
  /** It goes its way also when the page is closed. */
  readonly keepalive?: boolean;
}

/** Speaks to the service that the page came from, below whatever path a proxy has put it. */
export class ServiceClient {
  constructor(private readonly keys: KeyKeeper) {}

  /**
   * @throws FaultError when there is no answer, or it is an error; a wrong or missing key is asked for first
   * @throws the signal's reason when it is aborted
   */
  async send(path: string, request: ServiceRequest = {}): Promise<Response> {
    for (;;) {
      const key = this.keys.headers();
      const response = await fetchAnswer(path, request, key);
      if (response.ok) return response;
      if (response.status === 401 && (await this.keys.renew(key))) continue;
      throw new FaultError(await faultOf(response));
    }
  }

  async getJson(path: string): Promise<unknown> {
    return (await this.send(path)).json();
  }
}

async function fetchAnswer(path: string, request: ServiceRequest, key: Record<string, string>): Promise<Response> {
  try {
    // The second header keeps the service from a challenge that brings up the browser's own dialog.
    return await fetch(path, { ...request, headers: { ...request.headers, ...key, 'X-Requested-With': 'fetch' } });
  } catch (error) {
    request.signal?.throwIfAborted();
    throw new FaultError({ code: 'UNREACHABLE', message: String(error), param: null });
  }
}
