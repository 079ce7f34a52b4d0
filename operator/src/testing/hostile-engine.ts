import type { Method } from '../api/method.ts';
import type { Pipeline } from '../api/pipeline.ts';
import type { WorkItem } from '../api/work-item.ts';
import type { QueueLimits } from '../controllers/admission.ts';
import { HostileCluster } from './hostile-cluster.ts';
import type { Choose } from './hostile-world.ts';
import { settled } from './manual-clock.ts';
import { OperatorProcess, type ProcessSettings } from './operator-process.ts';
import { type PodScript, SimulatedJobs } from './simulated-jobs.ts';

/** What happens to operators and Jobs. */
export type Disturbance = 'death' | 'eviction' | 'deletion';

/** What a world is made with. */
export interface EngineWorld {
  readonly pipelines?: readonly Pipeline[];
  readonly methods?: readonly Method[];
  readonly agents?: ProcessSettings['agents'];
  readonly limits?: QueueLimits;
  readonly script: PodScript;
  readonly fault?: ProcessSettings['fault'];
  /** Certificate authorities of the server as an operator knows them; known from its start by default. */
  readonly authorities?: () => string;
  /** Operators that all believe that they lead; 1 by default. */
  readonly operators?: number;
  /** Chooses what happens; a world without it is friendly: it sees everything at once. */
  readonly choose?: Choose;
  /** What disturbs a hostile world; nothing is deleted by others unless this says so. */
  readonly disturbances?: readonly Disturbance[];
}

const mostRounds = 5_000;
const noAgents = { roles: [], models: [], councils: [] };

/** A cluster with its operators, which die as told and are started again, until nothing happens any more. */
export class HostileEngine {
  readonly cluster = new HostileCluster();
  readonly jobs: SimulatedJobs;
  readonly writes: string[] = [];
  readonly errors: unknown[] = [];
  readonly pipelines: Map<string, Pipeline>;
  readonly #world: EngineWorld;
  #processes: OperatorProcess[] = [];
  restarts = 0;

  constructor(world: EngineWorld) {
    this.#world = world;
    this.jobs = new SimulatedJobs(this.cluster, world.script);
    this.pipelines = new Map((world.pipelines ?? []).map((pipeline) => [pipeline.metadata.name, pipeline]));
  }

  /** The operators that live. */
  get processes(): readonly OperatorProcess[] {
    return this.#processes;
  }

  workItem(name: string): WorkItem | undefined {
    return this.cluster.workItems.objects.get(`ns/${name}`);
  }

  /** The admission policies change, and the operators hear of it. */
  changePolicies(policies: HostileCluster['policies']): void {
    this.cluster.policies = policies;
    for (const { queue } of this.#processes) for (const key of this.cluster.workItems.objects.keys()) queue.add(key);
  }

  /** All goes well from here on, unless a fault is told: until nothing can happen any more. */
  async settle(isDone: () => boolean = () => false): Promise<void> {
    for (let round = 0; round < mostRounds; round += 1) {
      if (isDone()) return;
      if (!(await this.#round())) return;
    }
    throw new Error(`it never comes to rest: ${this.writes.slice(-10).join(', ')}`);
  }

  /** The operators see everything and do what they want to within minutes, while nothing else happens. */
  async quieten(): Promise<void> {
    for (let round = 0; round < mostRounds; round += 1) {
      this.#startMissing();
      for (const process of this.#processes) process.see();
      if (await this.#takeTurns(({ queue }) => [...queue])) continue;
      if (!this.#waitForTimer(60_000)) return;
    }
    throw new Error('the operators never rest');
  }

  /** Some things happen, in any order: changes are seen late, Pods go on, time passes, turns overlap, a process dies. */
  async hostileRound(choose: Choose): Promise<void> {
    this.#startMissing();
    switch (choose(5)) {
      case 0:
        this.jobs.progress(() => choose(2) === 0);
        break;
      case 1:
        this.cluster.nowMs += choose(5_000);
        break;
      case 2:
        this.#disturb(choose);
        break;
      default:
        for (const process of this.#processes) process.see(() => choose(4));
    }
    this.#startMissing();
    await this.#takeTurns((process) => [...process.queue].filter(() => choose(3) > 0));
  }

  /** An operator dies, a node is drained, or somebody deletes a Job that the operators know. */
  #disturb(choose: Choose): void {
    const { disturbances = ['death', 'eviction'] } = this.#world;
    const jobs = [...this.cluster.jobs.objects.values()];
    const job = jobs[choose(Math.max(1, jobs.length))];
    const kind = disturbances[choose(2 * disturbances.length)];
    const areInformed = this.#processes.every(({ lag, queue }) => lag + queue.size === 0);
    if (kind === 'death') this.#processes[choose(this.#processes.length)]?.die();
    else if (kind === 'eviction' && job !== undefined) this.jobs.evict(job);
    else if (kind === 'deletion' && job !== undefined && areInformed) this.cluster.removeJob(job.metadata.name);
  }

  /** Says whether anything happened. */
  async #round(): Promise<boolean> {
    this.#startMissing();
    for (const process of this.#processes) process.see();
    if (await this.#takeTurns(({ queue }) => [...queue])) return true;
    if (this.#processes.some(({ lag }) => lag > 0) || this.jobs.progress()) return true;
    return this.#waitForTimer();
  }

  async #takeTurns(keysOf: (process: OperatorProcess) => readonly string[]): Promise<boolean> {
    for (const process of this.#processes) process.wakeDue();
    const turns = this.#processes.flatMap((process) => keysOf(process).map((key) => process.turn(key)));
    await Promise.all(turns);
    await settled();
    return turns.length > 0;
  }

  #startMissing(): void {
    for (const { isAlive, errors } of this.#processes) {
      if (!isAlive) this.restarts += 1;
      this.errors.push(...errors.splice(0));
    }
    this.#processes = this.#processes.filter(({ isAlive }) => isAlive);
    while (this.#processes.length < (this.#world.operators ?? 1)) this.#processes.push(this.#start());
  }

  #start(): OperatorProcess {
    const { methods = [], agents = noAgents, limits, choose } = this.#world;
    const { fault = () => undefined, authorities = () => 'PEM' } = this.#world;
    return new OperatorProcess({
      ...{ cluster: this.cluster, pipelines: this.pipelines, methods, agents, fault, authorities, writes: this.writes },
      limits: limits ?? { maxConcurrentWorkItems: 100, maxConcurrentPerProject: 100 },
      delay: () => choose?.(3) ?? 0,
    });
  }

  #waitForTimer(mostMs = Infinity): boolean {
    const dueMs = Math.min(...this.#processes.map(({ nextDueMs }) => nextDueMs));
    if (dueMs === Infinity || dueMs > this.cluster.nowMs + mostMs) return false;
    this.cluster.nowMs = Math.max(this.cluster.nowMs, dueMs);
    return true;
  }
}
