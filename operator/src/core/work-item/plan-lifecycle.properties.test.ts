import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lifecyclePresets } from '../../api/lifecycle.ts';
import { governedRoles } from '../../api/names.ts';
import { workItemStatus, type WorkItemStatus } from '../../api/work-item-status.ts';
import { PlannedRun } from '../../testing/planned-run.ts';
import { call } from '../../testing/planning-case.ts';
import { type Definition, isAutomatic, stateNamed, transitionsFrom } from '../lifecycle/definition.ts';
import { definitionOf } from '../lifecycle/definition-of.ts';
import { planWorkItem } from './plan-work-item.ts';

const hunt = process.env['CONCLAVE_PROPERTY_RUNS'];
/** Every change is judged by the same cases; a hunt, which takes as many as it is told, looks at others each time. */
const cases =
  hunt === undefined
    ? { numRuns: 30, seed: 20_260_105, endOnFailure: true }
    : { numRuns: Number(hunt), endOnFailure: true };

const readyInputs = { goal: 'Readers find posts by their title.', acceptance_criteria: ['box', 'hits'], estimate: 3 };

/** What happens, as numbers. */
const tape = fc.array(fc.nat(1_000_000), { minLength: 60, maxLength: 200, size: 'max' });

type Transition = NonNullable<WorkItemStatus['transitions']>[number];

/** A run through a lifecycle in which people and agents do what they like, and what must hold of it. */
class WildRun {
  readonly run: PlannedRun;
  readonly definition: Definition;
  readonly transitions: Transition[] = [];
  readonly #numbers: readonly number[];
  readonly #digests: string[] = [];
  #at = 0;

  constructor(preset: (typeof lifecyclePresets)[number], numbers: readonly number[]) {
    this.#numbers = numbers;
    this.definition = definitionOf({ preset }) as Definition;
    this.run = new PlannedRun({ lifecycle: { preset }, steps: this.#steps() }, { inputs: readyInputs });
    this.#note({ transitions: [] }, this.run.status);
  }

  get hasMore(): boolean {
    return this.#at < this.#numbers.length;
  }

  choose(below: number): number {
    return (this.#numbers[this.#at++] ?? 0) % below;
  }

  /** A step for some of the transitions, each in its state, in the role that takes it or in another one. */
  #steps(): object[] {
    const { transitions } = this.definition;
    const acting = transitions.flatMap(({ action, from, roles }, index) => {
      if (this.choose(3) !== 0) return [];
      const role = this.choose(5) === 4 ? this.#pick(governedRoles) : roles[0];
      return [call(`s${index}`, { action, role, inState: from, retryPolicy: { maxAttempts: 3 } })];
    });
    return [call('any'), ...acting];
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.choose(items.length)] as T;
  }

  /** One thing happens, and the run plans until nothing changes. */
  turn(): void {
    const { run } = this;
    const happenings = [
      () => this.#endSome(),
      () => this.#endSome(),
      () => this.#act(),
      () => this.#actAsOffered(),
      () => this.#actAsOffered(),
      () => this.#actAsOffered(),
      () => this.#actAsOffered(),
      () => this.#decide(),
      () => void (run.nowMs += this.choose(4) * 1000),
      () => void (run.facts = { ...run.facts, policyEpoch: `epoch-${this.choose(2)}` }),
      () => void (run.facts = { ...run.facts, policies: { get: () => ({ allowed: this.choose(4) !== 3 }) } }),
      () => void (run.spec = { ...run.spec, suspend: this.choose(4) === 3 }),
    ];
    happenings[this.choose(happenings.length)]?.();
    if (run.facts.policies !== undefined) run.facts = { ...run.facts, policies: steady(this.choose(4) !== 3) };
    this.settle();
  }

  settle(): void {
    for (let step = 0; step < 50; step += 1) {
      const before = structuredClone(this.run.status);
      const { length } = this.run.actions;
      this.run.step();
      this.#note(before, this.run.status);
      const isReading = this.run.plan?.actions.some(({ kind }) => kind === 'read-artifact') === true;
      if (
        JSON.stringify(before) === JSON.stringify(this.run.status) &&
        this.run.actions.length === length &&
        !isReading
      )
        return;
    }
    throw new Error('the run does not settle');
  }

  #endSome(): void {
    for (const [key, child] of this.run.children) {
      if (child.outcome !== undefined || this.choose(2) === 0) continue;
      const outcome =
        this.choose(8) === 7
          ? ({ result: 'Failed', reason: 'Crashed' } as const)
          : ({ result: 'Succeeded', outputs: { feedback: 'so so' } } as const);
      this.run.children.set(key, { ...child, outcome });
    }
  }

