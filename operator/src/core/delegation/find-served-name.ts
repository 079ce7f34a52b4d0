import type { JsonValue } from '../../api/json.ts';
import { resolveTemplates } from '../template/resolve-template.ts';
import type { ObservedWorkItem } from '../work-item/observed.ts';
import { resolveInputs } from '../work-item/resolve-inputs.ts';
import { servingName } from './render-serving.ts';

/**
 * The name under which a run has served what a step calls `serviceName`: it may refer to inputs alone, so that it can be told when
 * the run has ended. Undefined where it has no value: then nothing was served.
 */
export function findServedName(
  run: Pick<ObservedWorkItem, 'workItem' | 'pinned'>,
  serviceName: JsonValue,
): string | undefined {
  const inputs = resolveInputs(run);
  if ('problem' in inputs) return undefined;
  const resolved = resolveTemplates(serviceName, {
    lookUp: (root) => (root === 'input' ? inputs.value : undefined),
    stepNames: () => [],
    isVariable: (root) => root === 'input',
  });
  return 'value' in resolved ? servingName(resolved.value) : undefined;
}
