import canonicalize from 'canonicalize';

/** A value as canonical JSON (RFC 8785): the bytes whose SHA-256 `digestOf` gives. @throws TypeError for what JSON cannot hold */
export function canonicalJson(value: unknown): string {
  const json = canonicalize(value);
  if (json === undefined) throw new TypeError('only what JSON can hold has a canonical form');
  return json;
}
