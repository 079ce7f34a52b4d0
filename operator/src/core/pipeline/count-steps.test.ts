import { describe, expect, it } from 'vitest';
import { countSteps } from './count-steps.ts';

const crawler = (name: string) => ({ name, type: 'crawler', method: 'm' });

describe('countSteps', () => {
  const cases: Record<string, { spec: unknown; steps: number }> = {
    'counts steps and exit steps': { spec: { steps: [crawler('a'), crawler('b')], onExit: [crawler('c')] }, steps: 3 },
    'counts the steps of a loop and the loop itself': {
      spec: { steps: [{ type: 'loop', steps: [crawler('a'), { type: 'loop', steps: [crawler('b')] }] }] },
      steps: 4,
    },
    'counts both branches': {
      spec: { steps: [{ branches: { ifTrue: { steps: [crawler('a')] }, ifFalse: { steps: [crawler('b')] } } }] },
      steps: 3,
    },
    'counts the steps of routes': {
      spec: { steps: [{ onSuccess: { routes: [{ run: 'x' }, { steps: [crawler('a')] }] } }] },
      steps: 2,
    },
    'passes over what is no step': { spec: { steps: [null, 7, 'x', crawler('a')] }, steps: 1 },
    'takes anything for a spec': { spec: 'nonsense', steps: 0 },
  };
  it.each(Object.entries(cases))('%s', (_, { spec, steps }) => {
    expect(countSteps(spec)).toBe(steps);
  });

  it('is not stopped by steps that are nested 100,000 deep', () => {
    let step: object = crawler('innermost');
    for (let depth = 1; depth < 100_000; depth += 1) step = { type: 'loop', steps: [step] };
    expect(countSteps({ steps: [step] })).toBe(100_000);
  });
});
