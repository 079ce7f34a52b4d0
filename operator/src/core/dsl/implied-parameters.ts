import type { JsonValue } from '../../api/json.ts';
import type { Binding } from '../../api/binding.ts';
import { type PipelineSpec, pipelineSpec } from '../../api/pipeline.ts';
import type { Step } from '../../api/step/step.ts';
import { expressionFields, orEntries, templateFields } from '../pipeline/step-templates.ts';
import { findReferences } from '../template/find-references.ts';

/** A parameter as nobody declared it. Where only an `or` names it, a run can do without it. */
export interface ImpliedParameter {
  readonly name: string;
  readonly required?: false;
}

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/**
 * The parameters that a spec uses by `input.<name>` and does not declare, in the order of their first use. None where
 * the spec does not fit its schema: what is wrong there is told anyway.
 */
export function impliedParameters(spec: unknown): ImpliedParameter[] {
  const parsed = pipelineSpec.safeParse(spec);
  if (!parsed.success) return [];
  const declared = new Set((parsed.data.parameters ?? []).map(({ name }) => name));
  const needed = new Map<string, boolean>();
  for (const { value, isNeeded } of templatesOf(parsed.data)) {
    for (const name of inputsIn(value)) {
      if (!declared.has(name)) needed.set(name, isNeeded || needed.get(name) === true);
    }
  }
  return Array.from(needed, ([name, isNeeded]) => (isNeeded ? { name } : { name, required: false }));
}

interface Template {
  readonly value: JsonValue;
  /** False where there are others to fall back to. */
  readonly isNeeded: boolean;
}

function* templatesOf({ steps, onExit = [], outputs = {} }: PipelineSpec): Generator<Template> {
  for (const step of stepsBelow([...steps, ...onExit])) {
    for (const { value } of templateFields(step)) yield { value, isNeeded: true };
    for (const { text } of expressionFields(step)) yield { value: text, isNeeded: true };
    for (const { value } of orEntries(step)) yield { value, isNeeded: false };
  }
  for (const binding of Object.values(outputs)) yield* templatesOfBinding(binding);
}

function* templatesOfBinding({ from, or = [] }: Binding): Generator<Template> {
  if (from !== undefined) yield { value: from, isNeeded: true };
  for (const value of or) yield { value, isNeeded: false };
}

/** All steps and the steps inside them, in the order of the document. */
function* stepsBelow(steps: readonly Step[]): Generator<Step> {
  for (const step of steps) {
    yield step;
    for (const part of partsOf(step)) yield* stepsBelow(part);
  }
}

function partsOf(step: Step): (readonly Step[])[] {
  const routes = (step.onSuccess?.routes ?? []).map((route) => route.steps ?? []);
  if (step.type === 'loop' || step.type === 'parallel_group') return [step.steps, ...routes];
  if (step.type !== 'conditional') return routes;
  return [step.branches.ifTrue?.steps ?? [], step.branches.ifFalse?.steps ?? [], ...routes];
}

function inputsIn(value: JsonValue): string[] {
  return findReferences(value).flatMap(({ reference: { root, segments } }) => {
    const [first] = segments;
    return root === 'input' && first?.kind === 'field' && VARIABLE_NAME.test(first.name) ? [first.name] : [];
  });
}
