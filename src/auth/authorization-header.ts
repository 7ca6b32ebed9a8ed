/** RFC 7617: base64 of user:password; everything after the first colon is the password. Null when the header isn't that. */
export function basicPassword(header: string | undefined): Buffer | null {
  const match = /^Basic +([A-Za-z0-9+/_-]+={0,2}) *$/i.exec(header ?? '');
  if (match?.[1] === undefined) return null;
  const credentials = Buffer.from(match[1], 'base64');
  const colon = credentials.indexOf(':');
  return colon < 0 ? null : credentials.subarray(colon + 1);
}

/** RFC 6750's header form. Node decodes header bytes as Latin-1, which is undone here. Null when the header isn't that. */
export function bearerToken(header: string | undefined): Buffer | null {
  const match = /^Bearer +([^ ](?:.*\S)?) *$/i.exec(header ?? '');
  return match?.[1] === undefined ? null : Buffer.from(match[1], 'latin1');
}
