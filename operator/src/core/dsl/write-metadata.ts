import type { IssuePath } from '../issue.ts';
import { isPlainObject } from './is-plain-object.ts';
import type { Gathered } from './recase-to-manifest.ts';
import { wrongType } from './wrong-type.ts';

/** A label or an annotation that a field of the document becomes. */
export interface KeptField {
  readonly key: string;
  readonly value: unknown;
  /** Where it comes from. */
  readonly origin: IssuePath;
}

/** What the metadata of an object is made of. */
export interface MetadataParts {
  readonly name: unknown;
  readonly nameOrigin: IssuePath;
  /** The `metadata` block as it is written, and where. */
  readonly written: unknown;
  readonly path: IssuePath;
  /** Fields that the block may not have, and what to write instead. */
  readonly refused: ReadonlyMap<string, string>;
  readonly labels?: readonly KeptField[];
  readonly annotations?: readonly KeptField[];
}

/** The metadata of an object that is made from a document. */
export function writeMetadata(parts: MetadataParts, gathered: Gathered): object {
  const written = readWritten(parts, gathered);
  const labels = mergeMap('labels', { written: written['labels'], parts }, gathered);
  const annotations = mergeMap('annotations', { written: written['annotations'], parts }, gathered);
  const metadata = {
    ...(parts.name !== undefined && { name: parts.name }),
    ...written,
    ...(labels !== undefined && { labels }),
    ...(annotations !== undefined && { annotations }),
  };
  gathered.trails.set(metadata, (segment) => {
    if (segment === 'name') return parts.nameOrigin;
    // The entries of these say themselves where they come from.
    const isMerged =
      (segment === 'labels' || segment === 'annotations') && gathered.trails.has(metadata[segment] ?? {});
    return isMerged ? [] : [...parts.path, segment];
  });
  return metadata;
}

function readWritten({ written = {}, path, refused }: MetadataParts, { issues }: Gathered): Record<string, unknown> {
  if (!isPlainObject(written)) {
    issues.push(wrongType(path, 'object', written));
    return {};
  }
  const entries = Object.entries(written).filter(([key]) => {
    const hint = refused.get(key);
    if (hint === undefined) return true;
    issues.push({ code: 'UnknownField', path: [...path, key], message: `${key} is not said here`, hint, atKey: true });
    return false;
  });
  return Object.fromEntries(entries);
}

interface MapParts {
  readonly written: unknown;
  readonly parts: MetadataParts;
}

/** What stands in a block's map, and what fields of the document become; undefined when there is neither. */
function mergeMap(
  field: 'labels' | 'annotations',
  { written = {}, parts }: MapParts,
  { issues, trails }: Gathered,
): object | undefined {
  // The schema complains about what is no object.
  if (!isPlainObject(written)) return undefined;
  const kept = new Map((parts[field] ?? []).map((each) => [each.key, each]));
  const path = [...parts.path, field];
  for (const key of Object.keys(written)) {
    const twice = kept.get(key);
    if (twice !== undefined) issues.push(saidTwice([...path, key], twice));
  }
  const entries = [...Object.entries(written), ...Array.from(kept.values(), ({ key, value }) => [key, value] as const)];
  if (entries.length === 0) return undefined;
  const merged = Object.fromEntries(entries);
  trails.set(merged, (segment) => kept.get(String(segment))?.origin ?? [...path, segment]);
  return merged;
}

function saidTwice(path: IssuePath, { key, origin }: KeptField) {
  const field = String(origin[0]);
  const message = `${key} says what ${field} says already`;
  return {
    code: 'AmbiguousField',
    path,
    message,
    hint: `remove one of them; ${field} stands for it`,
    atKey: true as const,
  };
}
