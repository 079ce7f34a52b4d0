import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';

/**
 * `sha256:` and the SHA-256 of the value's canonical JSON (RFC 8785), in hexadecimal: equal values have equal digests,
 * whatever the order of their keys. Fields that are undefined count as absent.
 */
export function digestOf(value: unknown): string {
  return `sha256:${bytesToHex(sha256(utf8ToBytes(canonicalJson(value))))}`;
}

/** The value's canonical JSON (RFC 8785). Throws for what it cannot hold: infinities, text that is not Unicode. */
export function canonicalJson(value: unknown): string {
  const json = canonicalize(value);
  if (json === undefined) throw new TypeError('only what JSON can hold has a digest');
  return json;
}
