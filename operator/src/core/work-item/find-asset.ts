import type { JsonValue } from '../../api/json.ts';
import { readLog } from './artifact-log.ts';
import type { AssetFact } from './observed.ts';
import type { RecordedAsset, Run } from './run.ts';

/** An asset that an event announced. The last event of a name counts. */
export function arrivedAsset(run: Run, name: string): AssetFact | undefined {
  return run.observed.facts.assets.findLast((asset) => asset.name === name);
}

/**
 * What templates see of an asset that is there: what its event carried, or the value of the step's output that it is;
 * `undefined` when it is not there, `unread` when it cannot be told before an artifact is read.
 */
export function findAsset(run: Run, name: string): { readonly value: JsonValue } | 'unread' | undefined {
  const arrived = arrivedAsset(run, name);
  if (arrived !== undefined) return { value: arrived.value ?? name };
  const recorded = run.assets.find((asset) => asset.name === name);
  if (recorded !== undefined) return describeAsset(run, recorded);
  if (run.assetsRef === undefined) return undefined;
  const older = readLog(run, run.assetsRef.digest) as readonly RecordedAsset[] | undefined;
  if (older === undefined) return 'unread';
  const found = older.findLast((asset) => asset.name === name);
  return found && describeAsset(run, found);
}

/** The output's own value where the step's record still has it, else where it is to be found. */
function describeAsset(run: Run, asset: RecordedAsset): { readonly value: JsonValue } | 'unread' {
  const { name, step = '', digest = null } = asset;
  const record = run.record(step);
  const field = fieldOf(run, asset);
  if (record === undefined || field === undefined) return { value: { name, step, digest } };
  const outputs = run.outputsOf(record);
  return outputs === undefined ? 'unread' : { value: outputs[field] ?? null };
}

/** The output that an asset is, where its name was written out. */
function fieldOf(run: Run, { name, step = '' }: RecordedAsset): string | undefined {
  const declared = run.graph.byName.get(step)?.step.outputs ?? {};
  return Object.entries(declared).find(([, template]) => template === name)?.[0];
}
