import { ownValue } from '../validation/schema-view.ts';
import { annotations, projectLabel } from './annotations.ts';
import { isPlainObject } from './is-plain-object.ts';
import { kubernetesName, labelValue } from './kubernetes-name.ts';
import { readReplay } from './read-replay.ts';

/** A field of the canonical form that metadata keeps, and the labels and annotations that it says. */
interface KeptField {
  readonly field: string;
  readonly value: unknown;
  readonly annotation?: string;
  readonly label?: string;
}

/** What metadata keeps for the canonical form. */
export interface KeptFields {
  readonly fields: ReadonlyMap<string, unknown>;
  /** Keys of annotations and of labels that the fields say. */
  readonly annotations: ReadonlySet<string>;
  readonly labels: ReadonlySet<string>;
}

/**
 * The fields of the canonical form that a Pipeline's metadata keeps. Only what comes back as it was is taken out of
 * labels and annotations: what somebody has changed since stays what it is.
 */
export function keptFields(metadata: unknown, { hasReplay }: { readonly hasReplay: boolean }): KeptFields {
  // The replay of a WorkItem takes the place of one that is not enabled.
  const recoveries = [pipelineId, workspaceId, projectId, ...(hasReplay ? [] : [replay])];
  const kept = recoveries.flatMap((recover) => recover(metadata) ?? []);
  return {
    fields: new Map(kept.map(({ field, value }) => [field, value])),
    annotations: new Set(kept.flatMap(({ annotation }) => annotation ?? [])),
    labels: new Set(kept.flatMap(({ label }) => label ?? [])),
  };
}

/** The text of an annotation, or undefined. */
export function annotationOf(metadata: unknown, key: string): string | undefined {
  const text = ownValue(ownValue(metadata, 'annotations'), key);
  return typeof text === 'string' ? text : undefined;
}

function pipelineId(metadata: unknown): KeptField | undefined {
  const name = ownValue(metadata, 'name');
  const id = annotationOf(metadata, annotations.pipelineId);
  if (id !== undefined && id !== name && kubernetesName(id, 'pipeline') === name)
    return { field: 'pipeline_id', value: id, annotation: annotations.pipelineId };
  return name === undefined ? undefined : { field: 'pipeline_id', value: name };
}

function workspaceId(metadata: unknown): KeptField | undefined {
  const value = annotationOf(metadata, annotations.workspaceId);
  return value === undefined ? undefined : { field: 'workspace_id', value, annotation: annotations.workspaceId };
}

function projectId(metadata: unknown): KeptField | undefined {
  const value = annotationOf(metadata, annotations.projectId);
  const label = ownValue(ownValue(metadata, 'labels'), projectLabel);
  if (value === undefined || label !== labelValue(value)) return undefined;
  return { field: 'project_id', value, annotation: annotations.projectId, label: projectLabel };
}

function replay(metadata: unknown): KeptField | undefined {
  const text = annotationOf(metadata, annotations.replay);
  const value = text === undefined ? undefined : parseJson(text);
  if (!isPlainObject(value) || JSON.stringify(value) !== text) return undefined;
  const { isEnabled, issues } = readReplay(value);
  return isEnabled || issues.length > 0 ? undefined : { field: 'replay', value, annotation: annotations.replay };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
