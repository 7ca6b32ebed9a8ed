import type { AppState, EditRequest } from './app-state.js';
import { usedLoras } from './loras.js';
import { activeMask } from './masking.js';

/** What the form asks for, as it is filled in now. */
export function formRequest(state: AppState): EditRequest {
  const { pictures, prompt, options, together } = state;
  return { pictures, prompt, options, together, loras: usedLoras(state), mask: activeMask(state) };
}
