import type { JsonObject } from '../../../api/json.ts';
import type { Issue, IssuePath } from '../../issue.ts';
import { findSchemaProblem } from '../../json-schema/validate-json.ts';
import { quote } from '../../quote.ts';
import type { DataFlow, DataFlowCheck } from './data-flow.ts';

/** JSON Schemas of the Pipeline that cannot be used. */
export const findBrokenSchemas: DataFlowCheck = (flow) =>
  schemasOf(flow).flatMap(({ schema, path }) => schemaIssue(schema, path));

/** What is wrong with a user's JSON Schema, if anything is. */
export function schemaIssue(schema: JsonObject | undefined, path: IssuePath): Issue[] {
  const problem = schema === undefined ? undefined : findSchemaProblem(schema);
  if (problem === undefined) return [];
  const last = problem.path.at(-1);
  const what = last === undefined ? 'the schema' : typeof last === 'string' ? quote(last) : `item ${last}`;
  const message = `no JSON Schema: ${what} ${problem.message}`;
  const hint = 'schemas are JSON Schema, draft 2020-12';
  return [{ code: 'InvalidSchema', path: [...path, ...problem.path], message, hint }];
}

interface PlacedSchema {
  readonly schema: JsonObject;
  readonly path: IssuePath;
}

function schemasOf({ spec, graph }: DataFlow): PlacedSchema[] {
  const ofParameters = (spec.parameters ?? []).flatMap(({ schema }, index) =>
    schema === undefined ? [] : [{ schema, path: ['parameters', index, 'schema'] }],
  );
  const ofSteps = graph.nodes.flatMap(({ step, path }): PlacedSchema[] => {
    if (step.type === 'validation')
      return step.checks.schema === undefined
        ? []
        : [{ schema: step.checks.schema, path: [...path, 'checks', 'schema'] }];
    const schema = 'outputSchema' in step ? step.outputSchema : undefined;
    return schema === undefined ? [] : [{ schema, path: [...path, 'outputSchema'] }];
  });
  return [...ofParameters, ...ofSteps];
}
