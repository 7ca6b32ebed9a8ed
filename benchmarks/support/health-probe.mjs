// @ts-check
/** Asks for /health every 20 ms in a thread of its own, so that the load's own work doesn't count; posts the times at the end. */
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

const EVERY_MILLISECONDS = 20;
const agent = new Agent({ keepAlive: true });
let isRunning = true;
parentPort?.once('message', () => (isRunning = false));

/** Milliseconds until the answer has arrived. @returns {Promise<number>} */
function askOnce() {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(`${workerData.url}/health`, { agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(performance.now() - startedAt));
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** @type {number[]} */
const times = [];
while (isRunning) {
  times.push(await askOnce());
  await pause(EVERY_MILLISECONDS);
}
parentPort?.postMessage(times);
