import { z } from 'zod';
import { crawler, functionStep, mlModel, mlServing, mlTraining, dataTransform } from './method-steps.ts';
import { waitForAsset } from './wait-step.ts';
import { llmFlow, llmAgent, council } from './llm-steps.ts';
import { loop, parallelGroup, conditional } from './control-steps.ts';
import { validation, output } from './result-steps.ts';
import { customCode } from './custom-code-step.ts';
import { approval } from './approval-step.ts';

/** Every type of step: fifteen of the canonical form, `council` and `approval` of ours. */
export const stepTypes = [
  crawler,
  waitForAsset,
  mlModel,
  mlServing,
  llmFlow,
  llmAgent,
  functionStep,
  loop,
  validation,
  output,
  customCode,
  parallelGroup,
  conditional,
  dataTransform,
  mlTraining,
  council,
  approval,
] as const;

/** One step of a Pipeline; `type` decides which fields it has. */
export const step = z.discriminatedUnion('type', stepTypes).meta({
  id: 'Step',
  description: 'One step. `type` decides which other fields it has.',
  'x-kubernetes-validations': [
    {
      rule: "self.type != 'llm_flow' || has(self.flow) != has(self.prompt)",
      message: 'a step of type llm_flow needs exactly one of flow and prompt',
    },
    {
      rule: "self.type != 'wait_for_asset' || has(self.assets) || has(self.http) || has(self.object)",
      message: 'a step of type wait_for_asset needs at least one of assets, http and object',
    },
  ],
});
export type Step = z.output<typeof step>;
export type StepType = Step['type'];
