const HIDDEN = '***';

/** Characters of the shortest texts that are hidden: shorter ones stand everywhere by chance, and are no secrets. */
const SHORTEST = { inMessages: 3, inContent: 6 } as const;

/** Hides secrets in texts, with and without a scheme before them (`Bearer <token>`), and as JSON and URLs write them. */
export class Redaction {
  readonly #spellings: readonly string[];

  constructor(secrets: readonly string[]) {
    const parts = secrets.flatMap((secret) => [secret, secret.trim().replace(/^[A-Za-z-]+\s+/, '')]);
    const spellings = parts.flatMap((part) => [
      ...[part, JSON.stringify(part).slice(1, -1), encodeURIComponent(part.toWellFormed())],
    ]);
    this.#spellings = [...new Set(spellings)].sort((one, other) => other.length - one.length);
  }

  /** A message that shows none of them. */
  message(text: string): string {
    return this.#hide(text, SHORTEST.inMessages);
  }

  /** Content that shows none of them, unless they are so short that what is meant to be seen would be hidden, too. */
  content(text: string): string {
    return this.#hide(text, SHORTEST.inContent);
  }

  #hide(text: string, shortest: number): string {
    const hidden = this.#spellings.filter(({ length }) => length >= shortest);
    return hidden.reduce((shown, spelling) => shown.replaceAll(spelling, HIDDEN), text);
  }
}
