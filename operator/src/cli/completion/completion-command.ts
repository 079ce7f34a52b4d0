import { Argument } from 'commander';
import type { CommandSetup } from '../command.ts';
import { completionScripts, type Shell, shells } from './completion-scripts.ts';

const help = `
Prints what a shell runs so that it completes commands, flags, and the names of WorkItems, Pipelines and namespaces.

  bash  source <(conclave completion bash)
  zsh   source <(conclave completion zsh)
  fish  conclave completion fish | source

As a plugin of kubectl (kubectl conclave …) it is completed by kubectl's own completion, which finds kubectl_complete-conclave.`;

/** `conclave completion`: what makes a shell complete the command. */
export const completionCommand: CommandSetup = (command, { terminal }) => {
  command
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .addHelpText('after', help)
    .action((shell: Shell) => {
      terminal.out(completionScripts[shell]);
    });
};

/** `conclave __complete -- <words>`: what could stand in the place of the last word. Shells call it; no help shows it. */
export const completeCommand: CommandSetup = (command, context) => {
  command.argument('[words...]').action(async (words: readonly string[]) => {
    const [{ complete, renderCandidates }, { namesInCluster }, { commands }] = await Promise.all([
      import('./complete.ts'),
      import('./cluster-names.ts'),
      import('../commands.ts'),
    ]);
    const names = (what: Parameters<typeof namesInCluster>[0], all: readonly string[]) =>
      namesInCluster(what, all, context.version);
    const shown = commands.filter(({ isHidden }) => isHidden !== true);
    context.terminal.out(renderCandidates(await complete(words, { commands: shown, names }, context)));
  });
};
