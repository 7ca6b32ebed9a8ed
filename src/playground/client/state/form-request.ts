import type { AppState, EditRequest } from './app-state.js';

/** What the form asks for, as it is filled in now. */
export function formRequest({ pictures, prompt, options, together }: AppState): EditRequest {
  return { pictures, prompt, options, together };
}
