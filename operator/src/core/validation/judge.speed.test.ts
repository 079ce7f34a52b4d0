import { cpuUsage } from 'node:process';
import { describe, expect, test } from 'vitest';
import { judge } from './judge.ts';
import { unknownWorld } from './world.ts';

/** Seconds of processor time; on a busy machine the clock says more. */
function measured<T>(work: () => T): { readonly result: T; readonly seconds: number } {
  const before = cpuUsage();
  const result = work();
  const { user, system } = cpuUsage(before);
  return { result, seconds: (user + system) / 1_000_000 };
}

const step = (name: string) => ({ name, type: 'validation', checks: {} });
const judgeSteps = (steps: readonly unknown[], more = {}) => {
  const value = {
    apiVersion: 'conclave.dev/v1alpha1',
    kind: 'Pipeline',
    metadata: { name: 'large' },
    spec: { steps, ...more },
  };
  return measured(() => judge([{ documents: [{ value }] }], unknownWorld));
};
const numbered = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

/** Pipelines that are as large and as tangled as they can be. */
const hostile: Record<string, () => { readonly steps: readonly unknown[]; readonly more?: object }> = {
  '10,000 steps in groups': () => ({
    steps: numbered(40, (group) => ({
      ...{ name: `g${group}`, type: 'parallel_group' },
      steps: numbered(250, (index) => ({
        ...step(`s${group}_${index}`),
        dependsOn: index === 0 ? [] : [`s${group}_${index - 1}`],
      })),
    })),
  }),
  '2,000 steps in loops inside each other, each with the results of all': () => {
    let inner: unknown[] = numbered(50, (index) => step(`leaf${index}`));
    for (let depth = 0; depth < 30; depth++)
      inner = [
        ...numbered(50, (index) => ({
          ...step(`s${depth}_${index}`),
          inputs: { x: { from: `{{l${depth - 1}.results[*].l${depth - 2}.count}}` } },
        })),
        { name: `l${depth}`, type: 'loop', iterateOver: ['a'], loopVariable: `v${depth}`, steps: inner },
      ];
    return { steps: inner };
  },
  '1,000 steps that depend on 64 others each': () => ({
    steps: numbered(1000, (index) => ({
      ...step(`s${index}`),
      dependsOn: numbered(Math.min(64, index), (back) => `s${index - back - 1}`),
    })),
  }),
  '1,000 steps under conditions of their own that depend on 64 others each': () => ({
    steps: numbered(1000, (index) => ({
      ...step(`s${index}`),
      when: `{{s${Math.max(0, index - 1)}.passed}} || ${index} > 3`,
      dependsOn: numbered(Math.min(64, index), (back) => `s${index - back - 1}`),
    })),
  }),
  'a knot of 1,000 steps': () => ({
    steps: numbered(1000, (index) => ({
      ...step(`s${index}`),
      dependsOn: [...new Set(numbered(60, (on) => `s${(index * 7 + on * 53 + 1) % 1000}`))],
    })),
  }),
  '1,000 steps that write one asset in a row': () => ({
    steps: numbered(1000, (index) => ({
      ...step(`s${index}`),
      outputs: { passed: 'same' },
      dependsOn: index === 0 ? [] : [`s${index - 1}`],
    })),
  }),
  '1,000 child steps that activate each other': () => ({
    steps: numbered(1000, (index) => ({
      ...step(`s${index}`),
      isChild: true,
      check: numbered(16, (to) => ({ notExists: 'x', run: `s${(index * 3 + to * 61) % 1000}` })),
    })),
  }),
  '20,000 references to what is not there': () => ({
    steps: numbered(1000, (index) => step(`s${index}`)),
    more: { outputs: { all: { from: numbered(20_000, (index) => `{{a${index}.b}} {{c.d}}`) } } },
  }),
  '1,000 conditionals inside each other and beside each other': () => ({
    steps: numbered(125, (index) => {
      let inner: unknown = step(`leaf${index}`);
      for (let depth = 0; depth < 8; depth++)
        inner = {
          ...{ name: `c${index}_${depth}`, type: 'conditional', condition: { expression: '{{s.passed}}' } },
          branches: { ifTrue: { steps: [inner] }, ifFalse: { steps: [step(`other${index}_${depth}`)] } },
        };
      return inner;
    }).concat([step('s')]),
  }),
};

/** Longest time for a verdict, in seconds: well below one on an idle machine, but the machine may be busy. */
const longestSeconds = 10;

describe('a verdict comes soon on', () => {
  test.each(Object.entries(hostile))('%s', (_, make) => {
    const { steps, more } = make();
    const { result, seconds } = judgeSteps(steps, more);
    expect(result.errors.length + result.warnings.length + result.estimates.length).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(longestSeconds);
  });
});

describe('the time for a verdict', () => {
  const chain = (length: number) =>
    numbered(length, (index) => ({
      ...step(`s${index}`),
      ...(index > 0 && { when: `{{s${index - 1}.passed}}`, inputs: { x: { from: `{{s${index - 1}.relevance}}` } } }),
    }));

  test('grows with the number of steps, not with its square', () => {
    judgeSteps(chain(500));
    const few = Math.min(...numbered(3, () => judgeSteps(chain(200)).seconds));
    const many = Math.min(...numbered(3, () => judgeSteps(chain(1000)).seconds));
    expect(many / few).toBeLessThan(15);
  });
});
