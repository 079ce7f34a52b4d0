import type { ClusterObject } from '../cluster/account.ts';
import type { ObjectFormat } from './object-format.ts';
import { evaluateTemplate } from './json-path-template.ts';

/** An object as programs read it, and `text` for people. */
export async function writeObject(object: ClusterObject, format: ObjectFormat, text: () => string): Promise<string> {
  return format.kind === 'name' ? nameOf(object) : writeValue(withoutManagedFields(object), format, text);
}

/** Objects as programs read them, and `text` for people. */
export async function writeObjects(
  objects: readonly ClusterObject[],
  format: ObjectFormat,
  text: () => string,
): Promise<string> {
  if (format.kind === 'name') return objects.map(nameOf).join('');
  const items = objects.map(withoutManagedFields);
  return writeValue({ apiVersion: 'v1', kind: 'List', items, metadata: {} }, format, text);
}

/** Any value as programs read it, and `text` for people. */
export async function writeValue(value: unknown, format: ObjectFormat, text: () => string): Promise<string> {
  if (format.kind === 'json') return `${JSON.stringify(value, undefined, 2)}\n`;
  if (format.kind === 'yaml') return (await import('../../core/document/render-yaml.ts')).renderYaml(value);
  if (format.kind === 'jsonpath') return evaluateTemplate(format.template, value);
  return text();
}

/** As kubectl writes it, and takes it. */
function nameOf({ apiVersion, kind, metadata }: ClusterObject): string {
  const slash = apiVersion.indexOf('/');
  const suffix = slash === -1 ? '' : `.${apiVersion.slice(0, slash)}`;
  return `${kind.toLowerCase()}${suffix}/${metadata.name}\n`;
}

function withoutManagedFields<T extends ClusterObject>(object: T): T {
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([field]) => field !== 'managedFields'));
  return { ...object, metadata };
}