  /** Anybody tries anything, on what is or on what was. */
  #act(): void {
    const { action } = this.#pick(this.definition.transitions);
    const digest =
      this.choose(2) === 0 ? this.run.status.lifecycle?.digest : this.#digests[this.choose(this.#digests.length)];
    this.#push(action, this.#pick(governedRoles), digest);
  }

  #actAsOffered(): void {
    const actions = this.run.status.lifecycle?.actions ?? [];
    if (actions.length === 0) return;
    // Mostly what leads on: a way out would end most runs before they have begun.
    const leadingOn = actions.filter(({ name }) => !['discard_task', 'cancel'].includes(name));
    const { name, roles } = this.#pick(leadingOn.length > 0 && this.choose(6) !== 5 ? leadingOn : actions);
    this.#push(name, this.#pick(roles), this.run.status.lifecycle?.digest);
  }

  #push(action: string, role: string, digest = `sha256:${'0'.repeat(64)}`): void {
    const at = new Date(this.run.nowMs).toISOString();
    const assignee = this.run.status.lifecycle?.assignees?.find((each) => each.role === role)?.name;
    const user = this.choose(3) === 2 ? 'bob' : (assignee ?? 'ann');
    this.run.acts.push({ action, slot: `${action}.${role}`, role, user, digest, at });
  }

  #decide(): void {
    for (const gate of this.run.status.gates ?? []) {
      if (gate.state !== 'Open') continue;
      const decision = this.choose(5) === 4 ? 'rejected' : 'approved';
      for (const { role } of gate.approvals)
        this.run.decisions.push({
          ...{ gate: gate.name, slot: `${gate.name}.${role}`, role, user: role, decision, digest: gate.digest },
          at: new Date(this.run.nowMs).toISOString(),
        });
    }
  }

  /** What must hold of one plan. */
  #note(before: WorkItemStatus, after: WorkItemStatus): void {
    const fresh = (after.transitions ?? []).filter(({ sequence }) => sequence > (before.sequence ?? 0));
    let state = before.lifecycle?.state ?? this.definition.initial;
    for (const transition of fresh) {
      if (transition.action === undefined) continue;
      expect(transition.from).toBe(state);
      this.#checkTaken(transition, before);
      state = transition.to ?? '';
    }
    expect(after.lifecycle?.state).toBe(state);
    this.transitions.push(...fresh);
    if (after.lifecycle?.digest !== undefined) this.#digests.push(after.lifecycle.digest);
    expect(workItemStatus.safeParse(JSON.parse(JSON.stringify(after))).error?.issues ?? []).toEqual([]);
  }

  /** Whoever did it may do that; a person did it on exactly what was shown. */
  #checkTaken({ action, from = '', to, actor, digest }: Transition, before: WorkItemStatus): void {
    const isRouting = this.definition.transitions.some(({ routedBy }) => routedBy === action);
    if (isRouting) {
      expect([actor.kind, from]).toEqual(['system', to]);
      return;
    }
    const definition = transitionsFrom(this.definition, from).find((each) => each.action === action);
    expect(definition?.to).toBe(to);
    if (actor.kind === 'system') {
      expect(definition && isAutomatic(definition)).toBe(true);
      return;
    }
    expect(definition?.roles).toContain(actor.role);
    if (definition?.assigneeOnly === true && before.lifecycle?.state === from)
      expect(before.lifecycle.assignees).toContainEqual({ role: actor.role, kind: actor.kind, name: actor.name });
    if (actor.kind === 'user') expect(digest).toBe(before.lifecycle?.digest);
    else expect(actor.step).toBeDefined();
  }
}

const steady = (allowed: boolean) => ({ get: () => ({ allowed }) });

const property = (check: (wild: WildRun) => void) => {
  const anyPreset = fc.constantFrom(...lifecyclePresets);
  fc.assert(
    fc.property(anyPreset, tape, (preset, numbers) => {
      check(new WildRun(preset, numbers));
    }),
    cases,
  );
};

describe('a lifecycle, whoever tries what', () => {
  test('leaves no state but by a recorded action of someone who may take it, on exactly what was shown', () => {
    const seen = new Set<string>();
    property((wild) => {
      while (wild.hasMore) wild.turn();
      for (const { actor, action } of wild.transitions) if (action !== undefined) seen.add(actor.kind);
    });
    expect([...seen].sort()).toEqual(['role', 'system', 'user']);
  });

  test('stays in a terminal state', () => {
    let ends = 0;
    property((wild) => {
      while (wild.hasMore) {
        const { status } = wild.run;
        const isTerminal = stateNamed(wild.definition, status.lifecycle?.state ?? '')?.terminal === true;
        wild.turn();
        if (!isTerminal) continue;
        ends += 1;
        expect(wild.run.status.lifecycle?.state).toBe(status.lifecycle?.state);
        if (status.finishedAt !== undefined) expect(wild.run.status).toEqual(status);
      }
    });
    expect(ends).toBeGreaterThan(0);
  });

  test('plans nothing else when it plans again', () => {
    property((wild) => {
      while (wild.hasMore) {
        wild.turn();
        const observed = wild.run.observed();
        const again = planWorkItem(observed);
        expect(again.status).toEqual(wild.run.status);
        expect(planWorkItem(observed)).toEqual(again);
      }
    });
  });

  test('offers nothing that a person could not take', () => {
    let takenAsOffered = 0;
    property((wild) => {
      while (wild.hasMore) {
        wild.turn();
        const { lifecycle } = wild.run.status;
        for (const { name, roles } of lifecycle?.actions ?? []) {
          const role = roles[0] ?? '';
          const assignee = lifecycle?.assignees?.find((each) => each.role === role)?.name ?? 'ann';
          const observed = wild.run.observed();
          const at = observed.now.toISOString();
          const fact = {
            action: name,
            slot: `${name}.${role}`,
            role,
            user: assignee,
            digest: lifecycle?.digest ?? '',
            at,
          };
          const { status } = planWorkItem({ ...observed, facts: { ...observed.facts, actions: [fact] } });
          expect(status.transitions?.map(({ action }) => action)).toContain(name);
          takenAsOffered += 1;
        }
      }
    });
    expect(takenAsOffered).toBeGreaterThan(0);
  });
});
