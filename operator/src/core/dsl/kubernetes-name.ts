import { digestOf } from '../digest.ts';
import { labelValueFault, subdomainFault } from '../validation/kubernetes-names.ts';

/** Characters of a made-up name; a label's value holds no more. */
const LONGEST_NAME = 63;
const DIGEST_DIGITS = 8;

/** A text as the name of an object: itself where it can be one, else the like of it with some digits of its digest. */
export function kubernetesName(text: string, fallback: string): string {
  if (subdomainFault(text) === undefined) return text;
  return withDigest(text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'), text, fallback);
}

/** A text as the value of a label: itself where it can be one, else the like of it with some digits of its digest. */
export function labelValue(text: string): string {
  if (labelValueFault(text) === undefined) return text;
  return withDigest(text.replaceAll(/[^A-Za-z0-9._-]+/g, '-'), text, 'value');
}

function withDigest(like: string, text: string, fallback: string): string {
  const digest = digestOf(text).slice('sha256:'.length, 'sha256:'.length + DIGEST_DIGITS);
  const stem = like
    .slice(0, LONGEST_NAME - DIGEST_DIGITS - 1)
    .replace(/^[^A-Za-z0-9]+/, '')
    .replace(/[^A-Za-z0-9]+$/, '');
  return `${stem === '' ? fallback : stem}-${digest}`;
}
