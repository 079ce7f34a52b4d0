import { expect } from 'vitest';
import type { WorkItem } from '../src/api/work-item.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { GateHistory, gateOf } from './gate-history.ts';
import { GovernedWorld } from './governed-world.ts';
import type { OperatorProcess } from './operator-process.ts';
import { Work, workItemType } from './work-items.ts';

const check = (name: string) => ({
  ...{ name, type: 'validation', checks: { completeness: { threshold: 0.5 } }, inputs: { one: { value: 'given' } } },
});

/** What follows a gate, and how many have to approve. */
export interface AskingRun {
  readonly count?: number;
  /** A step that needs no pod, by default. */
  readonly last?: object;
}

/** Steps of which the second asks people of the role `review`; when they reject, the first is done again. */
export const askingSteps = ({ count = 1, last = check('publish') }: AskingRun = {}): readonly object[] => [
  check('draft'),
  {
    ...{ name: 'sign_off', type: 'approval', dependsOn: ['draft'], returnTo: 'draft' },
    approvals: [{ role: 'review', count }],
  },
  { ...last, dependsOn: ['sign_off'] },
];

/** The annotation in which somebody of the role `review` decides at that gate. */
export const slotKey = (index = 1): string => `approval.conclave.dev/sign-off.review${index === 1 ? '' : `-${index}`}`;

/** The condition that says what is waited for. */
export const conditionOf = ({ status }: WorkItem) =>
  status?.conditions?.find(({ type }) => type === 'WaitingForDecision');

/** Whether people are asked, and decisions are taken. */
export const isAsking = (item: WorkItem): boolean =>
  conditionOf(item)?.reason === 'GateOpen' && item.status?.observedGeneration === item.metadata.generation;

/** Annotations that decide, or claim to. */
export const decisionsLeft = ({ metadata }: WorkItem): readonly string[] =>
  Object.keys(metadata.annotations ?? {}).filter((key) => key.startsWith('approval.') || key.startsWith('action.'));

/** The digest of what is asked. */
export const digestOf = (item: WorkItem | undefined): string => gateOf(item)?.digest ?? '';

/** A governed world in which WorkItems ask people, and the operator that runs there. */
export class AskingWorld {
  readonly world: GovernedWorld;
  readonly work: Work;
  readonly history: GateHistory;
  /** May decide at the gate, each of them. */
  readonly bob: KubeClient;
  readonly carol: KubeClient;
  /** May change WorkItems, and decide nothing. */
  readonly mallory: KubeClient;
  operator: OperatorProcess;

  private constructor(parts: Pick<AskingWorld, 'world' | 'history' | 'bob' | 'carol' | 'mallory'>) {
    [this.world, this.history] = [parts.world, parts.history];
    [this.bob, this.carol, this.mallory] = [parts.bob, parts.carol, parts.mallory];
    this.work = new Work(parts.world.rita, parts.world.namespace);
    this.operator = parts.world.startOperator();
  }

  /** `earlier` is what rita does before there are policies. */
  static async start(earlier?: Parameters<typeof GovernedWorld.start>[0]): Promise<AskingWorld> {
    const world = await GovernedWorld.start(earlier);
    const { client } = world.engine;
    const decider = { assume: ['review'], approve: ['sign-off'] };
    const bob = await world.people.add('bob', decider);
    const carol = await world.people.add('carol', decider);
    const mallory = await world.people.add('mallory', { verbs: ['get', 'list', 'update', 'patch'] });
    const history = await GateHistory.start(client, world.namespace);
    const queue = { maxConcurrentWorkItems: 500, maxConcurrentPerProject: 500 };
    await new Work(client, world.namespace).addTenant({ queue });
    return new AskingWorld({ world, history, bob, carol, mallory });
  }

  /** A WorkItem of rita's that stands at its gate. */
  async anAsking(name: string, run: AskingRun = {}): Promise<WorkItem> {
    await this.work.run(name, askingSteps(run));
    return this.asks(name);
  }

  asks(name: string): Promise<WorkItem> {
    return this.history.when(name, 'asks', isAsking);
  }

  succeeds(name: string): Promise<WorkItem> {
    return this.history.when(name, 'has succeeded', ({ status }) => status?.phase === 'Succeeded');
  }

  /** Somebody approves what is shown now, by its digest. */
  approves(client: KubeClient, name: string, index = 1): Promise<WorkItem> {
    const shown = digestOf(this.history.latest(name)).slice('sha256:'.length, 'sha256:'.length + 8);
    return this.annotates(client, name, { [slotKey(index)]: `approved ${shown}` });
  }

  annotates(client: KubeClient, name: string, annotations: Readonly<Record<string, string>>): Promise<WorkItem> {
    const ref = { namespace: this.world.namespace, name };
    return client.patch(workItemType, ref, { merge: { metadata: { annotations } } });
  }

  /** The operator ends as in a crash. */
  crash(): Promise<void> {
    return this.world.crash(this.operator);
  }

  /** Another one takes its place. */
  restart(): void {
    this.operator = this.world.startOperator();
  }

  /** The operator has neither ended nor found anything that should not be. */
  expectOperatorIsWell(): void {
    expect(this.operator.child.exitCode).toBeNull();
    expect(this.operator.log.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  }

  async stop(): Promise<void> {
    await this.history.stop();
    await this.world.stop();
  }
}
