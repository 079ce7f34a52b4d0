/** Control characters, line separators, marks that turn the direction of text around, and what XML does not allow. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g;

/** Text of unknown origin on one line: what cannot be seen, or would change how the rest is seen, is replaced. */
export function visibleText(text: string): string {
  return text.toWellFormed().replaceAll(UNSEEN, '\ufffd');
}
