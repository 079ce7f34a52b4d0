import type { Issue } from '../../issue.ts';
import type { JsonObject, JsonValue } from '../../../api/json.ts';
import { describeSchema } from './describe-schema.ts';
import type { DataFlow } from './data-flow.ts';
import type { ReferenceSchemas } from './reference-schemas.ts';

/** Loops over something that is no list. */
export function checkLoops({ graph, work }: DataFlow, schemas: ReferenceSchemas): Issue[] {
  return graph.nodes.flatMap((node) => {
    if (node.step.type !== 'loop') return [];
    const { iterateOver } = node.step;
    const found = typeof iterateOver === 'string' ? schemas.ofText(iterateOver, node) : literalType(iterateOver);
    if (found === undefined || work.mayFit(found, anyList)) return [];
    const message = `a loop goes through a list, and this will be ${describeSchema(found)}`;
    return [{ code: 'NotAnArray', path: [...node.path, 'iterateOver'], message, hint: 'name a field that is a list' }];
  });
}

/** What a loop goes through. */
const anyList = { type: 'array' } as const;

function literalType(value: JsonValue): JsonObject {
  if (Array.isArray(value)) return { type: 'array' };
  return { type: value === null ? 'null' : typeof value };
}
