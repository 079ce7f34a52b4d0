/**
 * Who may take which action in which state of the lifecycles that Conclave brings, on the real API server: people who hold
 * nothing but the ClusterRole of one role each try every action of every lifecycle that their role has a part in, in every state,
 * and try what others are asked.
 */
import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lifecyclePresets } from '../src/api/lifecycle.ts';
import { governedRoles } from '../src/api/names.ts';
import type { WorkItem } from '../src/api/work-item.ts';
import { type Definition, gateOfTransition, isProduction, transitionsFrom } from '../src/core/lifecycle/definition.ts';
import { definitionOf } from '../src/core/lifecycle/definition-of.ts';
import { startGate } from '../src/core/pipeline/gate-name.ts';
import type { KubeClient } from '../src/kube/client.ts';
import type { KubeObject } from '../src/kube/resource-type.ts';
import {
  aDecision,
  aGate,
  aLifecycle,
  actionKey,
  type DecisionWorld,
  digestOf,
  openDecisionWorld,
} from './decision-world.ts';
import { mayDo } from './test-people.ts';
import { until, workItemType } from './work-items.ts';

const roles = governedRoles.filter((role) => role !== 'system');
type Role = (typeof roles)[number];

const presets = lifecyclePresets.map((name) => {
  const definition = definitionOf({ preset: name });
  if (definition === undefined) throw new Error(`there is no lifecycle ${name}`);
  return { name, definition };
});
const definitions: readonly Definition[] = presets.map(({ definition }) => definition);
const actionsOf = ({ transitions }: Definition) => [...new Set(transitions.map(({ action }) => action))];
const allActions = [...new Set(definitions.flatMap(actionsOf))];

/** What a state offers to people, as far as neither guards, gates nor claims are in the way. */
const offersOf = (definition: Definition, state: string) =>
  transitionsFrom(definition, state)
    .map((transition) => ({
      name: transition.action,
      roles: transition.roles.filter((role) => role !== 'system'),
    }))
    .filter((offer) => offer.roles.length > 0);

/** The gates of a state, as they stand once the actions behind them are offered. */
const gatesOf = (definition: Definition, state: string) =>
  transitionsFrom(definition, state).flatMap((transition) => {
    const { action, approvals, to } = transition;
    const production = isProduction(definition, to);
    const name = gateOfTransition(transition);
    return approvals === undefined ? [] : [aGate({ name, action, approvals, production, state: 'Approved' })];
  });

interface Rule {
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}
const manifests = loadAll(
  readFileSync(new URL('../../config/rbac/roles.yaml', import.meta.url), 'utf8'),
) as (KubeObject & { readonly rules: readonly Rule[] })[];

/** What the ClusterRole of a role grants by a verb on a resource, sorted. */
function grantsOf(role: string, verb: string, resource: string): readonly string[] {
  const { rules = [] } = manifests.find(({ metadata }) => metadata.name === `conclave-role-${role}`) ?? {};
  return rules
    .filter(({ verbs, resources }) => verbs.includes(verb) && resources.includes(resource))
    .flatMap(({ resourceNames = ['(all)'] }) => resourceNames)
    .toSorted();
}

/** Seed 001: who takes which action, and in which states. */
const table: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  developer: { claim_task: ['Todo'], commit_code: ['Implementing'], revise_code: ['Implementing'] },
  architect: {
    claim_review: ['PendingArchReview'],
    approve_design: ['ArchReviewing'],
    reject_design: ['ArchReviewing'],
  },
  qa: { claim_testing: ['PendingQa'], approve_tests: ['QaTesting'], reject_tests: ['QaTesting'] },
  po: {
    approve_story: ['PendingPoApproval'],
    reject_story: ['PendingPoApproval'],
    discard_task: [
      ...['Todo', 'Implementing', 'DevCompleted', 'PendingArchReview', 'ArchReviewing'],
      ...['PendingQa', 'QaTesting', 'PendingPoApproval'],
    ],
  },
  system: { auto_route_to_architect: ['DevCompleted'] },
};

it('the lifecycle task is that of seed 001', () => {
  const told = Object.entries(table).flatMap(([role, actions]) =>
    Object.entries(actions).flatMap(([action, states]) => states.map((state) => `${state} ${action} ${role}`)),
  );
  const taken = definitionOf({ preset: 'task' })?.transitions.flatMap(({ action, from, roles: theirs }) =>
    from.flatMap((state) => theirs.map((role) => `${state} ${action} ${role}`)),
  );
  expect(taken?.toSorted()).toEqual(told.toSorted());
});

describe.each(roles)('the ClusterRole of %s', (role) => {
  it('grants its own role, and no other', () => {
    expect(grantsOf(role, 'assume', 'roles')).toEqual([role]);
  });

  it('grants the actions that a lifecycle gives the role, and no others', () => {
    const needed = definitions.flatMap(({ transitions }) =>
      transitions.filter((transition) => transition.roles.includes(role)).map(({ action }) => action),
    );
    expect(grantsOf(role, 'perform', 'actions')).toEqual([...new Set(needed)].toSorted());
  });

  it('grants the gates at which a lifecycle asks the role, beside that of safe mode, and no others', () => {
    const needed = definitions.flatMap(({ transitions }) =>
      transitions.filter(({ approvals }) => approvals?.some((each) => each.role === role)).map(gateOfTransition),
    );
    const ofSafeMode = role === 'planning' ? [startGate] : [];
    expect(grantsOf(role, 'approve', 'gates')).toEqual([...needed, ...ofSafeMode].toSorted());
  });
});

