/** `./hack/run`: the operator on this machine, against the cluster of an instance, with the operator's own rights. */
import { join } from 'node:path';
import { instancePaths, defaultInstance } from '../cluster/paths.ts';
import { kubectlOf } from './kubectl.ts';
import { installOperator, startOperator } from './operator-process.ts';

const usage = `usage: ./hack/run [--instance NAME] [FLAG…]

Installs the CRDs and the operator's rights, then runs the operator until it is interrupted.
Further flags are the operator's own: ./hack/run --log-level debug`;

function parseArguments(words: readonly string[]): { readonly instance: string; readonly flags: readonly string[] } {
  const at = words.indexOf('--instance');
  if (at === -1) return { instance: defaultInstance(), flags: words };
  const instance = words[at + 1];
  if (instance === undefined) throw new Error(`--instance takes a name\n${usage}`);
  return { instance, flags: words.toSpliced(at, 2) };
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  if (words.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const { instance, flags } = parseArguments(words);
  const kubectl = kubectlOf(instance);
  await installOperator(kubectl);
  const operator = await startOperator(kubectl, { folder: join(instancePaths(instance).folder, 'operator'), flags });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      operator.child.kill('SIGTERM');
    });
  }
  process.exitCode = (await operator.ended) ?? 1;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
