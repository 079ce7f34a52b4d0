const HIDDEN = '***';

/** Shorter texts stand in too many places by chance. */
const SHORTEST_IN_CONTENT = 6;

/** Hides secrets in texts, with and without a scheme before them (`Bearer <token>`), and as JSON and URLs write them. */
export class Redaction {
  readonly #spellings: readonly string[];

  constructor(secrets: readonly string[]) {
    const parts = secrets.flatMap((secret) => [secret, secret.trim().replace(/^[A-Za-z-]+\s+/, '')]);
    const spellings = parts.flatMap((part) => [
      ...[part, JSON.stringify(part).slice(1, -1), encodeURIComponent(part.toWellFormed())],
    ]);
    this.#spellings = [...new Set(spellings)]
      .filter((text) => text !== '')
      .sort((one, other) => other.length - one.length);
  }

  /** A message that shows none of them. */
  message(text: string): string {
    return hide(text, this.#spellings);
  }

  /** Content that shows none of them but the shortest, which would hide what is meant to be seen. */
  content(text: string): string {
    return hide(
      text,
      this.#spellings.filter(({ length }) => length >= SHORTEST_IN_CONTENT),
    );
  }
}

const hide = (text: string, spellings: readonly string[]) =>
  spellings.reduce((hidden, spelling) => hidden.replaceAll(spelling, HIDDEN), text);
