import { describe, expect, it } from 'vitest';
import { pipelineSpec } from '../../api/pipeline.ts';
import type { Step } from '../../api/step/step.ts';
import { approval, call } from '../../testing/planning-case.ts';
import { gateNameOf, returnTargetOf } from './gate-name.ts';

const parse = (step: object): Step => pipelineSpec.parse({ steps: [step] }).steps[0]!;
const validation = (more: object = {}) => parse({ name: 'Check_It', type: 'validation', checks: {}, ...more });

describe('the gate of a step', () => {
  const gates: Record<string, { step: Step; gate: string }> = {
    'is the one that an approval names': { step: parse(approval('Ask', { gate: 'release' })), gate: 'release' },
    'is else its own name, as gates are spelled': { step: parse(approval('Ask_The_Team')), gate: 'ask-the-team' },
    'is the one that a validation asks at': {
      step: validation({ onFailure: { gate: 'quality', returnTo: 'a' } }),
      gate: 'quality',
    },
    'is the own name of a validation that asks nobody': { step: validation(), gate: 'check-it' },
    'is the own name of a call whose answer was lost': { step: parse(call('Pay_Now')), gate: 'pay-now' },
  };
  it.each(Object.entries(gates))('%s', (_, { step, gate }) => {
    expect(gateNameOf(step)).toBe(gate);
  });
});

describe('a rejection returns to', () => {
  const targets: Record<string, { step: Step; target: string | undefined }> = {
    'the step that an approval names': { step: parse(approval('ask', { returnTo: 'work' })), target: 'work' },
    'no step when an approval names none': { step: parse(approval('ask')), target: undefined },
    'the step that a validation names': {
      step: validation({ onFailure: { gate: 'g', returnTo: 'work' } }),
      target: 'work',
    },
    'no step when a validation asks nobody': { step: validation(), target: undefined },
    'no step for a call whose answer was lost': { step: parse(call('a')), target: undefined },
  };
  it.each(Object.entries(targets))('%s', (_, { step, target }) => {
    expect(returnTargetOf(step)).toBe(target);
  });
});
