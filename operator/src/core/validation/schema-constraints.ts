import type { Issue, IssuePath } from '../issue.ts';
import { quote } from '../quote.ts';
import { describeValue } from './describe-value.ts';
import { ownValue, type SchemaNode } from './schema-view.ts';

/** A value, the schema it stands under, and where. */
export interface Place {
  readonly schema: SchemaNode;
  readonly value: unknown;
  readonly path: IssuePath;
}

/** What a schema says about itself beside its type. */
export type Meta = Readonly<Record<string, unknown>>;

/** What the API server demands by a schema's metadata: keys that tell list items apart, sets, sizes, patterns. */
export function findConstraintIssues(place: Place, meta: Meta): Issue[] {
  return [...checkList(place, meta), ...checkSize(place, meta), ...checkPattern(place, meta)];
}

function checkList({ value, path }: Place, meta: Meta): Issue[] {
  const type = meta['x-kubernetes-list-type'];
  if (!Array.isArray(value) || (type !== 'set' && type !== 'map')) return [];
  const keys = meta['x-kubernetes-list-map-keys'];
  const fields = type === 'map' && Array.isArray(keys) ? (keys as readonly string[]) : [];
  const first = new Map<string, number>();
  return value.flatMap((item: unknown, index) => {
    const identity = fields.length === 0 ? [item] : fields.map((field) => ownValue(item, field));
    if (identity.includes(undefined)) return [];
    const text = JSON.stringify(identity);
    const before = first.get(text);
    if (before === undefined) first.set(text, index);
    return before === undefined ? [] : [duplicateItem([...path, index], identity[0], before, fields[0])];
  });
}

function duplicateItem(path: IssuePath, value: unknown, before: number, field: string | undefined): Issue {
  const isField = field !== undefined;
  return {
    code: 'DuplicateItem',
    path: isField ? [...path, field] : path,
    message: `${isField ? `the ${field} ` : ''}${typeof value === 'string' ? quote(value) : describeValue(value)} is taken by item ${before} of the list already`,
    hint: 'each may stand in the list once',
  };
}

function checkSize({ value, path }: Place, { maxProperties }: Meta): Issue[] {
  if (typeof maxProperties !== 'number' || typeof value !== 'object' || value === null) return [];
  const size = Object.keys(value).length;
  if (size <= maxProperties) return [];
  return [{ code: 'TooLong', path, message: `must have at most ${maxProperties} properties, has ${size}` }];
}

function checkPattern({ value, path }: Place, { pattern, description }: Meta): Issue[] {
  if (typeof pattern !== 'string' || typeof value !== 'string' || new RegExp(pattern).test(value)) return [];
  const hint = typeof description === 'string' ? { hint: description } : {};
  return [{ code: 'InvalidFormat', path, message: `${quote(value)} must match ${pattern}`, ...hint }];
}
