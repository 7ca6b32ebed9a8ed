/** Nothing else on a host is expected to use names that begin so; those of ownPrefixes() come on top. */
const OWN_BEGINNINGS = ['QWEN_', 'MAX_', 'QUEUE_LIMIT'];

/** Kubernetes announces a service named "qwen-…" with variables of this form to every pod beside it. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?)$/;

/**
 * One fault for each variable that is meant for this service and that it does not know: it carries one of the service's
 * own prefixes, or is one of its names misspelt (letter case, a missing underscore, one wrong, missing or extra letter, two swapped).
 * @param names the variables that are set
 * @param known those that the service reads
 */
export function unknownVariableFaults(names: readonly string[], known: readonly string[]): string[] {
  const prefixes = ownPrefixes(known);
  return names.flatMap((name) => {
    if (known.includes(name)) return [];
    if (SERVICE_LINK.test(name)) return [];
    const meant = known.find((candidate) => isMisspelling(name, candidate));
    if (meant !== undefined) return [`${name} is unknown: did you mean ${meant}?`];
    if (prefixes.some((prefix) => name.startsWith(prefix))) {
      return [`${name} is unknown: the known variables are ${known.join(', ')}`];
    }
    return [];
  });
}

/** What a name of three words or more says before its last one (a unit, mostly) is the service's own: JOB_TIMEOUT, MAX_OUTPUT. */
function ownPrefixes(known: readonly string[]): string[] {
  const parts = known.map((name) => name.split('_')).filter(({ length }) => length >= 3);
  return [...OWN_BEGINNINGS, ...parts.map((words) => words.slice(0, -1).join('_'))];
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
