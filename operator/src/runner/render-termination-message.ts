import { maxTerminationMessageBytes } from '../api/runner-contract.ts';
import type { TerminationMessage } from '../api/runner-result.ts';

const ellipsis = '…';

const bytesOf = (message: TerminationMessage): number => new TextEncoder().encode(JSON.stringify(message)).length;

/** What a digest of the whole result takes, if one is added. */
const resultDigestBytes = `,"resultDigest":"sha256:${'0'.repeat(64)}"`.length;

/** Whether it can be left as a termination message, also with the digest of the whole result, which may be added later. */
export function fitsTerminationMessage(message: TerminationMessage): boolean {
  const spare = message.resultDigest === undefined ? resultDigestBytes : 0;
  return bytesOf(message) + spare <= maxTerminationMessageBytes;
}

/** At most 1,024 bytes of JSON; words about a failure are cut to fit. */
export function renderTerminationMessage(message: TerminationMessage): string {
  if (fitsTerminationMessage(message)) return JSON.stringify(message);
  const { error } = message;
  if (error === undefined) throw new RangeError('outputs that are too large have to be uploaded first');
  const cut = (length: number): TerminationMessage => ({
    ...message,
    error: { ...error, message: `${error.message.slice(0, length).toWellFormed()}${ellipsis}` },
  });
  let [fitting, tooLong] = [0, error.message.length];
  while (tooLong - fitting > 1) {
    const middle = Math.floor((fitting + tooLong) / 2);
    if (fitsTerminationMessage(cut(middle))) fitting = middle;
    else tooLong = middle;
  }
  return JSON.stringify(cut(fitting));
}
