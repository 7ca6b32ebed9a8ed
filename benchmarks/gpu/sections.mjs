// @ts-check
/** What gpu.mjs runs, in this order, each in a process of its own that may take so many seconds. */
import { words } from '../support/figures.mjs';
import { doctor } from './doctor.mjs';
import { diffusersEdits, serviceEdits } from './edits.mjs';
import { describeMachine } from './machine.mjs';
import { parity } from './parity.mjs';
import { writeCheckpoint } from './random-weights.mjs';

/** @typedef {import('./settings.mjs').Settings} Settings */
/** @typedef {{ name: string, seconds: number, run: () => Promise<void> | void }} Section */

/** @param {Settings} settings @returns {Section[]} */
export function sectionsOf(settings) {
  return [
    { name: 'machine', seconds: 90, run: () => describeMachine(settings) },
    { name: 'doctor', seconds: 90, run: () => doctor(settings) },
    { name: 'parity', seconds: 150, run: () => parity(settings) },
    { name: 'checkpoint', seconds: 180, run: () => writeCheckpoint(settings) },
    ...words(settings.service).map((precision) => ({
      name: `service-${precision}`,
      seconds: 240,
      run: () => serviceEdits(settings, precision),
    })),
    { name: 'diffusers-plain', seconds: 180, run: () => diffusersEdits(settings, 'plain') },
    { name: 'diffusers-compiled', seconds: 300, run: () => diffusersEdits(settings, 'compiled') },
  ];
}
