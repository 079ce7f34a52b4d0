import type { Terminal } from '../terminal.ts';

const escape = '\u001b[';
/** Lines that are too long are cut off by the terminal itself, so that each takes one line. */
const withoutWrap = [`${escape}?7l`, `${escape}?7h`] as const;

/** A part of a terminal that is drawn again and again in the same place. */
export class Screen {
  readonly #terminal: Terminal;
  readonly #rows: number;
  #drawn = 0;

  constructor(terminal: Terminal, rows: number) {
    [this.#terminal, this.#rows] = [terminal, rows];
  }

  /** Draws text in the place of what was drawn before; what does not fit is left out. */
  draw(text: string): void {
    const lines = text.trimEnd().split('\n');
    const most = Math.max(1, this.#rows - 2);
    const shown =
      lines.length > most ? [...lines.slice(0, most - 1), `… ${lines.length - most + 1} more lines`] : lines;
    const back = this.#drawn === 0 ? '' : `${escape}${this.#drawn}A\r${escape}0J`;
    const [off, on] = withoutWrap;
    this.#terminal.out(`${back}${off}${shown.join('\n')}\n${on}`);
    this.#drawn = shown.length;
  }
}