const userOf = (role: Role) => `only in ${role}`;
const people = new Map<Role, KubeClient>();
let world: DecisionWorld;
beforeAll(async () => {
  world = await openDecisionWorld();
  const join = async (role: Role): Promise<void> => {
    const client = await world.people.add(userOf(role), { verbs: [], clusterRoles: [`conclave-role-${role}`] });
    people.set(role, client);
    const right = { namespace: world.namespace, group: 'conclave.dev', resource: 'roles', verb: 'assume', name: role };
    await until(`somebody acts in the role ${role}`, () => mayDo(client, right));
  };
  await Promise.all(roles.map(join));
});
afterAll(() => world.close());

/** Somebody takes an action in a role. */
interface Try {
  readonly who: Role;
  readonly action: string;
  readonly as: string;
}

const taken = ({ who }: Try) => aDecision(userOf(who), { decision: 'done', digest: digestOf('b') });
const notNow = ({ as, action }: Try) =>
  `the role ${as} cannot take the action ${action} now; status.lifecycle.actions says what can be done, and by whom`;
const notInRole = ({ who, as }: Try) =>
  `${userOf(who)} may not act in the role ${as}: that takes the right to assume roles.conclave.dev/${as}`;
const notGranted = ({ who, action }: Try) =>
  `${userOf(who)} may not take the action ${action}: that takes the right to perform actions.conclave.dev/${action}`;
const notSystem = () => 'the role system is the operator itself; nobody else acts in it';

/** What comes of a try that leaves no trace: what would be written, or in which words our policy refuses it. */
async function answerTo({ who, action, as }: Try, { metadata }: WorkItem): Promise<string> {
  const client = people.get(who);
  if (client === undefined) throw new Error(`nobody acts in the role ${who}`);
  const key = actionKey(`${action}.${as}`);
  const merge = { metadata: { annotations: { [key]: `done ${'b'.repeat(8)}` } } };
  try {
    const written = await client.patch(workItemType, metadata, { merge }, { dryRun: true });
    return String(written.metadata.annotations?.[key]);
  } catch (error) {
    const says = /ValidatingAdmissionPolicy 'conclave-decisions' .* denied request: (.*?) \((?:403|422) /.exec(
      String(error),
    );
    return says?.[1] ?? String(error);
  }
}

/** Expects of every try what comes of it. Everybody makes theirs one after another, at the same time as all others. */
async function expectAnswers(item: WorkItem, tries: readonly Try[], expected: (each: Try) => string): Promise<void> {
  const nameOf = ({ who, action, as }: Try) => `${who} takes ${action} as ${as}`;
  const answers = new Map<string, string>();
  const tryAll = async (who: Role): Promise<void> => {
    for (const each of tries) if (each.who === who) answers.set(nameOf(each), await answerTo(each, item));
  };
  await Promise.all(roles.map(tryAll));
  expect(Object.fromEntries(answers)).toEqual(Object.fromEntries(tries.map((each) => [nameOf(each), expected(each)])));
}

describe.each(presets)('in the lifecycle $name', ({ definition }) => {
  it.each(definition.states.map(({ name }) => name))(
    'whoever may leave the state %s can, and nobody else',
    async (state) => {
      const offers = offersOf(definition, state);
      const item = await world.ask({
        gates: gatesOf(definition, state),
        lifecycle: aLifecycle({ state, actions: offers }),
      });
      const isOffered = ({ action, as }: Try) =>
        transitionsFrom(definition, state).some((each) => each.action === action && each.roles.includes(as));
      // Roles without a part in the lifecycle try no more than what leads on, for the sake of time.
      const own = roles.flatMap((who) => {
        const isIn = definition.transitions.some((each) => each.roles.includes(who));
        const actions = isIn ? actionsOf(definition) : offers.map(({ name }) => name);
        return actions.map((action) => ({ who, action, as: who }));
      });
      const others = offers.flatMap(({ name: action, roles: asked }) =>
        asked.flatMap((as) => roles.filter((who) => who !== as).map((who) => ({ who, action, as }))),
      );
      const operators = transitionsFrom(definition, state)
        .filter((each) => each.roles.includes('system'))
        .flatMap(({ action }) => roles.map((who) => ({ who, action, as: 'system' })));
      await expectAnswers(item, [...own, ...others, ...operators], (each) => {
        if (each.as === 'system') return notSystem();
        if (!isOffered(each)) return notNow(each);
        if (each.as !== each.who) return notInRole(each);
        return grantsOf(each.who, 'perform', 'actions').includes(each.action) ? taken(each) : notGranted(each);
      });
    },
  );
});

it('nobody takes an action that a WorkItem offers to all, and the own ClusterRole does not grant', async () => {
  const half = Math.ceil(allActions.length / 2);
  for (const actions of [allActions.slice(0, half), allActions.slice(half)]) {
    const lifecycle = aLifecycle({ actions: actions.map((name) => ({ name, roles: [...roles] })) });
    const tries = roles.flatMap((who) => actions.map((action) => ({ who, action, as: who })));
    await expectAnswers(await world.ask({ lifecycle }), tries, (each) =>
      grantsOf(each.who, 'perform', 'actions').includes(each.action) ? taken(each) : notGranted(each),
    );
  }
});
