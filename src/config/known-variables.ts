/** Every variable that the service reads. */
export const KNOWN_VARIABLES = [
  'QWEN_MODEL_DIR',
  'API_KEY',
  'DEVICE_MAP',
  'PRECISION',
  'HOST',
  'PORT',
  'LOG_LEVEL',
  'RELOAD',
  'MAX_FILES',
  'MAX_FILE_MB',
  'MAX_BODY_MB',
  'UPLOADS_MAX_MB',
  'MAX_IMAGE_MEGAPIXELS',
  'MAX_IMAGE_ASPECT',
  'MAX_STEPS',
  'MAX_OUTPUT_SIDE',
  'MAX_OUTPUT_PIXELS',
  'QUEUE_LIMIT',
  'REQUEST_TIMEOUT_SECONDS',
  'JOB_TIMEOUT_SECONDS',
  'CANCEL_GRACE_SECONDS',
  'ENGINE_STALL_SECONDS',
  'SHUTDOWN_GRACE_SECONDS',
  'JOB_RETENTION_SECONDS',
  'JOB_RETENTION_BYTES',
  'QUANTIZED_CACHE_DIR',
  'QUANTIZED_CACHE_MAX_GB',
] as const;

/** Nothing else on a host is expected to use these. */
const OWN_PREFIXES = [
  'QWEN_',
  'MAX_',
  'UPLOADS_MAX_',
  'QUEUE_LIMIT',
  'JOB_RETENTION',
  'QUANTIZED_CACHE',
  'JOB_TIMEOUT',
  'REQUEST_TIMEOUT',
  'SHUTDOWN_GRACE',
  'CANCEL_GRACE',
  'ENGINE_STALL',
];

/** Kubernetes announces a service named "qwen-…" with variables of this form to every pod beside it. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?)$/;

/**
 * One fault for each variable that is meant for this service and that it does not know: it carries one of the service's
 * own prefixes, or is one of its names misspelt (letter case, a missing underscore, one wrong, missing or extra letter, two swapped).
 */
export function unknownVariableFaults(names: readonly string[]): string[] {
  const known: readonly string[] = KNOWN_VARIABLES;
  return names.flatMap((name) => {
    if (known.includes(name)) return [];
    if (SERVICE_LINK.test(name)) return [];
    const meant = known.find((candidate) => isMisspelling(name, candidate));
    if (meant !== undefined) return [`${name} is unknown: did you mean ${meant}?`];
    if (OWN_PREFIXES.some((prefix) => name.startsWith(prefix))) {
      return [`${name} is unknown: the known variables are ${known.join(', ')}`];
    }
    return [];
  });
}

/** HOST and PORT are too short to guess at: HOME is two letters away. */
function isMisspelling(name: string, known: string): boolean {
  if (known.length < 6) return false;
  const plain = name.toUpperCase().replaceAll(/[_-]/g, '');
  const target = known.replaceAll('_', '');
  // The beginning must be right: APP_KEY is another program's.
  return plain.startsWith(target.slice(0, 3)) && isOneEditAway(plain, target);
}

/** Equal, or one letter wrong, missing or extra, or two neighbours swapped. */
function isOneEditAway(left: string, right: string): boolean {
  if (left === right) return true;
  let start = 0;
  while (start < Math.min(left.length, right.length) && left[start] === right[start]) start += 1;
  const rest = (text: string, skipped: number): string => text.slice(start + skipped);
  const swapped = left[start] === right[start + 1] && left[start + 1] === right[start];
  return (
    rest(left, 1) === rest(right, 1) ||
    rest(left, 0) === rest(right, 1) ||
    rest(left, 1) === rest(right, 0) ||
    (swapped && rest(left, 2) === rest(right, 2))
  );
}
