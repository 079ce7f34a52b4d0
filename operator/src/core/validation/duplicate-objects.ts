import type { Issue } from '../issue.ts';
import { quote } from '../quote.ts';
import type { ValidObject } from './validate-object.ts';

/** Finds objects that were told of already: applied one after the other, the last would replace the others. */
export class DuplicateObjects {
  readonly #seen = new Set<string>();

  add({ kind, metadata: { name, namespace } }: ValidObject): Issue[] {
    const key = JSON.stringify([kind, namespace, name]);
    if (!this.#seen.has(key)) {
      this.#seen.add(key);
      return [];
    }
    const message = `there is another ${kind} ${quote(name)}: the last that is applied replaces the others`;
    return [{ code: 'DuplicateObject', level: 2, severity: 'warning', path: ['metadata', 'name'], message }];
  }
}
