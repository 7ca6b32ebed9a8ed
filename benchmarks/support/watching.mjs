// @ts-check
/** How a benchmark sees from outside what the service is at. */
import { setTimeout as pause } from 'node:timers/promises';

/** @typedef {import('../../scripts/support/service.mjs').Service} Service */

/** Waits until the condition holds. @param {() => boolean | Promise<boolean>} condition */
export const until = async (condition) => {
  while (!(await condition())) await pause(10);
};

/** @param {Service} service @param {string} series a metric's name and labels */
export const metric = async (service, series) => (await service.metrics()).get(series) ?? 0;

/** Jobs whose turn has come. @param {Service} service */
export const begun = (service) => metric(service, 'qwen_edit_queue_wait_seconds_count');

/** What /ready says. @param {Service} service @returns {Promise<{ status: number, reason: string }>} */
export const ready = async (service) => {
  const response = await fetch(`${service.url}/ready`);
  const { reason = '' } = await response.json();
  return { status: response.status, reason };
};

/** @param {Service} service */
export const isReady = async (service) => (await ready(service)).status === 200;
