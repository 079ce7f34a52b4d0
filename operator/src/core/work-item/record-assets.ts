import type { JsonObject, JsonValue } from '../../api/json.ts';
import { digestOf } from '../digest.ts';
import { resolveTemplates } from '../template/resolve-template.ts';
import { appendToLog } from './artifact-log.ts';
import type { StepFailure } from './finish-step.ts';
import { pathOf, type Place } from './place.ts';
import type { RecordedAsset, Run } from './run.ts';
import { scopeAt } from './run-scope.ts';
import { stepReasons } from './step-reasons.ts';

/** Assets that status holds; older ones go to the artifact store, a page at a time. */
const mostInline = 64;
const longestName = 512;

/** Records the assets that a step's outputs are, under the names that its `outputs` give them. */
export function recordAssets(run: Run, place: Place, outputs: JsonObject): StepFailure | undefined {
  for (const [field, template] of Object.entries(place.node.step.outputs ?? {})) {
    const resolved = resolveTemplates(template, scopeAt(run, place.frame));
    if ('problem' in resolved) return cannotName(field, resolved.problem.message);
    const name = typeof resolved.value === 'string' ? resolved.value : JSON.stringify(resolved.value);
    if (name === '' || name.length > longestName)
      return cannotName(field, `the name must have 1 to ${longestName} characters, not ${name.length}`);
    recordAsset(run, { name, step: pathOf(place), digest: digestOf(outputs[field] ?? null), at: run.now });
  }
  return undefined;
}

/** The newest of a name counts. */
function recordAsset(run: Run, asset: RecordedAsset): void {
  run.assets = [...run.assets.filter(({ name }) => name !== asset.name), asset];
  if (run.assets.length <= mostInline) return;
  const moved = run.assets.slice(0, mostInline / 2);
  run.assets = run.assets.slice(moved.length);
  const digest = appendToLog(run, run.assetsRef?.digest, moved as unknown as JsonValue[]);
  run.assetsRef = { digest, count: (run.assetsRef?.count ?? 0) + moved.length };
}

const cannotName = (field: string, why: string): StepFailure => ({
  reason: stepReasons.inputUnresolved,
  message: `the asset of its output '${field}' has no name: ${why}`,
});
