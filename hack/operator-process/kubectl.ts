import { join } from 'node:path';
import { runCommand } from '../cluster/run-command.ts';
import { repositoryRoot } from '../cluster/paths.ts';

/** Runs kubectl against one cluster; answers with its standard output. */
export type Kubectl = (args: readonly string[], options?: { readonly input?: string }) => Promise<string>;

/** The kubectl of an instance. */
export function kubectlOf(instance: string): Kubectl {
  const program = join(repositoryRoot, 'hack/kubectl');
  return (args, options = {}) => runCommand(program, ['--instance', instance, ...args], options);
}
