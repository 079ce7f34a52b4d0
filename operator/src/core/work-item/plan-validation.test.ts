import { describe, expect, it } from 'vitest';
import type { AgentRole } from '../../api/agent-role.ts';
import { approval, call, checkPlanningCase, from, type PlanningCase } from '../../testing/planning-case.ts';

const check = (checks: object, more: object = {}) => ({ name: 'v', type: 'validation' as const, checks, ...more });
const mayFail = { onError: { continueOnFailure: true }, retryPolicy: { maxAttempts: 1 } };
const role = {
  metadata: { name: 'reviewer' },
  spec: { role: 'review', inputSchema: { type: 'object', properties: { a: {}, b: {} } } },
} as unknown as AgentRole;

const cases: Record<string, PlanningCase> = {
  'a validation whose inputs have no value fails': {
    steps: [check({}, { inputs: { x: from('{{input.nope}}') } })],
    states: { v: 'Failed InputUnresolved' },
  },
  'without inputs, a validation checks what the steps gave that it depends on': {
    steps: [call('a'), check({ expressions: ['a.n > 1'] }, { dependsOn: ['a'] })],
    when: (run) => run.succeed('a', { n: 2 }),
    states: { v: 'Succeeded Completed' },
  },
  'of these, it does not see what has failed': {
    steps: [
      call('a', mayFail),
      call('b'),
      check({ expressions: ['!has(all.a) && all.b.n == 1'] }, { inputs: { all: { or: ['{{a}}', '{{b}}'] } } }),
    ],
    when: (run) => run.fail('a').succeed('b', { a: 1 }),
    states: { v: 'Failed ChecksFailed' },
  },
  'the fields that its role is given count as those that should be there': {
    steps: [check({ completeness: { threshold: 0.6 } }, { inputs: { a: { value: 1 } }, role: 'reviewer' })],
    given: { roles: [role] },
    states: { v: 'Failed ChecksFailed' },
    then: (run) => expect(run.messageOf('v')).toContain('completeness'),
  },
  'an approval that was given stays while what follows from it has to be read': {
    steps: [
      call('a'),
      approval('ok', { dependsOn: ['a'], check: [{ boolean: '{{a.n}} > 1', run: 'c' }] }),
      call('c', { isChild: true }),
    ],
    when: (run) => run.succeed('a', { n: 2, text: 'x'.repeat(2000) }).decide('ok', 'approved'),
    states: { ok: 'Succeeded Approved', c: 'Running AttemptRunning' },
  },
  'an approval whose question has no value fails': {
    steps: [approval('ok', { message: 'is {{input.nope}} right?' })],
    states: { ok: 'Failed InputUnresolved' },
    then: (run) => expect(run.status.gates).toBeUndefined(),
  },
  'people are shown null where there is nothing to show': {
    steps: [call('a', mayFail), call('b'), approval('ok', { show: ['a.text', 'b.text'] })],
    when: (run) => run.fail('a').succeed('b', { other: 1 }),
    then: (run) =>
      expect(run.artifacts.get(run.status.gates?.[0]?.content ?? '')).toEqual({ 'a.text': null, 'b.text': null }),
  },
};

describe('validations and approvals', () => {
  it.each(Object.entries(cases))('%s', (_sentence, planned) => {
    checkPlanningCase(planned);
  });
});
