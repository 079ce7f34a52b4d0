import type { CommandEntry } from './command.ts';

/** Every command, in the order of the help. A new one is a file of its own and an entry here. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'validate',
    summary: 'check files before anything is applied',
    load: async () => (await import('./validate/validate-command.ts')).validateCommand,
  },
  {
    name: 'dry-run',
    summary: 'run a pipeline on mocks, with the real planner and a virtual clock',
    load: async () => (await import('./dry-run/dry-run-command.ts')).dryRunCommand,
  },
  {
    name: 'convert',
    summary: 'turn pipelines in the canonical form into manifests, and back',
    load: async () => (await import('./convert/convert-command.ts')).convertCommand,
  },
  {
    name: 'graph',
    summary: 'draw a pipeline',
    load: async () => (await import('./graph/graph-command.ts')).graphCommand,
  },
  {
    name: 'run',
    summary: 'run a Pipeline',
    load: async () => (await import('./run/run-command.ts')).runCommand,
  },
  {
    name: 'list',
    summary: 'show WorkItems, and what each waits for',
    load: async () => (await import('./list/list-command.ts')).listCommand,
  },
  {
    name: 'status',
    summary: 'show where a WorkItem stands, with its steps as a tree',
    load: async () => (await import('./status/status-command.ts')).statusCommand,
  },
  {
    name: 'events',
    summary: 'show what happened to a WorkItem',
    load: async () => (await import('./events/events-command.ts')).eventsCommand,
  },
  {
    name: 'pause',
    summary: 'let nothing new of a run begin',
    load: async () => (await import('./control/control-command.ts')).pauseCommand,
  },
  {
    name: 'resume',
    summary: 'let a run go on that was paused',
    load: async () => (await import('./control/control-command.ts')).resumeCommand,
  },
  {
    name: 'cancel',
    summary: 'end a run',
    load: async () => (await import('./control/control-command.ts')).cancelCommand,
  },
  {
    name: 'retry',
    summary: 'try again what failed',
    load: async () => (await import('./control/control-command.ts')).retryCommand,
  },
  {
    name: 'replay',
    summary: 'run again from a step, with the earlier results of a run',
    load: async () => (await import('./run/replay-command.ts')).replayCommand,
  },
  {
    name: 'councils',
    summary: 'show Councils, and how their members have done',
    load: async () => (await import('./councils/councils-command.ts')).councilsCommand,
  },
  {
    name: 'logs',
    summary: 'show what the pods of a run write, or what is left of them',
    load: async () => (await import('./logs/logs-command.ts')).logsCommand,
  },
  {
    name: 'inbox',
    summary: 'show what waits for a decision of yours',
    load: async () => (await import('./inbox/inbox-command.ts')).inboxCommand,
  },
  {
    name: 'show',
    summary: 'show what is to be approved at a gate, and what is new in it',
    load: async () => (await import('./show/show-command.ts')).showCommand,
  },
  {
    name: 'approve',
    summary: 'approve at a gate of a WorkItem',
    load: async () => (await import('./decide/decide-command.ts')).approveCommand,
  },
  {
    name: 'reject',
    summary: 'reject at a gate of a WorkItem',
    load: async () => (await import('./decide/decide-command.ts')).rejectCommand,
  },
  {
    name: 'act',
    summary: 'take an action in the lifecycle of a WorkItem',
    load: async () => (await import('./decide/decide-command.ts')).actCommand,
  },
  {
    name: 'doctor',
    summary: 'look at the installation, and say what is wrong and what to do',
    load: async () => (await import('./doctor/doctor-command.ts')).doctorCommand,
  },
  {
    name: 'completion',
    summary: 'print what makes a shell complete commands and names',
    load: async () => (await import('./completion/completion-command.ts')).completionCommand,
  },
  {
    name: '__complete',
    summary: 'complete a command line',
    isHidden: true,
    load: async () => (await import('./completion/completion-command.ts')).completeCommand,
  },
  {
    name: 'version',
    summary: 'print the version',
    load: async () => (await import('./version-command.ts')).versionCommand,
  },
];
