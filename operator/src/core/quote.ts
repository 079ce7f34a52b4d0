const LONGEST_TEXT = 60;

/** Text in quotes, on one line, cut when it is long: safe to put into a message. */
export function quote(text: string): string {
  return JSON.stringify(clip(text));
}

/** Text, cut when it is long. */
export function clip(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
