import { parseTemplate } from '../template/parse-template.ts';

/** A name with templates, as a pattern: the text around the references must fit, they stand for anything. */
export class NamePattern {
  readonly #texts: readonly string[];

  constructor(template: string) {
    const parsed = parseTemplate(template);
    const texts: string[] = [];
    let text = '';
    for (const part of 'problem' in parsed ? [] : parsed.parts) {
      if (part.kind === 'text') text += part.text;
      else {
        texts.push(text);
        text = '';
      }
    }
    this.#texts = 'problem' in parsed ? ['', ''] : [...texts, text];
  }

  /** Whether a name may be what the template comes to. Takes each text where it first stands: no backtracking. */
  matches(name: string): boolean {
    const [first = '', ...rest] = this.#texts;
    const last = rest.pop();
    if (last === undefined) return name === first;
    if (!name.startsWith(first) || !name.endsWith(last)) return false;
    let at = first.length;
    for (const text of rest) {
      const found = name.indexOf(text, at);
      if (found === -1) return false;
      at = found + text.length;
    }
    return at <= name.length - last.length;
  }
}
