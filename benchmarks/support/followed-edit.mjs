// @ts-check
/** A plain edit whose steps can be watched: the same Idempotency-Key makes it a job, too, with events of its own. */
import { randomUUID } from 'node:crypto';
import { TextDecoder } from 'node:util';
import { postEdit } from './edit-request.mjs';

export class FollowedEdit {
  /** @type {{ step: number, at: number }[]} Steps that are done, and when they were told. */
  steps = [];
  /** @type {{ steps: number, resolve: () => void }[]} */
  #waiting = [];

  /**
   * @param {string} url
   * @param {Buffer} body an edit with progress=true
   */
  static async start(url, body) {
    const headers = { 'Idempotency-Key': randomUUID() };
    const accepted = await postEdit(url, body, { headers: { ...headers, Prefer: 'respond-async' } });
    const answer = postEdit(url, body, { headers }).then((got) => ({ ...got, at: performance.now() }));
    return new FollowedEdit(answer, `${url}/v1/images/edits/${JSON.parse(accepted.text).id}/events`);
  }

  /**
   * @param {Promise<import('./edit-request.mjs').Answer & { at: number }>} answer of the plain request, and when it came
   * @param {string} events
   */
  constructor(answer, events) {
    this.answer = answer;
    void this.#follow(events);
  }

  /** Mean length of a step so far, in milliseconds; the first has the preparations in it. */
  get stepMilliseconds() {
    const [first, last] = [this.steps[0], this.steps.at(-1)];
    return first === undefined || last === undefined ? NaN : (last.at - first.at) / (this.steps.length - 1);
  }

  /** Resolves at once when so many steps were told. @param {number} steps @returns {Promise<void>} */
  reaches(steps) {
    return new Promise((resolve) => {
      this.#waiting.push({ steps, resolve });
      this.#wake();
    });
  }

  /** Until the stream ends. @param {string} url */
  async #follow(url) {
    const { body } = await fetch(url);
    if (body === null) throw new Error('The stream of events has no body');
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of body) {
      const at = performance.now();
      text += decoder.decode(chunk, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const step = /^event: image_edit\.progress\ndata: .*"step":(\d+)/m.exec(text.slice(0, end))?.[1];
        if (step !== undefined) this.steps.push({ step: Number(step), at });
        text = text.slice(end + 2);
      }
      this.#wake();
    }
  }

  #wake() {
    for (const { steps, resolve } of this.#waiting) if (this.steps.length >= steps) resolve();
  }
}
