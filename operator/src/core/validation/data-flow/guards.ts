import type { Activator, StepNode } from '../../pipeline/step-node.ts';
import { BitSet } from './bit-set.ts';
import { constantCondition } from './constant-condition.ts';
import type { DataFlow } from './data-flow.ts';
import { stronglyConnected } from './strongly-connected.ts';
import { runActivators, waitGraph } from './wait-graph.ts';

/** Something that must hold for a step to run at all. */
export interface Guard {
  /** The step that has it. */
  readonly node: StepNode;
  /** Why it may keep the step from running, after "the step". */
  readonly words: string;
}

/** What must hold for each step to run, so that it can be told whether one step runs whenever another does. */
export interface Guards {
  /** The first guard of a step under which another does not stand; undefined when the other runs only if the step does. */
  missingFor(target: StepNode, from: StepNode | undefined): Guard | undefined;
  /** The first guard of a step inside a container beside those of the container. */
  addedInside(inside: StepNode, container: StepNode): Guard | undefined;
  /** Whether a step stands under two guards that exclude each other: both branches of one conditional. */
  contradiction(node: StepNode): StepNode | undefined;
  /** Whether two steps never run in the same run: they stand in different branches. */
  areExclusive(left: StepNode, right: StepNode): boolean;
}

/** What a step stands under by its place, and with what its dependencies stand under; nothing when undefined. */
interface Standing {
  readonly own: BitSet | undefined;
  readonly all: BitSet | undefined;
}

/** Looks over the guards of all steps. */
export function findGuards(flow: DataFlow): Guards {
  const register = new GuardRegister(flow);
  const standings = register.size === 0 ? new Map<StepNode, Standing>() : standingsOf(flow, register);
  const nothing = new BitSet(register.size);
  const allOf = (node: StepNode) => standings.get(node)?.all ?? nothing;
  return {
    missingFor: (target, from) => {
      const own = (from && standings.get(from)?.own) ?? nothing;
      const missing = allOf(target).firstOutside(own);
      return missing === undefined ? undefined : register.guard(missing);
    },
    addedInside: (inside, container) => {
      const added = allOf(inside).firstOutside(allOf(container));
      return added === undefined ? undefined : register.guard(added);
    },
    contradiction: (node) => register.excludedIn(allOf(node), allOf(node)),
    areExclusive: (left, right) => register.excludedIn(allOf(left), allOf(right)) !== undefined,
  };
}

/** Numbers of guards. Guards that always hold together have one number: the same `when`, the same condition of a check. */
class GuardRegister {
  readonly #numbers = new Map<string, number>();
  readonly #guards: Guard[] = [];
  /** The guards of each step itself. */
  readonly #ofNode = new Map<StepNode, readonly number[]>();
  /** Pairs that never hold together, and the conditional that says so. */
  readonly #exclusive: (readonly [ifTrue: number, ifFalse: number, conditional: StepNode])[] = [];

  constructor({ graph }: DataFlow) {
    for (const node of graph.nodes) {
      const guards = guardsOf(node).map(([key, words]) => this.#number(key, { node, words }));
      if (guards.length > 0) this.#ofNode.set(node, guards);
    }
    for (const node of graph.nodes) {
      const [ifTrue, ifFalse] = ['ifTrue', 'ifFalse'].map((branch) => this.#numbers.get(branchKey(node, branch)));
      if (ifTrue !== undefined && ifFalse !== undefined) this.#exclusive.push([ifTrue, ifFalse, node]);
    }
  }

  get size(): number {
    return this.#guards.length;
  }

  guard(number: number): Guard | undefined {
    return this.#guards[number];
  }

  ofNode(node: StepNode): readonly number[] {
    return this.#ofNode.get(node) ?? [];
  }

  /** The conditional of which one set has one branch, and the other the other. */
  excludedIn(left: BitSet, right: BitSet): StepNode | undefined {
    const pair = this.#exclusive.find(
      ([ifTrue, ifFalse]) => (left.has(ifTrue) && right.has(ifFalse)) || (left.has(ifFalse) && right.has(ifTrue)),
    );
    return pair?.[2];
  }

  #number(key: string, guard: Guard): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#guards.push(guard);
    this.#numbers.set(key, this.#guards.length - 1);
    return this.#guards.length - 1;
  }
}

