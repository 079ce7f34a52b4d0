import { apiVersion } from '../../api/kind.ts';
import { workItemKind } from '../../api/work-item.ts';
import { ownValue } from '../validation/schema-view.ts';
import { isPlainObject } from './is-plain-object.ts';
import { labelValue } from './kubernetes-name.ts';
import { pipelineName } from './pipeline-from-canonical.ts';
import type { ReadReplay } from './read-replay.ts';
import { type Gathered, recaseToManifest } from './recase-to-manifest.ts';
import { unknownField } from './unknown-field.ts';
import { writeMetadata } from './write-metadata.ts';
import { wrongType } from './wrong-type.ts';

/** The WorkItem of a document that has an enabled `replay` or a `work_item`; undefined for any other. */
export function workItemFromCanonical(document: object, replay: ReadReplay, gathered: Gathered): object | undefined {
  const block = ownValue(document, 'work_item');
  if (block === undefined && !replay.isEnabled) return undefined;
  const written = readBlock(block, gathered);
  const spec = writeSpec(document, { replay, written }, gathered);
  const ownName = ownValue(ownValue(written, 'metadata'), 'name');
  const metadata = writeMetadata(
    {
      name: ownName ?? workItemName(document, replay.isEnabled),
      nameOrigin: ownName === undefined ? ['pipeline_id'] : ['work_item', 'metadata', 'name'],
      written: withNamespaceOf(document, ownValue(written, 'metadata')),
      path: ['work_item', 'metadata'],
      refused: new Map([['generateName', 'give it a name']]),
    },
    gathered,
  );
  const manifest = { apiVersion, kind: 'WorkItem', metadata, spec };
  gathered.trails.set(manifest, () => []);
  return manifest;
}

const LONGEST_NAME = 253;

/** The name that the WorkItem gets when the document says none. */
export function workItemName(document: object, isReplay: boolean): unknown {
  const pipeline = pipelineName(document);
  const suffix = isReplay ? '-replay' : '-run';
  if (typeof pipeline !== 'string') return pipeline;
  return `${pipeline.slice(0, LONGEST_NAME - suffix.length).replace(/[-.]+$/, '')}${suffix}`;
}

/** The project that the WorkItem belongs to when it does not say another; undefined when there is none. */
export function projectOf(document: object): string | undefined {
  const id = ownValue(document, 'project_id');
  return typeof id === 'string' && id !== '' ? labelValue(id) : undefined;
}

function readBlock(block: unknown, { issues }: Gathered): object {
  if (block === undefined || isPlainObject(block)) return block ?? {};
  issues.push(wrongType(['work_item'], 'object', block));
  return {};
}

/** A WorkItem stands beside its Pipeline. */
function withNamespaceOf(document: object, metadata: unknown): unknown {
  const namespace = ownValue(ownValue(document, 'metadata'), 'namespace');
  if (namespace === undefined || (metadata !== undefined && !isPlainObject(metadata))) return metadata;
  return { namespace, ...metadata };
}

/** Fields that the document says elsewhere. */
const saidElsewhere = ['pipeline_ref', 'pipeline_spec', 'council_ref', 'topic', 'replay'];

interface SpecParts {
  readonly replay: ReadReplay;
  /** The `work_item` block. */
  readonly written: object;
}

function writeSpec(document: object, { replay, written }: SpecParts, gathered: Gathered): object {
  const fields = Object.entries(written).filter(([key]) => key !== 'metadata');
  const allowed = fields.filter(([key]) => !saidElsewhere.includes(key));
  for (const [key] of fields.filter(([name]) => saidElsewhere.includes(name)))
    gathered.issues.push(unknownField(['work_item', key], []));
  const value = Object.fromEntries(allowed.filter((field) => !isNoProject(field)));
  const rest = recaseToManifest(workItemKind.spec, { value, path: ['work_item'] }, gathered) as object;
  const project = projectOf(document);
  const spec = {
    pipelineRef: { name: pipelineName(document) },
    ...(project !== undefined && !allowed.some(isNoProject) && { project }),
    ...rest,
    ...(replay.isEnabled && { replay: replayOf(replay, gathered) }),
  };
  const below = gathered.trails.get(rest);
  gathered.trails.set(spec.pipelineRef, () => []);
  gathered.trails.set(
    spec,
    (segment) => specOrigin(segment, rest) ?? ['work_item', ...(below?.(segment) ?? [segment])],
  );
  return spec;
}

/** `project: null` says that the WorkItem belongs to no project although its Pipeline does. */
const isNoProject = ([key, value]: [string, unknown]) => key === 'project' && value === null;

function specOrigin(segment: string | number, rest: object): string[] | undefined {
  if (segment === 'pipelineRef') return ['pipeline_id'];
  if (segment === 'replay') return ['replay'];
  return segment === 'project' && !Object.hasOwn(rest, 'project') ? ['project_id'] : undefined;
}

function replayOf({ block }: ReadReplay, { trails }: Gathered): object {
  const [workItemName, fromStep] = [ownValue(block, 'original_execution_id'), ownValue(block, 'replay_from_step')];
  const replay = {
    ...(workItemName !== undefined && { workItemName }),
    ...(fromStep !== undefined && { fromStep }),
  };
  trails.set(replay, (segment) => [segment === 'fromStep' ? 'replay_from_step' : 'original_execution_id']);
  return replay;
}
