import type { JsonValue } from '../../api/json.ts';
import type { StepStatus } from '../../api/step-status.ts';
import { defined } from '../defined.ts';
import { digestOf } from '../digest.ts';
import { resolveTemplates } from '../template/resolve-template.ts';
import { fail, succeed } from './finish-step.ts';
import { pathOf, type Place } from './place.ts';
import { resolveStep, type ResolvedStep } from './resolve-step.ts';
import type { Run } from './run.ts';
import { scopeAt } from './run-scope.ts';
import { stepReasons } from './step-reasons.ts';

const defaultTtlSeconds = 900;

interface CacheCheck {
  readonly record: StepStatus | undefined;
  readonly resolved: ResolvedStep;
}

/**
 * Asks the cache for a result of the same step for the same inputs. `settled`: the step has ended by it, or the answer is
 * not there yet; `miss`: the step has to run.
 */
export function checkCache(run: Run, place: Place, { record, resolved }: CacheCheck): 'settled' | 'miss' {
  const ttlSeconds = cacheSeconds(run, place, resolved);
  if (ttlSeconds === undefined) return 'miss';
  const key = cacheKey(run, place, resolved);
  if ('problem' in key) {
    fail(run, place, record, { reason: stepReasons.inputUnresolved, message: key.problem.message });
    return 'settled';
  }
  const hit = run.cached(key.value);
  if (hit === undefined) {
    run.lookUpCache({ kind: 'look-up-cache', path: pathOf(place), key: key.value, ttlSeconds });
    return 'settled';
  }
  if (hit === 'miss' || Date.parse(hit.at) + ttlSeconds * 1000 <= run.nowMs) return 'miss';
  const { outputs, outputsRef } = hit;
  succeed(run, place, record, { reason: stepReasons.cacheHit, outputs, outputsRef, message: `from ${hit.at}` });
  return 'settled';
}

/** Puts the result of a step that just succeeded into the cache, where the step or its Method wants that. */
export function fillCache(run: Run, place: Place): void {
  const record = run.record(pathOf(place));
  if (record?.phase !== 'Succeeded' || !mayBeCached(run, place)) return;
  const resolution = resolveStep(run, place.node, place.frame);
  if (resolution === 'unread' || 'problem' in resolution) return;
  const ttlSeconds = cacheSeconds(run, place, resolution.resolved);
  const key = cacheKey(run, place, resolution.resolved);
  if (ttlSeconds === undefined || 'problem' in key) return;
  const { outputs, outputsRef } = record;
  run.fillCache(
    { kind: 'fill-cache', key: key.value, ttlSeconds, outputsDigest: digestOfOutputs(run, record) },
    { at: run.now, ...defined({ outputs, outputsRef }) },
  );
}

const digestOfOutputs = (run: Run, { outputs = {}, outputsRef }: StepStatus) =>
  outputsRef?.digest ?? run.storeArtifact(outputs);

/** Told without resolving anything: most pipelines cache nothing. */
const mayBeCached = (run: Run, { node }: Place) =>
  node.step.cache !== undefined || run.observed.pinned.methods.some(({ spec }) => spec.cacheSeconds !== undefined);

/** How long a result may be used again, in seconds: as the step says, else as its Method says; undefined for never. */
function cacheSeconds(run: Run, { node }: Place, { method }: ResolvedStep): number | undefined {
  const { cache } = node.step;
  if (cache !== undefined) return cache.ttlSeconds ?? defaultTtlSeconds;
  return run.observed.pinned.methods.find(({ metadata }) => metadata.name === method)?.spec.cacheSeconds;
}

function cacheKey(run: Run, { node, frame }: Place, { step, inputs }: ResolvedStep) {
  const template = node.step.cache?.key;
  const identity = { pipeline: run.observed.pinned.name ?? run.observed.pinned.digest, step: node.name };
  if (template === undefined) return { value: digestOf({ ...identity, definition: withoutFlow(step), inputs }) };
  const resolved = resolveTemplates(template, scopeAt(run, frame));
  return 'problem' in resolved ? resolved : { value: digestOf({ ...identity, key: resolved.value }) };
}

const flowFields: ReadonlySet<string> = new Set([
  ...['name', 'description', 'dependsOn', 'when', 'isChild', 'inState', 'action', 'inputs', 'check', 'cache'],
  ...['onSuccess', 'onError', 'compensate', 'retryPolicy', 'timeoutSeconds', 'resources', 'placement'],
]);

/** What decides what a step does, without what decides when it runs and what follows. */
function withoutFlow(step: ResolvedStep['step']): JsonValue {
  const entries = Object.entries(step).filter(([field]) => !flowFields.has(field));
  return Object.fromEntries<JsonValue>(entries as [string, JsonValue][]);
}
