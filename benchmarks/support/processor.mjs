// @ts-check
/** What the processor can do, as Linux tells. */
import { existsSync, readFileSync } from 'node:fs';

/** What of the processor decides how fast few bits are, by Linux' names: on ARM the last three. */
const FEATURES = ['avx2', 'avx512f', 'avx_vnni', 'avx512_vnni', 'avx512_bf16', 'amx_int8', 'amx_bf16'];
const ARM_FEATURES = ['asimddp', 'i8mm', 'bf16'];

function processorFeatures() {
  const text = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  return [...FEATURES, ...ARM_FEATURES].filter((feature) => new RegExp(`\\b${feature}\\b`).test(text));
}

/** Whether bfloat16 is computed by instructions of its own. */
export function hasBfloat16() {
  return processorFeatures().some((feature) => feature.endsWith('bf16'));
}

/** Which of what matters the processor has, and which it hasn't. */
export function describeProcessor() {
  const has = processorFeatures();
  const lacks = FEATURES.filter((feature) => !has.includes(feature));
  return `with ${has.join(', ') || 'nothing known'}${lacks.length === 0 ? '' : `, without ${lacks.join(', ')}`}`;
}
