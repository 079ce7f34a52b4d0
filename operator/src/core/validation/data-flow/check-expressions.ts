import type { JsonObject } from '../../../api/json.ts';
import { checkExpression, compileExpression } from '../../expression/expression.ts';
import type { Issue, IssuePath } from '../../issue.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import { type ExpressionField, expressionFields } from '../../pipeline/step-templates.ts';
import type { DataFlow } from './data-flow.ts';
import type { ReferenceSchemas } from './reference-schemas.ts';
import { problemIssue } from './reference-uses.ts';
import type { SchemaWork } from './schema-work.ts';
import type { StepResults } from './step-results.ts';

/** The type of a variable; `unknown` when there is one of which no more is known, undefined when there is none. */
type VariableType = JsonObject | 'unknown' | undefined;

interface Condition {
  readonly text: string;
  /** From the spec on. */
  readonly path: IssuePath;
  readonly node?: StepNode;
  readonly variable: (name: string) => VariableType;
}

/** What is wrong with the expressions of a Pipeline: their grammar, the types in them, and that they answer true or false. */
export function checkExpressions(flow: DataFlow, schemas: ReferenceSchemas, results: StepResults): Issue[] {
  const conditions = [
    ...flow.graph.nodes.flatMap((node) => conditionsOf(node, { schemas, results, work: flow.work })),
    ...transitionConditions(flow),
  ];
  return conditions.flatMap((condition) => checkCondition(condition, { schemas, work: flow.work }));
}

function checkCondition(
  { text, path, node, variable }: Condition,
  { schemas, work }: { readonly schemas: ReferenceSchemas; readonly work: SchemaWork },
): Issue[] {
  const compiled = compileExpression(text);
  if ('problem' in compiled) return [problemIssue(compiled.problem, path)];
  const problems = checkExpression(compiled.expression, {
    reference: (reference) => {
      const found = schemas.of(reference, node);
      return 'schema' in found ? work.forExpression(found.schema) : undefined;
    },
    variable,
    expects: 'boolean',
  });
  return problems.map((problem) => problemIssue(problem, path));
}

/** What tells the types of variables. */
interface TypeContext {
  readonly schemas: ReferenceSchemas;
  readonly results: StepResults;
  readonly work: SchemaWork;
}

function conditionsOf(node: StepNode, context: TypeContext): Condition[] {
  return expressionFields(node.step).map(({ path, text, variables }) => ({
    ...{ text, path: [...node.path, ...path], node },
    variable: variablesOf(node, variables, context),
  }));
}

function variablesOf(
  node: StepNode,
  variables: ExpressionField['variables'],
  { schemas, results, work }: TypeContext,
): Condition['variable'] {
  if (variables === 'outputs') return (name) => fieldType(results.of(node), name, work);
  if (variables === 'inputs') return (name) => inputType(node, name, schemas);
  return (name) => (variables.includes(name) ? (probeTypes.get(name) ?? 'unknown') : undefined);
}

const probeTypes = new Map<string, JsonObject>([['status', { type: 'integer' }]]);

function fieldType(result: JsonObject | undefined, name: string, work: SchemaWork): VariableType {
  const found = result === undefined ? undefined : work.field(result, name);
  if (found === undefined || 'unknown' in found) return 'unknown';
  return 'schema' in found ? found.schema : undefined;
}

function inputType(node: StepNode, name: string, schemas: ReferenceSchemas): VariableType {
  const { inputs } = node.step;
  if (inputs === undefined || !Object.hasOwn(inputs, name)) return undefined;
  const from = inputs[name]?.from;
  return typeof from === 'string' ? (schemas.ofText(from, node) ?? 'unknown') : 'unknown';
}

/** What guards and `when` of transitions may name. */
const transitionTypes = new Map<string, VariableType>([
  ...['workItem', 'steps', 'inputs'].map((name): [string, VariableType] => [name, 'unknown']),
  ['readyScore', { type: 'number' }],
]);

/** Conditions of the transitions of a lifecycle of the Pipeline's own. */
function transitionConditions({ spec }: DataFlow): Condition[] {
  const transitions = spec.lifecycle?.definition?.transitions ?? [];
  const variable = (name: string): VariableType => transitionTypes.get(name);
  return transitions.flatMap(({ guards = [], when }, index) => {
    const path = ['lifecycle', 'definition', 'transitions', index];
    return [
      ...guards.flatMap(({ expression }, position) =>
        expression === undefined
          ? []
          : [{ text: expression, path: [...path, 'guards', position, 'expression'], variable }],
      ),
      ...(when === undefined ? [] : [{ text: when, path: [...path, 'when'], variable }]),
    ];
  });
}
