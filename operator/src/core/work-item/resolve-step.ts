import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { Step } from '../../api/step/step.ts';
import { defined } from '../defined.ts';
import { digestOf } from '../digest.ts';
import { fillReferences } from '../expression/fill-references.ts';
import type { IssuePath } from '../issue.ts';
import { partsReferredTo } from '../pipeline/find-dependencies.ts';
import { findMethod, findRole, methodNameOf, modeOf } from '../pipeline/step-methods.ts';
import { expressionFields, templateFields } from '../pipeline/step-templates.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { resolveBindings } from '../template/resolve-bindings.ts';
import { resolveTemplates } from '../template/resolve-template.ts';
import { type PromptPart, resolvePrompt } from '../template/resolve-prompt.ts';
import type { ResolutionProblem, Resolved, Scope } from '../template/scope.ts';
import { type Frame, frameOf, pathIn } from './frame.ts';
import type { Run } from './run.ts';
import { scopeAt } from './run-scope.ts';
import { takeSeat } from './take-seat.ts';
import type { SeatedStart, StartAttempt } from './work-item-plan.ts';

/** A step with all its templates resolved, ready to be executed. */
export type ResolvedStep = Pick<
  StartAttempt,
  'step' | 'inputs' | 'prompt' | 'method' | 'role' | 'mode' | 'specDigest' | 'seat'
>;

/** What became of the templates of a step; `unread` when an artifact has to be read first. */
export type StepResolution = { readonly resolved: ResolvedStep } | { readonly problem: ResolutionProblem } | 'unread';

/** Resolves what a step is given. Substituted values are never read as templates again. */
export function resolveStep(run: Run, node: StepNode, frame: Frame): StepResolution {
  if (!hasReadReferences(run, node, frame)) return 'unread';
  const scope = scopeAt(run, frame);
  const step = resolveFields(node.step, scope);
  if ('problem' in step) return step;
  const inputs = resolveBindings(node.step.inputs ?? {}, scope);
  if ('problem' in inputs) return inputs;
  const prompt = promptOf(node.step, scope);
  if (prompt !== undefined && 'problem' in prompt) return prompt;
  const seat = node.seat && takeSeat(run, { node, frame }, node.seat);
  if (seat === 'unread') return seat;
  const work = describeWork(run, step.value, { inputs: inputs.value, seat });
  return { resolved: { ...work, ...defined({ prompt: prompt?.value }) } };
}

function resolveFields(written: Step, scope: Scope): Resolved<Step> {
  let step = written;
  for (const { path, value, read } of templateFields(written)) {
    if (read !== 'input' || path[0] === 'inputs' || path[0] === 'cache') continue;
    const resolved = resolveTemplates(value, scope);
    if ('problem' in resolved) return resolved;
    if (resolved.value !== value) step = withValueAt(step, path, resolved.value) as Step;
  }
  return fillExpressions(step, scope);
}

/** Those that an executor evaluates, where there are no steps to refer to. */
function fillExpressions(written: Step, scope: Scope): Resolved<Step> {
  let step = written;
  for (const { path, text, read } of expressionFields(written)) {
    if (read !== 'outside') continue;
    const filled = fillReferences(text, scope);
    if ('problem' in filled) return filled;
    if (filled.value !== text) step = withValueAt(step, path, filled.value) as Step;
  }
  return { value: step };
}

/** What an agent is asked keeps its values apart: they come from elsewhere, and must not pass for its author's words. */
function promptOf(step: Step, scope: Scope): Resolved<readonly PromptPart[]> | undefined {
  const prompt = step.type === 'llm_agent' ? step.goal : step.type === 'llm_flow' ? step.prompt : undefined;
  return prompt === undefined ? undefined : resolvePrompt(prompt, scope);
}

interface Given {
  readonly inputs: JsonObject;
  readonly seat: SeatedStart | undefined;
}

function describeWork(run: Run, step: Step, { inputs, seat }: Given): Omit<ResolvedStep, 'prompt'> {
  const { methods, roles } = run.observed.pinned;
  const methodName = methodNameOf(step);
  const method = methodName === undefined ? undefined : findMethod(methods, methodName);
  const role = step.role === undefined ? undefined : findRole(roles, step.role);
  return {
    step,
    inputs,
    mode: modeOf(step, method),
    specDigest: digestOf({ step, inputs, ...defined({ seat }) }),
    ...defined({ seat }),
    ...(method === undefined ? {} : { method: method.metadata.name }),
    ...(role === undefined ? {} : { role: role.metadata.name }),
  };
}

/** Whether the outputs that a step refers to are at hand; those that are not will be read. */
export function hasReadReferences(run: Run, node: StepNode, frame: Frame): boolean {
  let hasRead = true;
  // Every one is asked for at once, so that one reading is enough.
  for (const { on, by } of node.dependencies) {
    if (by !== 'dependsOn' && !hasReadOutputs(run, on, frame)) hasRead = false;
  }
  return hasRead;
}

/** The same of what a step's assets, checks and routes refer to, its own outputs aside. */
export function hasReadResultReferences(run: Run, node: StepNode, frame: Frame): boolean {
  const parts = partsReferredTo(node, run.graph.byName);
  const unread = parts.filter((part) => !hasReadOutputs(run, part, frame));
  return hasReadReferences(run, node, frame) && unread.length === 0;
}

/** Whether the outputs of a step are at hand, where it has any. */
function hasReadOutputs(run: Run, node: StepNode, frame: Frame): boolean {
  const home = frameOf(node, frame);
  const record = home && run.record(pathIn(home, node));
  return record?.phase !== 'Succeeded' || run.outputsOf(record) !== undefined;
}

/** A value with another one at a path that exists in it. */
function withValueAt(target: unknown, [segment, ...rest]: IssuePath, value: JsonValue): unknown {
  if (segment === undefined) return value;
  const inner: unknown = Reflect.get(target as object, segment);
  const changed = withValueAt(inner, rest, value);
  if (Array.isArray(target)) return target.with(Number(segment), changed);
  return { ...(target as object), [segment]: changed };
}
