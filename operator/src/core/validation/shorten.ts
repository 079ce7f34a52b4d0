/** Longest text of a finding in a status, in characters, as the schema counts them. */
const maxTextLength = 1024;

/** A text as a status may hold it: a pair of surrogates is never torn apart. */
export function shorten(text: string): string {
  const characters = Array.from(text);
  return characters.length <= maxTextLength ? text : `${characters.slice(0, maxTextLength - 1).join('')}…`;
}
