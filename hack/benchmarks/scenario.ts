import type { KubeClient } from '../../operator/src/kube/client.ts';

/** How a scenario measures. */
export interface ScenarioContext {
  /** Length of one measurement, in seconds. */
  readonly seconds: number;
  /** Measurements of each thing; the median counts. */
  readonly rounds: number;
  /** How much work there is, where the scenario can be made larger or smaller; its usual size when undefined. */
  readonly size?: number | undefined;
  /** Tells a waiting person what is going on. */
  readonly report: (line: string) => void;
}

/** Where a scenario runs that needs a cluster. */
export interface ClusterContext extends ScenarioContext {
  /** The path of a kubeconfig with administrator's rights. */
  readonly kubeconfig: string;
  readonly client: KubeClient;
  /** A namespace of the scenario's own; it is deleted afterwards. */
  readonly namespace: string;
}

/** A number that must be reached, or must not be passed. */
export type Requirement = { readonly name: string; readonly measured: number } & (
  { readonly atLeast: number } | { readonly atMost: number }
);

/** What a scenario found; `rows` are printed as a table, their keys as its heads. */
export interface ScenarioResult {
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  readonly requirements: readonly Requirement[];
  /** Numbers by stable names, for programs. */
  readonly figures?: Readonly<Record<string, number>>;
  /** What to know to read the numbers. */
  readonly notes: readonly string[];
}

interface Described {
  readonly name: string;
  /** One line, for the usage. */
  readonly summary: string;
  /** Rounds when nobody says how many; 9 when it is left out. */
  readonly usualRounds?: number;
  /** Its size when nobody says it; without one it cannot be changed. */
  readonly usualSize?: number;
}

/** A measurement on a real cluster. */
export interface ClusterScenario extends Described {
  readonly needs: 'cluster';
  /** Fake nodes that it needs; none when left out. */
  readonly fakeNodes?: number;
  run(context: ClusterContext): Promise<ScenarioResult>;
}

/** A measurement of what needs nothing but this machine: no cluster is started. */
export interface LocalScenario extends Described {
  readonly needs: 'nothing';
  run(context: ScenarioContext): ScenarioResult | Promise<ScenarioResult>;
}

/** One measurement of the machinery or the product, each in a file of its own. */
export type Scenario = ClusterScenario | LocalScenario;

/** Whether a requirement is met; what could not be measured meets none. */
export function isMet(requirement: Requirement): boolean {
  const { measured } = requirement;
  return 'atLeast' in requirement ? measured >= requirement.atLeast : measured <= requirement.atMost;
}

/** Whether every requirement is met. */
export function isGood({ requirements }: Pick<ScenarioResult, 'requirements'>): boolean {
  return requirements.every(isMet);
}
