import { compilePattern } from './compile-pattern.ts';

/** Characters that a class is tried on, the plainest first. */
const plainCharacters = Array.from(
  'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,;@#%&+=*!?()[]{}<>|~^$\'"\\` \t\näßéñøЖжΩω漢あア한😀',
);

/** Characters of an example at most. */
const MOST_CHARACTERS = 4000;

/**
 * A text that a regular expression may match: the first alternative of each choice, the first character of each class,
 * and everything that may be repeated so many times as it must, but `repeats` times at least where it may. Only a
 * proposal: whoever takes it checks whether it fits.
 */
export function exampleOfPattern(source: string, repeats: number): string {
  return new PatternReader(source, repeats).read().slice(0, MOST_CHARACTERS);
}

/** Reads an expression from left to right and writes an example of it as it goes. */
class PatternReader {
  readonly #source: string;
  readonly #repeats: number;
  #at = 0;

  constructor(source: string, repeats: number) {
    this.#source = source;
    this.#repeats = repeats;
  }

  read(): string {
    const examples = [this.#readSequence()];
    while (this.#take('|')) examples.push(this.#readSequence());
    return examples[0] ?? '';
  }

  #readSequence(): string {
    let example = '';
    while (this.#at < this.#source.length && !/[|)]/.test(this.#source.charAt(this.#at))) {
      const atom = this.#readAtom();
      example += atom.repeat(Math.min(this.#readCount(), MOST_CHARACTERS));
      if (example.length > MOST_CHARACTERS) break;
    }
    return example;
  }

  #readAtom(): string {
    if (this.#take('(')) return this.#readGroup();
    const [atom = ''] = this.#match(
      /\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\\(?:[pP]\{[^}]*\}|x\{[^}]*\}|x..|u[0-9A-Fa-f]{4}|[\s\S])|[\s\S]/uy,
    );
    if (/^(?:[$^]|\\[AzZbB])$/.test(atom)) return '';
    return atom.length === 1 && atom !== '.' ? atom : characterOf(atom);
  }

  #readGroup(): string {
    this.#match(/\?(?:P?<[^>]*>|[a-zA-Z-]*:)/y);
    const isFlagsOnly = this.#match(/\?[a-zA-Z-]+(?=\))/y).length > 0;
    const example = isFlagsOnly ? '' : this.read();
    this.#take(')');
    return example;
  }

  /** How often what stands before a quantifier comes. */
  #readCount(): number {
    const [, sign, least, comma, most] = this.#match(/(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y);
    if (sign === undefined && least === undefined) return 1;
    if (sign !== undefined)
      return Math.max(sign === '+' ? 1 : 0, sign === '?' ? Math.min(this.#repeats, 1) : this.#repeats);
    const upper =
      comma === '' ? Number(least) : most === '' || most === undefined ? Number.POSITIVE_INFINITY : Number(most);
    return Math.max(Number(least), Math.min(this.#repeats, upper));
  }

  #take(character: string): boolean {
    const isThere = this.#source.charAt(this.#at) === character;
    if (isThere) this.#at++;
    return isThere;
  }

  #match(pattern: RegExp): readonly (string | undefined)[] {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    this.#at += found?.[0].length ?? 0;
    return found ?? [];
  }
}

/** The first plain character that a class or an escape stands for. */
function characterOf(atom: string): string {
  const compiled = compilePattern(`^(?:${atom})$`);
  return ('pattern' in compiled && plainCharacters.find((character) => compiled.pattern.test(character))) || '';
}
