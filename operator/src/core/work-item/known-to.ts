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
/** Artifacts that are looked into, the nearest: a pack has room for a few. */
const mostArtifacts = 16;

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
  const isBefore = ({ at }: { readonly at: string }) => Date.parse(at) <= until;
  const results = resultsSeen(run, place, distances).filter(isBefore);
  const others = [...decisionsOf(run, distances, feedback), ...transitionsOf(run)].filter(isBefore);
  return [...lookInto(run, results, givenTo(place.node)), ...others];
}

type Distances = ReturnType<typeof measureDistances>;

/** What came of a step; its name is the same in all iterations. */
type SeenResult = Pick<KnownRecord, 'kind' | 'name' | 'at' | 'distance'> & {
  readonly step: string;
  readonly record: StepStatus;
};

function resultsSeen(run: Run, { frame }: Place, distances: Distances): SeenResult[] {
  // What came of an approval is told as the decision that it was.
  const nodes = run.graph.nodes.filter(({ step }) => step.type !== 'approval');
  return nodes.flatMap((node): SeenResult[] => {
    const home = frameOf(node, frame);
    const record = home && run.record(pathIn(home, node));
    if (record?.phase !== 'Succeeded' || record.finishedAt === undefined) return [];
    const [name, at, distance] = [record.path, record.finishedAt, distances.get(node)];
    return [{ kind: 'result', name, step: node.name, at, record, ...defined({ distance }) }];
  });
}

/**
 * The results with their fields, without those that the step is given. Of what is in the store the nearest and latest are
 * looked into, whether they are at hand or have to be read first: another leader tells an agent the same.
 */
function lookInto(run: Run, results: readonly SeenResult[], given: ReturnType<typeof givenTo>): KnownRecord[] {
  const told = results.filter(({ step }) => given.get(step)?.has(whole) !== true);
  const stored = told.filter(({ record }) => isReadable(run, record));
  const read = new Set(stored.toSorted(byNearness).slice(0, mostArtifacts));
  return told.map((result) => {
    const { step, record, ...what } = result;
    const { outputsRef } = record;
    const content = outputsRef === undefined || read.has(result) ? run.outputsOf(record) : undefined;
    if (content === undefined && outputsRef !== undefined) return { ...what, stored: { ...outputsRef } };
    return { ...what, fields: withoutKeys(content ?? {}, given.get(step)) };
  });
}

/** Whether the outputs are in the store, and worth asking for. */
const isReadable = (run: Run, { outputsRef }: StepStatus) =>
  outputsRef !== undefined && outputsRef.sizeBytes <= mostBytes && !run.isGone(outputsRef.digest);

const byNearness = (one: SeenResult, other: SeenResult) =>
  (one.distance ?? Infinity) - (other.distance ?? Infinity) || Date.parse(other.at) - Date.parse(one.at) || 0;

const withoutKeys = (fields: JsonObject, left: ReadonlySet<string> = new Set()): JsonObject =>
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
