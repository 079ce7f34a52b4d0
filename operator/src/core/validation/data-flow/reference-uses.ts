import type { Binding } from '../../../api/binding.ts';
import type { JsonValue } from '../../../api/json.ts';
import { compileExpression } from '../../expression/expression.ts';
import type { Issue, IssuePath } from '../../issue.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import { expressionFields, orEntries, templateFields } from '../../pipeline/step-templates.ts';
import { findReferences, findTemplateProblems } from '../../template/find-references.ts';
import { parsePath } from '../../template/parse-path.ts';
import type { Reference } from '../../template/reference.ts';
import type { ResolutionProblem } from '../../template/scope.ts';
import type { DataFlow } from './data-flow.ts';

/** A reference and where it is used. */
export interface ReferenceUse {
  readonly reference: Reference;
  /** From the spec on. */
  readonly path: IssuePath;
  /** The step that uses it; none for the outputs of the Pipeline. */
  readonly node: StepNode | undefined;
  /** Read when the step has its result, so that it may speak of the step itself. */
  readonly isAfter: boolean;
  /** Stands in `or`, or is shown to people: it may turn out to have no value. */
  readonly isOptional: boolean;
}

/** Every reference in a Pipeline. Malformed templates are passed over. */
export function findReferenceUses({ spec, graph }: Pick<DataFlow, 'spec' | 'graph'>): ReferenceUse[] {
  return [...graph.nodes.flatMap(usesOfStep), ...usesOfOutputs(spec.outputs)];
}

/** What is wrong with the templates of a Pipeline themselves, whatever they refer to. */
export function findMalformedTemplates({ spec, graph }: DataFlow): Issue[] {
  const ofSteps = graph.nodes.flatMap(({ step, path }) => [
    ...[...templateFields(step), ...orEntries(step)].flatMap((field) =>
      problemsIn(field.value, [...path, ...field.path]),
    ),
    ...(step.check ?? []).flatMap(({ notExists }, index) =>
      problemInPath(notExists, [...path, 'check', index, 'notExists']),
    ),
    ...shownPaths(step).flatMap((text, index) => problemInPath(text, [...path, 'show', index])),
  ]);
  const ofOutputs = Object.entries(spec.outputs ?? {}).flatMap(([name, { from, or }]) => [
    ...problemsIn(from ?? null, ['outputs', name, 'from']),
    ...problemsIn(or ?? null, ['outputs', name, 'or']),
  ]);
  return [...ofSteps, ...ofOutputs];
}

/** Says a problem of a template or an expression as an issue. */
export function problemIssue({ code, message, hint }: ResolutionProblem, path: IssuePath): Issue {
  return { code, path, message, ...(hint !== undefined && { hint }) };
}

function problemsIn(value: JsonValue, path: IssuePath): Issue[] {
  return findTemplateProblems(value).map(({ problem, path: below }) => problemIssue(problem, [...path, ...below]));
}

function problemInPath(text: string | undefined, path: IssuePath): Issue[] {
  const parsed = text === undefined ? undefined : parsePath(text);
  return parsed !== undefined && 'problem' in parsed ? [problemIssue(parsed.problem, path)] : [];
}

const shownPaths = (step: StepNode['step']) => (step.type === 'approval' ? (step.show ?? []) : []);

function usesOfStep(node: StepNode): ReferenceUse[] {
  const { step } = node;
  const place = (path: IssuePath, how: { isAfter: boolean; isOptional: boolean }) => ({
    ...{ path: [...node.path, ...path], node },
    ...how,
  });
  return [
    ...templateFields(step).flatMap(({ path, value, read }) =>
      usesIn(value, place(path, { isAfter: read === 'result', isOptional: false })),
    ),
    ...orEntries(step).flatMap(({ path, value }) => usesIn(value, place(path, { isAfter: false, isOptional: true }))),
    ...expressionFields(step).flatMap(({ path, text, read }) => {
      const compiled = compileExpression(text);
      const references = 'problem' in compiled ? [] : compiled.expression.references;
      const use = place(path, { isAfter: read === 'result', isOptional: false });
      return references.map((reference) => ({ ...use, reference }));
    }),
    ...shownPaths(step).flatMap((text, index) => {
      const parsed = parsePath(text);
      const use = place(['show', index], { isAfter: false, isOptional: true });
      return 'problem' in parsed ? [] : [{ ...use, reference: parsed.reference }];
    }),
  ];
}

function usesIn(value: JsonValue, use: Omit<ReferenceUse, 'reference'>): ReferenceUse[] {
  return findReferences(value).map(({ reference, path }) => ({ ...use, reference, path: [...use.path, ...path] }));
}

function usesOfOutputs(outputs: Readonly<Record<string, Binding>> | undefined): ReferenceUse[] {
  const use = { node: undefined, isAfter: false } as const;
  return Object.entries(outputs ?? {}).flatMap(([name, { from, or }]) => [
    ...usesIn(from ?? null, { ...use, path: ['outputs', name, 'from'], isOptional: false }),
    ...usesIn(or ?? null, { ...use, path: ['outputs', name, 'or'], isOptional: true }),
  ]);
}
