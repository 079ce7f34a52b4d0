/**
 * What each validation of the policy of decisions is there for, on the real API server: an attack that it alone refuses, and that
 * passes in a namespace where the policy lacks it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkItem } from '../src/api/work-item.ts';
import type { WorkItemStatus } from '../src/api/work-item-status.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { aWorkItem } from './attempt-objects.ts';
import { connectAs } from './connect-as.ts';
import { aDecision, aGate, aLifecycle, actionKey, annotate, decider, gateKey } from './decision-world.ts';
import { expectRefusal } from './expect-refusal.ts';
import { type MutantWorld, openMutantWorld, type Validation, validations } from './policy-mutants.ts';
import { mayDo, type Rights } from './test-people.ts';
import { until, workItemType } from './work-items.ts';

/** Makes and changes WorkItems, and decides. */
const maker: Rights = { ...decider, verbs: ['get', 'create', 'update', 'patch'] };
const longName = 'x'.repeat(1025);
/** Who takes part, and what they may do in all namespaces. */
const cast = {
  alice: maker,
  bob: decider,
  carol: decider,
  'out-of-role': { ...decider, assume: ['po'] },
  'not-at-the-gate': { ...decider, approve: ['start'] },
  'not-for-the-action': { ...decider, perform: ['deploy'] },
  cleaner: { verbs: ['delete'] },
  [longName]: decider,
} satisfies Record<string, Rights>;

let world: MutantWorld;
let robot: KubeClient;
const people = new Map<string, KubeClient>();
function as(name: string): KubeClient {
  const client = people.get(name);
  if (client === undefined) throw new Error(`there is no ${name}`);
  return client;
}
/** Their rights hold in all namespaces, and other tests have an alice of their own. */
const userOf = (name: string) => `${name}-of-necessity`;

beforeAll(async () => {
  world = await openMutantWorld();
  const account = { namespace: world.whole.namespace, name: 'robot' };
  robot = await connectAs(world.admin, account);
  await world.people.grant({ kind: 'ServiceAccount', ...account }, decider);
  await Promise.all(
    Object.entries(cast).map(async ([name, rights]) => people.set(name, await world.people.add(userOf(name), rights))),
  );
  const right = { group: 'conclave.dev', resource: 'roles', verb: 'assume', name: 'qa' };
  await until('the account has its rights', () => mayDo(robot, right));
});
afterAll(async () => {
  await robot.close();
  await world.close();
});

const slot = gateKey('review.qa');
const action = actionKey('approve_tests.qa');
const requester = 'conclave.dev/requested-by';
const many = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`a${index}`, '']));

/** A namespace in which an attack is carried out. */
class Scene {
  readonly #namespace: string;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  ask(status?: Partial<WorkItemStatus>): Promise<WorkItem> {
    return world.ask(as('alice'), this.#namespace, status);
  }

  /** Somebody writes a decision for what is asked, by default in the slot of `qa` at the gate. */
  async decide(client: KubeClient, value: string, { key = slot, status }: Asked = {}): Promise<unknown> {
    return annotate(client, await this.ask(status), { [key]: value });
  }

