import { pipelineSpec } from '../../api/pipeline.ts';
import type { Issue } from '../issue.ts';
import { ownValue } from '../validation/schema-view.ts';
import { annotations } from './annotations.ts';
import { firstDifference } from './first-difference.ts';
import { impliedParameters } from './implied-parameters.ts';
import { isPlainObject } from './is-plain-object.ts';
import { annotationOf, keptFields } from './kept-fields.ts';
import { recaseToCanonical } from './recase-to-canonical.ts';
import { withoutKeys } from './without-keys.ts';

/** Fields of a document, in the order in which they are written; those of the spec that are not named come last. */
const order = [
  ...['version', 'pipeline_id', 'name', 'description', 'workspace_id', 'project_id', 'metadata'],
  ...['execution', 'replay', 'work_item', 'parameters', 'defaults', 'lifecycle', 'steps', 'on_exit', 'outputs'],
];

/** The fields of a document that a Pipeline, without what the server sets, says; `hasReplay` where its WorkItem does. */
export function pipelineToCanonical(
  pipeline: unknown,
  { hasReplay }: { readonly hasReplay: boolean },
  issues: Issue[],
): Map<string, unknown> {
  const metadata = ownValue(pipeline, 'metadata');
  const { spec, isImpliedSaid } = withoutImplied(ownValue(pipeline, 'spec'), metadata);
  const recased = recaseToCanonical(pipelineSpec, { value: spec, path: ['spec'] }, issues);
  const kept = keptFields(metadata, { hasReplay });
  const block = metadataBlock(metadata, {
    labels: kept.labels,
    annotations: new Set([...kept.annotations, ...(isImpliedSaid ? [annotations.impliedParameters] : [])]),
  });
  return new Map([
    ...kept.fields,
    ...(block === undefined ? [] : [['metadata', block] as const]),
    ...(isPlainObject(recased) ? Object.entries(recased) : []),
  ]);
}

/** A document of these fields. */
export function orderFields(fields: ReadonlyMap<string, unknown>): object {
  const rank = (field: string) => (order.includes(field) ? order.indexOf(field) : order.length);
  return Object.fromEntries([...fields].sort(([one], [other]) => rank(one) - rank(other)));
}

interface WithoutImplied {
  readonly spec: unknown;
  /** Whether the annotation says nothing but what was taken out. */
  readonly isImpliedSaid: boolean;
}

/** The spec without the parameters that would be implied again, exactly as they stand there. */
function withoutImplied(spec: unknown, metadata: unknown): WithoutImplied {
  const names = annotationOf(metadata, annotations.impliedParameters)?.split(',') ?? [];
  const parameters: unknown = ownValue(spec, 'parameters');
  if (!isPlainObject(spec) || !Array.isArray(parameters) || names.length === 0) return { spec, isImpliedSaid: false };
  const declared: readonly unknown[] = parameters.slice(0, -names.length);
  const rest = declared.length === 0 ? withoutKeys(spec, new Set(['parameters'])) : { ...spec, parameters: declared };
  const implied = impliedParameters(rest);
  const isSame =
    firstDifference([...declared, ...implied], parameters) === undefined &&
    firstDifference(
      implied.map(({ name }) => name),
      names,
    ) === undefined;
  return isSame ? { spec: rest, isImpliedSaid: true } : { spec, isImpliedSaid: false };
}

interface SaidKeys {
  readonly labels: ReadonlySet<string>;
  readonly annotations: ReadonlySet<string>;
}

/** What is left of metadata when the fields that say a part of it are taken out. */
function metadataBlock(metadata: unknown, said: SaidKeys): object | undefined {
  if (!isPlainObject(metadata)) return undefined;
  const entries = Object.entries(metadata).flatMap(([key, value]): [string, unknown][] => {
    if (key === 'name') return [];
    if ((key !== 'labels' && key !== 'annotations') || !isPlainObject(value)) return [[key, value]];
    const left = withoutKeys(value, said[key]);
    // Nothing left of something is nothing; what was empty before is kept as it was.
    return Object.keys(left).length === 0 && said[key].size > 0 ? [] : [[key, left]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
