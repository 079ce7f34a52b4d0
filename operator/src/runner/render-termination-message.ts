import { maxTerminationMessageBytes, type TerminationMessage } from '../api/runner-result.ts';

const ellipsis = '…';

const bytesOf = (message: TerminationMessage): number => new TextEncoder().encode(JSON.stringify(message)).length;

/** Whether it can be left as a termination message as it is. */
export function fitsTerminationMessage(message: TerminationMessage): boolean {
  return bytesOf(message) <= maxTerminationMessageBytes;
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
