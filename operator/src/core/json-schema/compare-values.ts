import canonicalize from 'canonicalize';
import type { JsonValue } from '../../api/json.ts';
import type { Evaluation } from './evaluation.ts';

/** Characters of canonical JSON that take as long as one step of an evaluation. */
const CHARACTERS_PER_STEP = 8;

/** A text that two values share exactly when they are equal, whatever the order of their keys. */
export function identityOf(value: JsonValue): string {
  return typeof value === 'string' ? JSON.stringify(value) : (canonicalize(value) ?? '');
}

/** The same, counted as steps of an evaluation. */
export function identityWithin(value: JsonValue, evaluation: Evaluation): string {
  const identity = identityOf(value);
  evaluation.spend(Math.ceil(identity.length / CHARACTERS_PER_STEP));
  return identity;
}
