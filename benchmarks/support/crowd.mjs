// @ts-check
/** Many clients at once, who know what pictures they must be given. */
import { setTimeout as pause } from 'node:timers/promises';
import { editBody, firstPicture, postEdit } from './edit-request.mjs';

const SEEDS = 16;

/** Edits, and the picture that each must give. @typedef {{ bodies: readonly Buffer[], expected: readonly string[] }} KnownEdits */

/**
 * Has a service make some edits that differ in nothing but their seeds.
 * @param {string} url
 * @param {string | null} steps of each; null: as many as the checkpoint's default
 * @returns {Promise<KnownEdits>}
 */
export async function knownEdits(url, steps) {
  /** @type {Record<string, string>} */
  const own = steps === null ? {} : { num_inference_steps: steps };
  const bodies = Array.from({ length: SEEDS }, (_, seed) =>
    editBody({ prompt: 'make it blue', seed: String(seed), ...own }),
  );
  /** @type {string[]} */
  const expected = [];
  for (const body of bodies) expected.push(firstPicture((await postEdit(url, body)).text));
  if (new Set(expected).size !== SEEDS) throw new Error('The seeds do not give different pictures');
  return { bodies, expected };
}

/** Clients who ask for an edit again as soon as the one before is answered. Those who are refused wait as Retry-After says. */
export class Crowd {
  /** How often each kind of answer came. @type {Map<string, number>} */
  seen = new Map();
  /** Milliseconds of each edit that was answered. @type {number[]} */
  editTimes = [];
  /** The service has been told to end: 503 and closed connections are as they must be. */
  isDraining = false;
  #hasEnded = false;
  /** @type {Promise<void>[]} */
  #clients;

  /**
   * @param {readonly string[]} urls services, which the clients are spread over
   * @param {KnownEdits} edits
   * @param {{ clients: number, pauseSeconds: number | null }} options a pause in the place of Retry-After's
   */
  constructor(urls, edits, { clients, pauseSeconds }) {
    this.pauseSeconds = pauseSeconds;
    this.#clients = Array.from({ length: clients }, (_, index) => this.#client(urls[index % urls.length] ?? '', edits));
  }

  /** Every answer was the right picture, or as it must be. */
  get isRight() {
    return ![...this.seen.keys()].some((what) => /[A-Z]{3}/.test(what));
  }

  /** Resolves when all have their last answers. */
  async leave() {
    this.#hasEnded = true;
    await Promise.all(this.#clients);
  }

  /** @param {string} url @param {KnownEdits} edits */
  async #client(url, { bodies, expected }) {
    while (!this.#hasEnded) {
      const seed = Math.floor(Math.random() * SEEDS);
      const startedAt = performance.now();
      try {
        const { status, text, headers } = await postEdit(url, /** @type {Buffer} */ (bodies[seed]));
        if (status === 200) {
          this.editTimes.push(performance.now() - startedAt);
          this.#count(firstPicture(text) === expected[seed] ? '200, the right picture' : '200, ANOTHER PICTURE');
        } else {
          const isKnown =
            (status === 429 && Number(headers['retry-after']) >= 1) || (status === 503 && this.isDraining);
          this.#count(isKnown ? `${status}` : `${status} UNEXPECTED: ${text.slice(0, 200)}`);
          await this.#refused(headers['retry-after']);
        }
      } catch (error) {
        if (this.isDraining) return this.#count('connection refused or closed after the end');
        this.#count(`NO ANSWER: ${/** @type {Error} */ (error).message}`);
        await this.#refused(undefined);
      }
    }
  }

  /** @param {string} what */
  #count(what) {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  /** Waits as a refused client does, give or take a half. @param {string | undefined} retryAfter */
  #refused(retryAfter) {
    return pause((this.pauseSeconds ?? Number(retryAfter ?? 1)) * 1000 * (0.5 + Math.random()));
  }
}
