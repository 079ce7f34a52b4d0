import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { StepStatus } from '../../api/step-status.ts';
import { clipMessage } from './clip-message.ts';
import { findAsset } from './find-asset.ts';
import { fail, succeed } from './finish-step.ts';
import { timeoutSecondsOf } from './attempt-timeout.ts';
import { historyOf, pathOf, type Place } from './place.ts';
import { resolveStep } from './resolve-step.ts';
import type { Run } from './run.ts';
import { stepReasons } from './step-reasons.ts';

/** Waits until all assets of a `wait_for_asset` step are there, which need no look outside. */
export function planAssetWait(run: Run, place: Place, record: StepStatus | undefined): void {
  const resolution = resolveStep(run, place.node, place.frame);
  if (resolution === 'unread') return;
  if ('problem' in resolution) {
    fail(run, place, record, { reason: stepReasons.inputUnresolved, message: resolution.problem.message });
    return;
  }
  const { step } = resolution.resolved;
  const found = findAssets(run, step.type === 'wait_for_asset' ? (step.assets ?? []) : []);
  if (found === 'unread') return;
  if ('missing' in found) waitForAssets(run, place, { record, missing: found.missing });
  else succeed(run, place, record, { reason: stepReasons.completed, outputs: found });
}

/** All of some assets, nested by their names; or those that are not there. */
export function findAssets(
  run: Run,
  names: readonly string[],
): { readonly assets: JsonObject } | { readonly missing: readonly string[] } | 'unread' {
  const found = names.map((name) => ({ name, asset: findAsset(run, name) }));
  const missing = found.filter(({ asset }) => asset === undefined).map(({ name }) => name);
  if (missing.length > 0) return { missing };
  const values = found.flatMap(({ name, asset }) => (typeof asset === 'object' ? [[name, asset.value] as const] : []));
  return values.length < found.length ? 'unread' : { assets: nestNames(values) };
}

/** Says of each asset that it is waited for. */
export function waitForEach(
  run: Run,
  names: readonly string[],
  where: { readonly step: string; readonly since: string },
): void {
  for (const name of names) {
    const message = clipMessage(`waits for the asset ${name}`);
    run.waitFor({ kind: 'asset', name: name.slice(0, 1024), message, ...where });
  }
}

interface MissingAssets {
  readonly record: StepStatus | undefined;
  readonly missing: readonly string[];
}

function waitForAssets(run: Run, place: Place, { record, missing }: MissingAssets): void {
  const path = pathOf(place);
  const startedAt = record?.startedAt ?? run.now;
  const timeoutSeconds = timeoutSecondsOf(run, place);
  const deadlineMs = Date.parse(startedAt) + timeoutSeconds * 1000;
  const message = clipMessage(`waits for ${missing.join(', ')}`);
  if (deadlineMs <= run.nowMs) {
    fail(run, place, record, {
      reason: stepReasons.timedOut,
      message: `after ${timeoutSeconds} s it still ${message}`,
    });
    return;
  }
  run.wakeAt(deadlineMs);
  if (record?.message !== message || record.reason !== stepReasons.waitingForAsset)
    run.setRecord({
      ...{ ...historyOf(record, path), startedAt },
      ...{ phase: 'Waiting', reason: stepReasons.waitingForAsset, message },
    });
  waitForEach(run, missing, { step: path, since: startedAt });
}

/** Names with dots become objects in objects, so that templates can go into them: `silver.profiles`. */
export function nestNames(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  const tree: NameTree = new Map();
  for (const [name, value] of entries) {
    let branch = tree;
    const parts = name.split('.');
    for (const part of parts.slice(0, -1)) {
      const inner = branch.get(part);
      const next: NameTree = inner instanceof Map ? inner : new Map();
      branch.set(part, next);
      branch = next;
    }
    const last = parts.at(-1) ?? name;
    // `a` beside `a.b`: the names under it say more.
    if (!(branch.get(last) instanceof Map)) branch.set(last, value);
  }
  return asObject(tree);
}

/** An interface, because a recursive type needs a name to refer to itself by. */
interface NameTree extends Map<string, NameTree | JsonValue> {} // eslint-disable-line @typescript-eslint/no-empty-object-type

const asObject = (tree: NameTree): JsonObject =>
  Object.fromEntries([...tree].map(([name, value]) => [name, value instanceof Map ? asObject(value) : value]));
