/** Probes and scrapes: they come every few seconds and tell little. */
export const PROBE_PATHS: readonly string[] = ['/health', '/ready', '/metrics'];
