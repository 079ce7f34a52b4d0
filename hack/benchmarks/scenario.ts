import type { KubeClient } from '../../operator/src/kube/client.ts';

/** Where a scenario runs. */
export interface ScenarioContext {
  /** The path of a kubeconfig with administrator's rights. */
  readonly kubeconfig: string;
  readonly client: KubeClient;
  /** A namespace of the scenario's own; it is deleted afterwards. */
  readonly namespace: string;
  /** Length of one measurement, in seconds. */
  readonly seconds: number;
  /** Measurements of each thing; the median counts. */
  readonly rounds: number;
  /** Tells a waiting person what is going on. */
  readonly report: (line: string) => void;
}

/** A number that must be reached. */
export interface Requirement {
  readonly name: string;
  readonly atLeast: number;
  readonly measured: number;
}

/** What a scenario found; `rows` are printed as a table, their keys as its heads. */
export interface ScenarioResult {
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  readonly requirements: readonly Requirement[];
  /** What to know to read the numbers. */
  readonly notes: readonly string[];
}

/** One measurement of the machinery or the product, each in a file of its own. */
export interface Scenario {
  readonly name: string;
  /** One line, for the usage. */
  readonly summary: string;
  run(context: ScenarioContext): Promise<ScenarioResult>;
}

/** Whether every requirement is met. */
export function isGood({ requirements }: Pick<ScenarioResult, 'requirements'>): boolean {
  return requirements.every(({ atLeast, measured }) => measured >= atLeast);
}
