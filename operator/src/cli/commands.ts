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
    name: 'version',
    summary: 'print the version',
    load: async () => (await import('./version-command.ts')).versionCommand,
  },
];
