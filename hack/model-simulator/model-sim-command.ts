/** `./hack/model-sim`: a stand-in for a vLLM server, where there is no GPU. */
import { readFileSync } from 'node:fs';
import { parseArguments, type SimulatorArguments, usage } from './arguments.ts';
import { ModelSimulator } from './model-simulator.ts';
import { parseScript } from './script.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function optionsOf({ scriptFile, apiKeyFile, ...options }: SimulatorArguments) {
  const rules = scriptFile === undefined ? [] : parseScript(readFileSync(scriptFile, 'utf8'), scriptFile);
  // As vLLM has it, whose place it may take.
  const inherited = process.env['VLLM_API_KEY'];
  const apiKey = apiKeyFile === undefined ? inherited : readFileSync(apiKeyFile, 'utf8').trim();
  if (apiKey === '') throw new Error(`${apiKeyFile ?? 'VLLM_API_KEY'} is empty: it has to hold the key`);
  return { ...options, rules, apiKey };
}

async function main(): Promise<void> {
  const parsed = parseArguments(process.argv.slice(2));
  if (parsed.help) {
    say(usage);
    return;
  }
  const simulator = await ModelSimulator.start(optionsOf(parsed));
  say(`${simulator.url} answers as '${parsed.model}'; it is simulated: no model is behind it`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void simulator.stop().finally(() => process.exit()));
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
