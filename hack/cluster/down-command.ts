/** hack/down: stops clusters and leaves nothing of them. */
import { parseArgs } from 'node:util';
import { stopCluster } from './cluster.ts';
import { listInstances, readStateIfSound } from './instance-state.ts';
import { listRunningNodes } from './node.ts';
import { defaultInstance, instancePaths } from './paths.ts';
import { runMain } from './run-main.ts';

const usage = `usage: hack/down [--instance NAME | --all]

Stops a cluster that hack/up started and removes everything of it. An existing cluster that hack/up only noted down
(--context) is left alone and forgotten.

  --instance NAME   which cluster (CONCLAVE_INSTANCE, else 'default')
  --all             all of them`;

/** The instances to stop, or 'help'. */
export function parseDownArguments(
  args: readonly string[],
  { fallback, all }: { fallback: string; all: () => string[] },
): string[] | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: { instance: { type: 'string' }, all: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return 'help';
  return values.all ? all() : [values.instance ?? fallback];
}

if (import.meta.main) {
  await runMain(async () => {
    const existing = [...new Set([...listInstances(), ...listRunningNodes()])].sort();
    const instances = parseDownArguments(process.argv.slice(2), { fallback: defaultInstance(), all: () => existing });
    if (instances === 'help') {
      console.log(usage);
      return;
    }
    const report = (line: string): void => {
      console.error(`conclave: ${line}`);
    };
    for (const instance of instances) {
      const start = performance.now();
      const isOnlyNoted = readStateIfSound(instancePaths(instance))?.kind === 'context';
      await stopCluster(instance, report);
      const elapsed = ((performance.now() - start) / 1000).toFixed(1);
      if (!existing.includes(instance)) console.log(`There is no cluster '${instance}'.`);
      else if (isOnlyNoted) console.log(`Cluster '${instance}' is forgotten here; it goes on as it was.`);
      else console.log(`Cluster '${instance}' is down (${elapsed} s).`);
    }
  });
}
