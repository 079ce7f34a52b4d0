/** `./hack/run`: the operator on this machine, against the cluster of an instance, with the operator's own rights. */
import { join } from 'node:path';
import { instancePaths, defaultInstance } from '../cluster/paths.ts';
import { kubectlOf } from './kubectl.ts';
import { ensureImages } from './ensure-images.ts';
import { installServer } from './install-server.ts';
import { installOperator, outsideFlags, startOperator } from './operator-process.ts';

const usage = `usage: ./hack/run [--instance NAME] [FLAG…]

Installs the CRDs, the operator's rights and policies and the server of artifacts and events, builds and loads the images
when the cluster has none, then runs the operator until it is interrupted. ./hack/image renews the images.
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
  const report = (line: string): void => {
    process.stderr.write(`conclave: ${line}\n`);
  };
  await installOperator(kubectl);
  await ensureImages(kubectl, { instance, install: false, report });
  await installServer(kubectl);
  const folder = join(instancePaths(instance).folder, 'operator');
  const operator = await startOperator(kubectl, { folder, flags: [...outsideFlags(instance), ...flags] });
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