  make(annotations: Readonly<Record<string, string>>): Promise<unknown> {
    const item = aWorkItem({ namespace: this.#namespace, name: 'made', annotations }) as WorkItem;
    return as('alice').create(workItemType, item);
  }

  /** A WorkItem that bob has decided on. */
  async decided(): Promise<WorkItem> {
    const item = await this.ask({ gates: [aGate({ approvals: [{ role: 'qa', count: 2 }] })] });
    return annotate(as('bob'), item, { [slot]: 'approved' });
  }
}

interface Asked {
  readonly key?: string;
  readonly status?: Partial<WorkItemStatus>;
}

const decision = (more: Parameters<typeof aDecision>[1] = {}) => aDecision(userOf('carol'), more);

/** By words of the refusal: what nothing else refuses. */
const attacks: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
  'a WorkItem has at most 1000 annotations': async (scene) => annotate(as('alice'), await scene.ask(), many),
  'a WorkItem is made without decisions': (scene) => scene.make({ [slot]: decision() }),
  'whoever makes a WorkItem is its requester': (scene) => scene.make({ [requester]: 'bob' }),
  'who asked for a WorkItem is told when it is made': async (scene) =>
    annotate(as('alice'), await scene.ask(), { [requester]: 'bob' }),
  'a decision cannot be taken back': async (scene) => annotate(as('bob'), await scene.decided(), { [slot]: null }),
  'a decision cannot be changed': async (scene) => annotate(as('carol'), await scene.decided(), { [slot]: 'approved' }),
  'one decision is made in each write': async (scene) =>
    annotate(as('bob'), await scene.ask(), { [slot]: decision(), [gateKey('review.po')]: decision() }),
  'a decision is written alone': async (scene) => {
    const { metadata } = await scene.ask({ gates: [aGate({ allowRequester: true })] });
    const merge = { metadata: { annotations: { [slot]: 'approved' } }, spec: { priority: 'high' } };
    return as('alice').patch(workItemType, metadata, { merge });
  },
  'beyond deciding': async (scene) => {
    const { metadata } = await scene.ask();
    return as('bob').patch(workItemType, metadata, { merge: { spec: { priority: 'high' } } });
  },
  'names no decision': (scene) => scene.decide(as('bob'), 'approved', { key: gateKey('review') }),
  'the role system is the operator itself': (scene) => {
    const lifecycle = aLifecycle({ actions: [{ name: 'approve_tests', roles: ['system'] }] });
    return scene.decide(world.admin, 'done', { key: actionKey('approve_tests.system'), status: { lifecycle } });
  },
  'a user whose name has control characters or is longer than 1024': (scene) => scene.decide(as(longName), 'approved'),
  'is open for the role': (scene) =>
    scene.decide(as('bob'), 'approved', { status: { gates: [aGate({ state: 'Rejected' })] } }),
  'what it asks is not up to date': async (scene) => {
    const item = await scene.ask();
    await as('alice').patch(workItemType, item.metadata, { merge: { spec: { priority: 'high' } } });
    return annotate(as('bob'), item, { [slot]: 'approved' });
  },
  'is a service account': (scene) => scene.decide(robot, 'approved'),
  'asked for this WorkItem; somebody else has to decide': (scene) => scene.decide(as('alice'), 'approved'),
  'a decision is at most 8192 characters long': (scene) =>
    scene.decide(as('carol'), decision({ comment: 'x'.repeat(9000) })),
  // JSON escapes all but these of the characters that break a line or steer a terminal.
  'a decision is one line, without control characters': (scene) =>
    scene.decide(as('carol'), decision({ comment: 'one\u0085two' })),
  'is about production': (scene) =>
    scene.decide(as('bob'), 'approved', { status: { gates: [aGate({ production: true })] } }),
  'a decision says who really decided': (scene) => scene.decide(as('bob'), decision()),
  'a comment is at most 1024 characters long': (scene) => scene.decide(as('carol'), decision({ comment: ' x' })),
  'has decided on this already': async (scene) =>
    annotate(as('bob'), await scene.decided(), { [gateKey('review.qa-2')]: 'approved' }),
  'may not act in the role': (scene) => scene.decide(as('out-of-role'), 'approved'),
  'may not decide at the gate': (scene) => scene.decide(as('not-at-the-gate'), 'approved'),
  'may not take the action': (scene) =>
    scene.decide(as('not-for-the-action'), 'done', { key: action, status: { lifecycle: aLifecycle() } }),
  'may not delete a WorkItem that waits at a gate for production': async (scene) => {
    const { metadata } = await scene.ask({ gates: [aGate({ production: true })] });
    return as('cleaner').delete(workItemType, metadata);
  },
};

const textOf = ({ messageExpression, message }: Validation) => messageExpression ?? message ?? '';

it('every validation has one attack, and every attack one validation', () => {
  const attacksOn = (text: string) => Object.keys(attacks).filter((says) => text.includes(says));
  const texts = validations.map(textOf);
  expect(texts.filter((text) => attacksOn(text).length !== 1)).toEqual([]);
  expect(texts.flatMap(attacksOn).toSorted()).toEqual(Object.keys(attacks).toSorted());
});

describe.each(Object.entries(attacks))('%s', (says, attack) => {
  it('refuses an attack', async () => {
    await expectRefusal(attack(new Scene(world.whole.namespace)), 'decisions', says);
  });

  it('is needed: without it, the attack passes', async () => {
    const place = world.lacking[validations.findIndex((each) => textOf(each).includes(says))];
    await attack(new Scene(place?.namespace ?? 'none'));
  });
});