const branchKey = (conditional: StepNode, branch: string) => `${branch} of ${conditional.index}`;

/** What keeps a step itself from running, its surroundings aside: what tells the guard apart, and words for it. */
function guardsOf(node: StepNode): (readonly [key: string, words: string])[] {
  const { step, placement, parent } = node;
  const guards: (readonly [string, string])[] = [];
  if (step.when !== undefined && constantCondition(step.when) !== true)
    guards.push([`when ${step.when}`, 'runs only when its `when` holds']);
  if (step.isChild === true) guards.push([activationKey(node), 'is a child step: it runs only when it is activated']);
  if (parent !== undefined && (placement === 'ifTrue' || placement === 'ifFalse'))
    guards.push([branchKey(parent, placement), `runs only in one branch of '${parent.name}'`]);
  if (parent !== undefined && placement === 'route')
    guards.push([routeKey(node, parent), `runs only when a route of '${parent.name}' is taken`]);
  return guards;
}

function routeKey({ routeIndex = 0 }: StepNode, owner: StepNode): string {
  return `route ${owner.index} ${owner.step.onSuccess?.routes[routeIndex]?.match.expression ?? ''}`;
}

/** Child steps that one step activates on one condition run together. */
function activationKey(node: StepNode): string {
  const [only, ...others] = node.activators;
  const condition = only === undefined || others.length > 0 ? undefined : conditionOf(only, node.name);
  return condition ?? `child ${node.index}`;
}

function conditionOf({ by, through }: Activator, name: string): string | undefined {
  const entry = through === 'check' ? by.step.check?.find(({ run }) => run === name) : undefined;
  const route = through === 'route' ? by.step.onSuccess?.routes.find(({ run }) => run === name) : undefined;
  if (entry !== undefined) return `check ${by.index} ${entry.boolean ?? ''} ${entry.notExists ?? ''}`;
  return route && `route ${by.index} ${route.match.expression}`;
}

/** Each step after those that it waits for; inside a cycle, which is an error of its own, in any order. */
function standingsOf(flow: DataFlow, register: GuardRegister): ReadonlyMap<StepNode, Standing> {
  const standings = new Map<StepNode, Standing>();
  for (const event of stronglyConnected(waitGraph(flow.graph, 'usual')).flat()) {
    const node = event % 2 === 0 ? flow.graph.nodes[event >>> 1] : undefined;
    if (node === undefined) continue;
    const before = (step: StepNode) => standings.get(step)?.all;
    const own = withGuards(unionOf([node.parent && before(node.parent), sharedByActivators(node, before)]), {
      guards: register.ofNode(node),
      size: register.size,
    });
    const needed = node.dependencies.filter(({ until }) => until === 'succeeded').map(({ on }) => before(on));
    standings.set(node, { own, all: unionOf([own, ...needed]) });
  }
  return standings;
}

/** Whichever step activates a child step has run, so what all of them stand under holds. */
function sharedByActivators(node: StepNode, before: (step: StepNode) => BitSet | undefined): BitSet | undefined {
  let shared: BitSet | undefined;
  for (const [position, { by }] of runActivators(node).entries()) {
    const standing = before(by);
    if (standing === undefined) return undefined;
    if (position === 0) shared = standing.clone();
    else shared?.keepOnly(standing);
  }
  return shared;
}

function withGuards(
  base: BitSet | undefined,
  { guards, size }: { readonly guards: readonly number[]; readonly size: number },
): BitSet | undefined {
  if (guards.length === 0) return base;
  const set = base?.clone() ?? new BitSet(size);
  for (const guard of guards) set.add(guard);
  return set;
}

/** All members of several sets. Sets are shared where one of them has all members already. */
function unionOf(sets: readonly (BitSet | undefined)[]): BitSet | undefined {
  let union: BitSet | undefined;
  let isOwn = false;
  for (const set of sets) {
    if (set === undefined || set === union) continue;
    if (union === undefined) union = set;
    else if (set.firstOutside(union) !== undefined) {
      if (!isOwn) union = union.clone();
      isOwn = true;
      union.addAll(set);
    }
  }
  return union;
}
