import { workItemKind } from '../../api/work-item.ts';
import type { Issue } from '../issue.ts';
import { ownValue } from '../validation/schema-view.ts';
import { isPlainObject } from './is-plain-object.ts';
import { recaseToCanonical } from './recase-to-canonical.ts';
import { withoutKeys } from './without-keys.ts';
import { projectOf, workItemName } from './work-item-from-canonical.ts';

/** Fields of a WorkItem that the document says elsewhere. */
const saidElsewhere = new Set(['pipelineRef', 'replay']);

/**
 * The fields that a WorkItem adds to the document of its Pipeline: `replay`, and `work_item` for what `replay` does not
 * say.
 */
export function workItemToCanonical(
  workItem: unknown,
  pipeline: ReadonlyMap<string, unknown>,
  issues: Issue[],
): Map<string, unknown> {
  const spec = ownValue(workItem, 'spec');
  const replay = ownValue(spec, 'replay');
  const block = workItemBlock(workItem, pipeline, issues);
  const isNeeded = replay === undefined || Object.keys(block).length > 0;
  return new Map<string, unknown>([
    ...(isPlainObject(replay) ? [['replay', replayBlock(replay)] as const] : []),
    ...(isNeeded ? [['work_item', block] as const] : []),
  ]);
}

function replayBlock(replay: object): object {
  return {
    enabled: true,
    original_execution_id: ownValue(replay, 'workItemName'),
    replay_from_step: ownValue(replay, 'fromStep'),
  };
}

function workItemBlock(workItem: unknown, pipeline: ReadonlyMap<string, unknown>, issues: Issue[]): object {
  const spec = ownValue(workItem, 'spec');
  const own = isPlainObject(spec) ? withoutKeys(spec, saidElsewhere) : {};
  const recased = recaseToCanonical(workItemKind.spec, { value: own, path: ['spec'] }, issues) as object;
  const document = Object.fromEntries(pipeline);
  return {
    ...metadataOf(workItem, document),
    ...differingProject(recased, document),
    ...withoutKeys(recased, new Set(['project'])),
  };
}

/** What is left of its metadata when what is made for it anyway is taken out. */
function metadataOf(workItem: unknown, document: object): object {
  const metadata = ownValue(workItem, 'metadata');
  if (!isPlainObject(metadata)) return {};
  const isReplay = ownValue(ownValue(workItem, 'spec'), 'replay') !== undefined;
  const namespace = ownValue(ownValue(document, 'metadata'), 'namespace');
  const made = new Map([
    ['name', workItemName(document, isReplay)],
    ['namespace', namespace],
  ]);
  const left = Object.entries(metadata).filter(([key, value]) => !made.has(key) || made.get(key) !== value);
  return left.length === 0 ? {} : { metadata: Object.fromEntries(left) };
}

/** The project is that of the Pipeline unless it says otherwise; null says that there is none. */
function differingProject(recased: object, document: object): object {
  const project = ownValue(recased, 'project');
  return project === projectOf(document) ? {} : { project: project ?? null };
}
