import type { JsonObject } from '../../api/json.ts';
import type { Step } from '../../api/step/step.ts';
import type { Attempt, StepStatus } from '../../api/step-status.ts';
import type { KnownRecord } from '../context/known-record.ts';
import { defined } from '../defined.ts';
import { measureDistances } from '../pipeline/measure-distances.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { variablesAt } from '../pipeline/scope-rules.ts';
import { templateFields } from '../pipeline/step-templates.ts';
import { findReferences } from '../template/find-references.ts';
import type { Reference } from '../template/reference.ts';
import { frameOf, pathIn } from './frame.ts';
import type { Place } from './place.ts';
import type { Run } from './run.ts';

/** Steps whose work is told what is known. */
const toldTypes: ReadonlySet<Step['type']> = new Set<Step['type']>(['llm_agent', 'llm_flow', 'council']);

/** Bytes of an artifact that is looked into; of larger ones an agent learns that they are there. */
const mostBytes = 65_536;

/** The attempt that is told, and why earlier work was sent back: that it is told anyway. */
export interface ToldAttempt {
  readonly attempt: Pick<Attempt, 'startedAt'>;
  readonly feedback: string | undefined;
}

/**
 * What a step may be told of its run, before it is cut for its role: results of steps that can be seen from it, decisions and
 * transitions, as they were on record when the attempt began, so that an attempt that is rendered again is told the same. Left out
 * is what the step is given anyway: what its templates name as a whole, in inputs, goal or prompt, stands in its prompt already.
 * Empty where the step acts by no role: nobody has said then what it may see.
 */
export function knownTo(run: Run, place: Place, { attempt, feedback }: ToldAttempt): readonly KnownRecord[] {
  const { step } = place.node;
  if (!toldTypes.has(step.type) || (step.role === undefined && step.type !== 'council')) return [];
  const until = Date.parse(attempt.startedAt ?? run.record(pathIn(place.frame, place.node))?.startedAt ?? run.now);
  const distances = measureDistances(place.node);
  const all = [...resultsSeen(run, place, distances), ...decisionsOf(run, distances, feedback), ...transitionsOf(run)];
  return all.filter(({ at }) => Date.parse(at) <= until);
}

type Distances = ReturnType<typeof measureDistances>;

function resultsSeen(run: Run, { node, frame }: Place, distances: Distances): KnownRecord[] {
  const given = givenTo(node);
  // What came of an approval is told as the decision that it was.
  const nodes = run.graph.nodes.filter(({ step }) => step.type !== 'approval');
  return nodes.flatMap((each): KnownRecord[] => {
    const home = frameOf(each, frame);
    const record = home && run.record(pathIn(home, each));
    if (record?.phase !== 'Succeeded' || record.finishedAt === undefined) return [];
    const what = contentOf(run, record, given.get(each.name));
    const distance = distances.get(each);
    return what === undefined
      ? []
      : [{ kind: 'result', name: record.path, ...what, at: record.finishedAt, ...defined({ distance }) }];
  });
}

/** The outputs where they are at hand, without those that the step is given; else where they are. Nothing is read for it. */
function contentOf(
  run: Run,
  { outputs, outputsRef }: StepStatus,
  given: ReadonlySet<string> = new Set(),
): Pick<KnownRecord, 'fields' | 'stored'> | undefined {
  if (given.has(whole)) return undefined;
  if (outputsRef === undefined) return { fields: withoutKeys(outputs ?? {}, given) };
  const { digest, sizeBytes } = outputsRef;
  const isAtHand = sizeBytes <= mostBytes && run.hasArtifact(digest);
  const content = isAtHand ? (run.artifact(digest) as JsonObject | undefined) : undefined;
  return content === undefined ? { stored: { digest, sizeBytes } } : { fields: withoutKeys(content, given) };
}

const withoutKeys = (fields: JsonObject, left: ReadonlySet<string>): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => !left.has(key)));

/** No field has a name like it. */
const whole = '';

/** Fields of steps that stand in prompts. */
const promptParts: ReadonlySet<unknown> = new Set(['inputs', 'goal', 'prompt', 'topic']);

/** What the templates of a step name as a whole, by step: fields, or `whole` for all of them. */
function givenTo(node: StepNode): ReadonlyMap<string, ReadonlySet<string>> {
  const given = new Map<string, Set<string>>();
  const variables = variablesAt(node);
  const fields = templateFields(node.step).filter(({ path, read }) => read === 'input' && promptParts.has(path[0]));
  for (const { reference } of fields.flatMap(({ value }) => findReferences(value))) {
    const name = variables.has(reference.root) ? undefined : nameOfWhole(reference);
    if (name !== undefined) given.set(reference.root, (given.get(reference.root) ?? new Set()).add(name));
  }
  return given;
}

/** The field that a reference names as a whole; undefined when it names a part of one. */
function nameOfWhole({ segments: [first, ...deeper] }: Reference): string | undefined {
  if (first === undefined) return whole;
  return first.kind === 'field' && deeper.length === 0 ? first.name : undefined;
}

function decisionsOf(run: Run, distances: Distances, feedback: string | undefined): KnownRecord[] {
  return [...run.gates.values()].flatMap(({ name, step = '', decisions = [] }) => {
    const asking = run.graph.byName.get(step);
    const distance = asking && distances.get(asking);
    const others = decisions.filter(({ comment }) => comment === undefined || comment !== feedback);
    return others.map(({ decision, role, user, comment, at }): KnownRecord => {
      const fields = { decision, role, user, ...defined({ comment }) };
      return { kind: 'decision', name, fields, at, ...defined({ distance }) };
    });
  });
}

/** Of the lifecycle, that is: what else is a transition has no action. */
function transitionsOf({ transitions: { transitions = [] } }: Run): KnownRecord[] {
  return transitions.flatMap(({ action, from, to, actor, message, at }): KnownRecord[] => {
    if (action === undefined) return [];
    const { role } = actor;
    return [{ kind: 'transition', name: action, fields: defined({ from, to, role, message }), at }];
  });
}
