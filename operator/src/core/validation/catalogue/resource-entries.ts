import { unknownWorld } from '../world.ts';
import { type IssueEntry, objectText, pipelineText } from './issue-entry.ts';

const twoNodes = (free: string) => ({
  ...unknownWorld,
  nodes: [
    {
      name: 'gpu-0',
      labels: {},
      allocatable: { cpu: '16', memory: '64Gi', 'nvidia.com/gpu': '8' },
      free: { 'nvidia.com/gpu': free },
    },
    {
      name: 'gpu-1',
      labels: {},
      allocatable: { cpu: '16', memory: '64Gi', 'nvidia.com/gpu': '2' },
      free: { 'nvidia.com/gpu': '0' },
    },
  ],
});
const program = (gpu: number) =>
  pipelineText(
    `steps:\n  - name: recognize_faces\n    type: custom_code\n    runtime: python3\n    resources:\n      gpu: ${gpu}\n    code:\n      source: inline\n      content: 'def execute(inputs): return {}'`,
  );

/** Codes of issues of what a run takes. */
export const resourceEntries: readonly IssueEntry[] = [
  {
    level: 4,
    severities: ['error'],
    code: 'NoNodeFits',
    meaning:
      'No node can hold the pod of a step: not enough processor time, memory or GPUs, or no node of its selector.',
    remedy: 'Ask for less, or add such a node.',
    example: {
      text: program(16),
      known: { words: 'two nodes with 8 and 2 GPUs', world: twoNodes('8') },
    },
  },
  {
    level: 4,
    severities: ['warning'],
    code: 'GpusInUse',
    meaning: 'A step asks for GPUs, and some are in use now: its pod may have to wait.',
    remedy: 'Nothing, when there is time.',
    example: {
      text: program(1),
      known: { words: 'two nodes with 8 and 2 GPUs, of which 2 are free', world: twoNodes('2') },
    },
  },
  {
    level: 4,
    severities: ['error', 'warning'],
    code: 'BudgetExceeded',
    meaning:
      'A run may take more than the budget of the Tenant leaves it. An error when it does so even at best, else a warning: a run that would go beyond is stopped.',
    remedy: 'Lower the limits of agents, the attempts or the timeouts, or have the budget raised.',
    example: {
      text: [
        objectText('Tenant', 'default', "spec:\n  budget:\n    perWorkItem:\n      costUnits: '2'"),
        objectText(
          'Method',
          'lookup',
          "spec:\n  type: http\n  costUnits: '5'\n  http:\n    url: https://lookup.example.com/v1",
        ),
        pipelineText('steps:\n  - name: look_up\n    type: crawler\n    method: lookup'),
      ].join('---\n'),
    },
  },
];
