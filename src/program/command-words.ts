/** How messages tell to run a command: as the package and the image have it, then as a clone of the project does. */
function commandWords(command: string, script: string): string {
  return `qwen-image-edit ${command} (in a clone: npm run ${script})`;
}

/** Installs what computing on an NVIDIA GPU needs. */
export const SETUP_CUDA_COMMAND = commandWords('setup-cuda', 'setup:cuda');

/** Says what works on this machine and what is missing. */
export const DOCTOR_COMMAND = commandWords('doctor', 'doctor');
