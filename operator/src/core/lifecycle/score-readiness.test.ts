import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../api/json.ts';
import { pipelineSpec } from '../../api/pipeline.ts';
import { workItemStatus } from '../../api/work-item-status.ts';
import { scoreReadiness } from './score-readiness.ts';

interface Sketch {
  readonly inputs?: JsonObject;
  readonly project?: string;
  readonly parameters?: readonly object[];
  readonly execution?: object;
}

function score({ inputs = {}, project, parameters = [], execution = {} }: Sketch) {
  const steps = [{ name: 'a', type: 'function', method: 'm' }];
  const pipeline = pipelineSpec.parse({ parameters, execution, steps });
  return scoreReadiness({ spec: project === undefined ? {} : { project }, inputs, pipeline });
}

const partOf = (name: string, sketch: Sketch) => score(sketch).checks.find((check) => check.name === name)?.score;

const goal = 'As a reader I can find a post by its title.';
const criteria = ['a search box is there', 'it finds a title'];

describe('the definition-of-ready score', () => {
  const totals: Record<string, [Sketch, number]> = {
    'is low where nothing is said, parameters aside': [{}, 0.15],
    'is full where everything is': [
      { inputs: { goal, acceptance_criteria: criteria, estimate: 3, dependencies: [] }, project: 'web' },
      1,
    ],
    'is enough without owner and dependencies': [{ inputs: { goal, acceptance_criteria: criteria, estimate: 3 } }, 0.8],
    'is never enough without a goal': [
      { inputs: { acceptance_criteria: criteria, estimate: 3, dependencies: [] }, project: 'web' },
      0.75,
    ],
    'is never enough without acceptance criteria': [
      { inputs: { goal, estimate: 3, dependencies: [] }, project: 'web' },
      0.75,
    ],
  };
  it.each(Object.entries(totals))('%s', (_, [sketch, total]) => {
    expect(score(sketch).score).toBe(total);
  });

  const parts: [string, Sketch, number][] = [
    ['goal', { inputs: { description: goal } }, 1],
    ['goal', { inputs: { title: 'Search' } }, 0.5],
    ['goal', { inputs: { goal: '  ', brief: goal } }, 1],
    ['goal', { inputs: { goal: ' ' } }, 0],
    ['acceptance_criteria', { inputs: { acceptanceCriteria: criteria } }, 1],
    ['acceptance_criteria', { inputs: { acceptance_criteria: 'one\ntwo' } }, 1],
    ['acceptance_criteria', { inputs: { acceptance_criteria: ['one', ''] } }, 0.5],
    ['acceptance_criteria', { inputs: { acceptance_criteria: [] } }, 0],
    ['acceptance_criteria', { inputs: { acceptance_criteria: true } }, 0],
    ['acceptance_criteria', { inputs: { acceptance_criteria: { first: 'a', second: 'b' } } }, 1],
    ['estimate', { inputs: { story_points: 5 } }, 1],
    ['estimate', { inputs: { size: 'L' } }, 1],
    ['estimate', { inputs: { estimate: 0 } }, 0],
    ['estimate', { execution: { estimatedDurationSeconds: 60 } }, 1],
    ['inputs', { parameters: [{ name: 'a' }, { name: 'b', required: false }], inputs: { a: 1 } }, 0.5],
    ['owner', { inputs: { owner: 'ann' } }, 1],
    ['owner', { project: 'web' }, 1],
    ['owner', {}, 0],
    ['dependencies', { inputs: { depends_on: ['w-1'] } }, 1],
    ['dependencies', {}, 0],
  ];
  it.each(parts)('judges %s of %o as %d', (name, sketch, expected) => {
    expect(partOf(name, sketch)).toBe(expected);
  });

  it('says why, and fits the status', () => {
    const { score: readyScore, checks } = score({ inputs: { goal } });
    const lifecycle = { state: 'Planned', since: '2026-01-05T08:00:00Z', round: 0, readyScore, readyChecks: checks };
    expect(workItemStatus.safeParse({ lifecycle }).error).toBeUndefined();
    expect(checks.map(({ name, message }) => `${name}: ${message}`)).toContain(
      'acceptance_criteria: no acceptance criteria are given (counts 25 %)',
    );
  });
});
