import { addClusterOptions, type ClusterOptions, withAccount } from '../cluster/cluster-options.ts';
import type { CommandSetup } from '../command.ts';
import { type ObjectFormat, objectFormatOption } from '../output/object-format.ts';
import { printable } from '../paint.ts';
import type { Change } from './plan-change.ts';

interface ControlOptions extends ClusterOptions {
  readonly output: ObjectFormat;
}

/** `conclave pause`: nothing new begins. */
export const pauseCommand = changing('pause', {
  told: 'is paused: what runs goes on, and nothing new begins',
  help: 'What runs goes on to its end, and nothing new begins until `conclave resume`.',
});

/** `conclave resume`: it goes on. */
export const resumeCommand = changing('resume', {
  told: 'goes on',
  help: 'Lets a run go on that was paused.',
});

/** `conclave cancel`: it ends. */
export const cancelCommand = changing('cancel', {
  told: 'is being cancelled',
  help: 'Stops what runs, undoes what can be undone, and ends the run. It cannot be taken back.',
});

/** `conclave retry`: what failed is tried again. */
export const retryCommand = changing('retry', {
  told: 'tries again what failed',
  help: 'Begins again what failed, in the same run: what is done stays done. A run that has not failed is refused.',
});

interface Words {
  /** What became of the WorkItem, for people. */
  readonly told: string;
  readonly help: string;
}

function changing(change: Change, { told, help }: Words): CommandSetup {
  return (command, context) => {
    addClusterOptions(command.argument('<work-item>', 'name of the WorkItem'))
      .addOption(objectFormatOption(['text', 'json', 'yaml', 'name']))
      .addHelpText('after', `\n${help}\n\nExit codes: 0 asked for, 1 refused, 2 wrong usage or no cluster.`)
      .action(async (name: string, options: ControlOptions) => {
        const [{ changeWorkItem }, { writeObject }] = await Promise.all([
          import('./change-work-item.ts'),
          import('../output/write-values.ts'),
        ]);
        await withAccount(options, context, async (account) => {
          const reference = { namespace: options.namespace ?? account.namespace, name };
          const changed = await changeWorkItem(account, reference, change);
          const text = () => `${printable(`${reference.namespace}/${name} ${told}`)}\n`;
          context.terminal.out(await writeObject(changed, options.output, text));
        });
      });
  };
}
