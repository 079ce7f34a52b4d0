import type { Issue } from '../../issue.ts';
import { quote } from '../../quote.ts';
import { suggestName } from '../nearest-name.ts';
import type { DataFlow } from './data-flow.ts';
import type { StepResults } from './step-results.ts';

/**
 * Outputs that a step declares and that its result will not have, where a schema tells what that has. A single one may be
 * a name for the whole result.
 */
export function findMissingOutputs({ graph, work }: DataFlow, results: StepResults): Issue[] {
  return graph.nodes.flatMap((node) => {
    const names = Object.keys(node.step.outputs ?? {});
    const result = names.length > 1 ? results.bare(node) : undefined;
    if (result === undefined) return [];
    return names.flatMap((name): Issue[] => {
      const found = work.field(result, name);
      if (!('missing' in found)) return [];
      const message = `step '${node.name}' promises the output ${quote(name)}, which its result will not have`;
      const hint = suggestName(name, found.known, 'fields of the result');
      const path = [...node.path, 'outputs', name];
      return [{ code: 'OutputNotGiven', path, message, ...(hint !== undefined && { hint }), atKey: true }];
    });
  });
}
