/** Where edits are asked for; the jobs lie below it. */
export const EDITS_PATH = '/v1/images/edits';
