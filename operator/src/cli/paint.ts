import { styleText } from 'node:util';

const styles = {
  error: ['bold', 'red'],
  warning: ['bold', 'yellow'],
  note: ['bold', 'cyan'],
  dim: ['dim'],
  added: ['green'],
  removed: ['red'],
} as const;

/** Colours a word, where colours may be used. */
export function paint(style: keyof typeof styles, text: string, inColour: boolean): string {
  return inColour ? styleText([...styles[style]], text, { validateStream: false }) : text;
}

const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Text of unknown origin on one line: control characters, which could steer the terminal, become escapes. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
