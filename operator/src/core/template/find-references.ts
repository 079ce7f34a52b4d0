import type { JsonValue } from '../../api/json.ts';
import type { IssuePath } from '../issue.ts';
import { isTemplate, parseTemplate, type TemplateProblem } from './parse-template.ts';
import type { PlacedReference } from './reference.ts';

/** What is wrong with a template, and where it stands in the value that holds it. */
export interface PlacedTemplateProblem {
  readonly path: IssuePath;
  readonly problem: TemplateProblem['problem'];
}

/** Every reference in the texts of a value, in their order. Keys are no templates; malformed texts are passed over. */
export function findReferences(value: JsonValue): PlacedReference[] {
  return [...textsOf(value)].flatMap(({ text, place }) => {
    const template = parseTemplate(text);
    if ('problem' in template) return [];
    const references = template.parts.flatMap((part) => (part.kind === 'text' ? [] : [part.reference]));
    const path = pathOf(place);
    return references.map((reference) => ({ reference, path }));
  });
}

/** What is wrong with the templates in a value: at most one problem for each text. */
export function findTemplateProblems(value: JsonValue): PlacedTemplateProblem[] {
  return [...textsOf(value)].flatMap(({ text, place }) => {
    const template = parseTemplate(text);
    return 'problem' in template ? [{ path: pathOf(place), problem: template.problem }] : [];
  });
}

/** Where the texts of a value that have references stand, malformed ones too, one after the other as they are asked for. */
export function* findTemplates(value: JsonValue): Generator<IssuePath> {
  for (const { place } of textsOf(value)) yield pathOf(place);
}

interface Place {
  readonly value: JsonValue;
  readonly key: string | number;
  readonly parent: Place | undefined;
}

/** Texts with references, in order. A loop, not recursion: how deep a value is nested is up to the user. */
function* textsOf(root: JsonValue): Generator<{ readonly text: string; readonly place: Place }> {
  const pending: Place[] = [{ value: root, key: '', parent: undefined }];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const { value } = place;
    if (typeof value === 'string' && isTemplate(value)) yield { text: value, place };
    if (typeof value !== 'object' || value === null) continue;
    const isList = Array.isArray(value);
    for (const [key, inner] of Object.entries<JsonValue>(value).reverse()) {
      pending.push({ value: inner, key: isList ? Number(key) : key, parent: place });
    }
  }
}

function pathOf(place: Place): IssuePath {
  const path: (string | number)[] = [];
  for (let at = place; at.parent !== undefined; at = at.parent) path.push(at.key);
  return path.reverse();
}
