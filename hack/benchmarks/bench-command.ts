/** `./hack/bench SCENARIO`: measures, on a real cluster where the scenario needs one, and says whether the requirements are met. */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { runMain, UsageError } from '../cluster/run-main.ts';
import { describeKubernetes, findKubeconfig, inOwnNamespace } from './bench-cluster.ts';
import { clientScenario } from './client-scenario.ts';
import { approvalScenario } from './approval/approval-scenario.ts';
import { councilScenario } from './council/council-scenario.ts';
import { councilVllmScenario } from './council/vllm-scenario.ts';
import { jobScenarios } from './engine/job-scenarios.ts';
import { logicScenario } from './engine/logic-scenario.ts';
import { idleScenario, restartScenario } from './engine/many-scenarios.ts';
import { formatResult, resultAsJson } from './print-result.ts';
import { plannerScenario } from './planner-scenario.ts';
import { type ClusterScenario, isGood, type Scenario, type ScenarioContext, type ScenarioResult } from './scenario.ts';

const engineScenarios = [...jobScenarios, logicScenario, idleScenario, restartScenario, approvalScenario];
const councilScenarios = [councilScenario, councilVllmScenario];
const scenarios: readonly Scenario[] = [clientScenario, plannerScenario, ...engineScenarios, ...councilScenarios];

const usage = `usage: ./hack/bench SCENARIO [--kubeconfig FILE | --instance NAME] [--seconds N] [--rounds N] [--size N] [-o json]

Measures, on a real cluster where that is needed. Ends with 1 when a requirement is not met.

${scenarios.map(({ name, summary }) => `  ${name.padEnd(16)} ${summary}`).join('\n')}

  --kubeconfig FILE  measure on this cluster (missing CRDs are installed; a namespace is made and deleted)
  --instance NAME    which embedded cluster, started if need be; 'bench' by default
  --seconds N        length of one measurement; 1 by default
  --rounds N         measurements of each thing, of which the median counts; 9 by default, fewer where one takes long
  --size N           WorkItems, in scenarios of the engine
  --install          install missing Debian packages instead of naming them
  -o json            print JSON`;

/** What the command line asks for. */
export interface BenchArguments {
  readonly scenario: Scenario;
  readonly kubeconfig?: string;
  readonly instance?: string;
  readonly seconds: number;
  readonly rounds: number;
  readonly size?: number;
  readonly install: boolean;
  readonly json: boolean;
}

/** Reads the command line. @throws UsageError */
export function parseBenchArguments(args: readonly string[]): BenchArguments | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      kubeconfig: { type: 'string' },
      instance: { type: 'string' },
      seconds: { type: 'string', default: '1' },
      rounds: { type: 'string' },
      size: { type: 'string' },
      install: { type: 'boolean', default: false },
      output: { type: 'string', short: 'o', default: 'table' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const { instance, install, kubeconfig, output } = values;
  if (output !== 'table' && output !== 'json') throw new UsageError(`-o takes 'table' or 'json', not '${output}'`);
  const scenario = findScenario(positionals);
  const where = {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(instance === undefined ? {} : { instance }),
  };
  const [named] = Object.keys(where);
  if (scenario.needs === 'nothing' && named !== undefined)
    throw new UsageError(`'${scenario.name}' needs no cluster: leave --${named} out`);
  return {
    ...{ scenario, ...where, install, json: output === 'json' },
    seconds: parsePositive('--seconds', values.seconds),
    rounds: values.rounds === undefined ? (scenario.usualRounds ?? 9) : parsePositive('--rounds', values.rounds),
    ...parseSize(scenario, values.size),
  };
}

function parseSize(scenario: Scenario, size: string | undefined): { readonly size?: number } {
  if (size === undefined) return {};
  if (scenario.usualSize === undefined) throw new UsageError(`'${scenario.name}' has one size: leave --size out`);
  return { size: parsePositive('--size', size) };
}

function findScenario(names: readonly string[]): Scenario {
  const all = scenarios.map(({ name }) => name).join(', ');
  if (names.length !== 1) throw new UsageError(`name one scenario. Scenarios: ${all}`);
  const scenario = scenarios.find(({ name }) => name === names[0]);
  if (scenario === undefined) throw new UsageError(`there is no scenario '${names[0] ?? ''}'. Scenarios: ${all}`);
  return scenario;
}

function parsePositive(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new UsageError(`${flag} takes a whole number from 1, not '${text}'`);
}

const report = (line: string): void => {
  process.stderr.write(`conclave: ${line}\n`);
};

async function run({ scenario, json, seconds, rounds, size, ...where }: BenchArguments): Promise<boolean> {
  const [load = 0] = loadavg();
  if (load > availableParallelism()) {
    report(`other work keeps this machine busy (load ${load.toFixed(1)}): rates will be low and ratios uncertain`);
  }
  const context = { seconds, rounds, size, report };
  const { result, ...place } =
    scenario.needs === 'cluster'
      ? await runOnCluster(scenario, context, where)
      : { result: await scenario.run(context) };
  const environment = {
    ...place,
    node: process.version,
    cpus: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    loadBefore: load,
  };
  process.stdout.write(`${json ? resultAsJson(scenario.name, result, environment) : formatResult(result)}\n`);
  return isGood(result);
}

async function runOnCluster(
  scenario: ClusterScenario,
  context: ScenarioContext,
  { instance = 'bench', install, kubeconfig: given }: Pick<BenchArguments, 'instance' | 'install' | 'kubeconfig'>,
): Promise<{ readonly kubernetes: string; readonly result: ScenarioResult }> {
  const { fakeNodes = 0 } = scenario;
  const options = { instance, install, fakeNodes, ...(given === undefined ? {} : { kubeconfig: given }) };
  const kubeconfig = await findKubeconfig(options, report);
  const measured = await inOwnNamespace(kubeconfig, async ({ client, namespace }) => ({
    kubernetes: await describeKubernetes(client),
    result: await scenario.run({ ...context, kubeconfig, client, namespace }),
  }));
  if (given === undefined) report(`the cluster goes on; take it down with ./hack/down --instance ${instance}`);
  return measured;
}

if (import.meta.main) {
  await runMain(async () => {
    const parsed = parseBenchArguments(process.argv.slice(2));
    if (parsed === 'help') process.stdout.write(`${usage}\n`);
    else if (!(await run(parsed))) process.exitCode = 1;
  });
}
