import type { JsonValue } from '../../api/json.ts';
import type { Method, MethodSpec } from '../../api/method.ts';
import { checkExpression, compileExpression } from '../expression/expression.ts';
import type { Issue, IssuePath } from '../issue.ts';
import { quote } from '../quote.ts';
import { findTemplateProblems } from '../template/find-references.ts';
import { atLevel } from './at-level.ts';
import { schemaIssue } from './data-flow/check-schemas.ts';
import { problemIssue } from './data-flow/reference-uses.ts';
import { suggestName } from './nearest-name.ts';
import { findMethodIssues } from './references/object-references.ts';
import type { WorldIndex } from './world.ts';

/** Levels 2 and 3 of validation of a Method that fits its schema. */
export function validateMethod(method: Method, world: WorldIndex): Issue[] {
  const { spec } = method;
  const found = [
    ...schemaIssue(spec.inputs, ['inputs']),
    ...schemaIssue(spec.outputs, ['outputs']),
    ...innerSchemas(spec),
    ...expressionsOf(spec).flatMap(checkOne),
    ...templatesOf(spec).flatMap(({ value, path }) =>
      findTemplateProblems(value).map(({ problem, path: below }) => problemIssue(problem, [...path, ...below])),
    ),
    ...(spec.type === 'graph' ? findUnknownNodes(spec.graph) : []),
  ];
  return [...atLevel(2, findMethodIssues(method, world)), ...atLevel(3, found, ['spec'])];
}

function innerSchemas(spec: MethodSpec): Issue[] {
  const parts =
    spec.type === 'flow'
      ? spec.flow.completions.map(({ outputSchema }, index) => ({ outputSchema, path: ['flow', 'completions', index] }))
      : spec.type === 'graph'
        ? spec.graph.nodes.map(({ outputSchema }, index) => ({ outputSchema, path: ['graph', 'nodes', index] }))
        : [];
  return parts.flatMap(({ outputSchema, path }) => schemaIssue(outputSchema, [...path, 'outputSchema']));
}

interface MethodExpression {
  readonly text: string | undefined;
  readonly path: IssuePath;
  readonly variables: readonly string[];
  readonly isCondition: boolean;
}

function expressionsOf(spec: MethodSpec): MethodExpression[] {
  if (spec.type === 'http' || spec.type === 'model') {
    const variables = ['status', 'headers', 'body'];
    return [{ text: spec.http?.result, path: ['http', 'result'], variables, isCondition: false }];
  }
  if (spec.type === 'graph')
    return (spec.graph.edges ?? []).map(({ when }, index) => ({
      ...{ text: when, path: ['graph', 'edges', index, 'when'], variables: ['state'], isCondition: true },
    }));
  if (spec.type !== 'object') return [];
  const { success, failure, outputs = {} } = spec.object;
  const variables = ['object'];
  return [
    { text: success, path: ['object', 'success'], variables, isCondition: true },
    { text: failure, path: ['object', 'failure'], variables, isCondition: true },
    ...Object.entries(outputs).map(([name, text]) => ({
      ...{ text, path: ['object', 'outputs', name], variables, isCondition: false },
    })),
  ];
}

function checkOne({ text, path, variables, isCondition }: MethodExpression): Issue[] {
  if (text === undefined) return [];
  const compiled = compileExpression(text);
  if ('problem' in compiled) return [problemIssue(compiled.problem, path)];
  const problems = checkExpression(compiled.expression, {
    reference: () => undefined,
    variable: (name) => (variables.includes(name) ? 'unknown' : undefined),
    ...(isCondition && { expects: 'boolean' }),
  });
  return problems.map((problem) => problemIssue(problem, path));
}

interface TemplatedPart {
  readonly value: JsonValue;
  readonly path: IssuePath;
}

/** Parts of a Method that may contain templates. */
function templatesOf(spec: MethodSpec): TemplatedPart[] {
  if (spec.type === 'http' || spec.type === 'model')
    return (['url', 'headers', 'body'] as const).map((field) => ({
      value: spec.http?.[field] ?? null,
      path: ['http', field],
    }));
  if (spec.type === 'object') return [{ value: spec.object.template, path: ['object', 'template'] }];
  if (spec.type === 'flow') return spec.flow.completions.map(promptPart(['flow', 'completions']));
  if (spec.type === 'graph') return partsOfNodes(spec.graph);
  if (spec.type !== 'template') return [];
  return (['title', 'content'] as const).map((field) => ({
    value: spec.template[field] ?? null,
    path: ['template', field],
  }));
}

const promptPart =
  (path: IssuePath) =>
  ({ prompt }: { readonly prompt?: string | undefined }, index: number): TemplatedPart => ({
    value: prompt ?? null,
    path: [...path, index, 'prompt'],
  });

type Graph = Extract<MethodSpec, { type: 'graph' }>['graph'];

const partsOfNodes = ({ nodes }: Graph): TemplatedPart[] => [
  ...nodes.map(promptPart(['graph', 'nodes'])),
  ...nodes.map((node, index) => ({ value: node.arguments ?? null, path: ['graph', 'nodes', index, 'arguments'] })),
];

/** Edges and entries of a graph that lead to no node. */
function findUnknownNodes({ entry, nodes, edges = [] }: Graph): Issue[] {
  const known = nodes.map(({ id }) => id);
  const named = [
    ...(entry === undefined ? [] : [{ name: entry, path: ['entry'], ends: false }]),
    ...edges.flatMap(({ from, to }, index) => [
      { name: from, path: ['edges', index, 'from'], ends: false },
      { name: to, path: ['edges', index, 'to'], ends: true },
    ]),
  ];
  return named
    .filter(({ name, ends }) => !known.includes(name) && !(ends && name === 'end'))
    .map(({ name, path }) => {
      const hint = suggestName(name, known, 'nodes');
      const message = `the graph has no node ${quote(name)}`;
      return { code: 'NodeNotFound', path: ['graph', ...path], message, ...(hint !== undefined && { hint }) };
    });
}
