import { describe, expect, test } from 'vitest';
import type { Lifecycle } from '../../api/lifecycle.ts';
import { pipelineSpec } from '../../api/pipeline.ts';
import { approval, call, choice, group, loop } from '../../testing/planning-case.ts';
import { formatIssuePath } from '../issue-path.ts';
import { pipelineGraph } from '../pipeline/pipeline-graph.ts';
import { findStepMock, mockedDecision, mockedOutcome, type Mocks } from './mocks.ts';
import { parseMocks } from './parse-mocks.ts';

const validation = {
  name: 'check_it',
  type: 'validation' as const,
  checks: {},
  onFailure: { gate: 'second-look', returnTo: 'collect' },
};
const graph = pipelineGraph(
  pipelineSpec.parse({
    steps: [
      ...[call('collect'), call('collect_more'), loop('each', [call('crawl'), loop('inner', [call('leaf')])])],
      ...[group('together', [call('part')]), choice('which', 'true', [[call('yes')]]), approval('may_it')],
      ...[validation, call('approvals')],
    ],
  }),
);

function parse(document: unknown): Mocks {
  const parsed = parseMocks(document, graph);
  if ('issues' in parsed) throw new Error(JSON.stringify(parsed.issues));
  return parsed.mocks;
}

/** What is wrong, as `path: message (hint)`. */
function mistakesIn(document: unknown): string[] {
  const parsed = parseMocks(document, graph);
  return 'mocks' in parsed
    ? []
    : parsed.issues.map(
        ({ path, message, hint }) =>
          `${formatIssuePath(path)}: ${message}${hint === undefined || hint.endsWith('.') ? '' : ` (${hint})`}`,
      );
}

describe('parseMocks', () => {
  test('takes steps at the top and under `steps` alike', () => {
    const { steps } = parse({ collect: { outputs: { a: 1 } }, steps: { collect_more: { outputs: { b: 2 } } } });
    expect(steps.map(({ pattern, mock, path }) => [pattern.text, mock.outputs, path])).toEqual([
      ['collect', { a: 1 }, ['collect']],
      ['collect_more', { b: 2 }, ['steps', 'collect_more']],
    ]);
  });

  test('takes a step that is called like a field under `steps`', () => {
    expect(parse({ steps: { approvals: { outputs: {} } } }).steps).toHaveLength(1);
  });

  test('takes a gate by its own name, or by that of its step', () => {
    const { approvals } = parse({
      approvals: { 'may-it': 'approved', 'second-look': ['rejected', 'approved'], start: { decision: 'rejected' } },
    });
    expect([...approvals]).toEqual([
      ['may-it', 'approved'],
      ['second-look', ['rejected', 'approved']],
      ['start', { decision: 'rejected' }],
    ]);
    expect([...parse({ approvals: { may_it: 'approved' } }).approvals.keys()]).toEqual(['may-it']);
  });

  test('keeps keys as data that look like prototypes', () => {
    const outputs = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}') as object;
    const [entry] = parse({ collect: { outputs } }).steps;
    expect(Object.keys(entry?.mock.outputs ?? {})).toEqual(['__proto__', 'constructor']);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test.each(
    Object.entries({
      'a document that is none': [[], [': mocks must be an object by the names of steps, found a list']],
      'a step that there is not': [
        { colect: {} },
        [
          "colect: Step 'colect' not found. Steps: collect, collect_more, each, crawl, inner, leaf, together, part, which, yes, may_it, check_it, approvals (did you mean collect?)",
        ],
      ],
      'a field that is misspelt': [
        { aproval: {} },
        [
          "aproval: Step 'aproval' not found. Steps: collect, collect_more, each, crawl, inner, leaf, together, part, which, yes, may_it, check_it, approvals (did you mean approvals?)",
        ],
      ],
      'a path that there is not': [
        { 'each[0].leaf': {} },
        [
          "[each[0].leaf]: Step 'each[0].leaf' not found. Steps: collect, collect_more, each, each[*].crawl, each[*].inner, each[*].inner[*].leaf, together, part, which, yes, may_it, check_it, approvals (did you mean each[*].crawl?)",
        ],
      ],
      'a pattern that nothing fits': [
        { 'x*': {} },
        [
          "[x*]: Step 'x*' not found. Steps: collect, collect_more, each, crawl, inner, leaf, together, part, which, yes, may_it, check_it, approvals",
        ],
      ],
      'steps that really run': [
        { each: {}, together: {}, which: {}, check_it: {}, may_it: {} },
        [
          'each: each cannot be mocked: a loop really runs: mock its steps',
          'together: together cannot be mocked: a group really runs: mock its steps',
          'which: which cannot be mocked: a condition is really evaluated: mock the steps that it reads',
          'check_it: check_it cannot be mocked: a validation really runs: mock the steps that it checks',
          'may_it: may_it cannot be mocked: what people decide stands under approvals (write approvals: {may-it: approved})',
        ],
      ],
      'an unknown field': [
        { collect: { output: {} } },
        ['collect.output: unknown field "output" (did you mean outputs?)'],
      ],
      'outputs beside an error': [
        { collect: { outputs: {}, error: { message: 'x' } } },
        ['collect: outputs and error exclude each other'],
      ],
      'outputs beside attempts': [
        { collect: { outputs: {}, attempts: [{}] } },
        ['collect: with attempts, outputs and errors stand in each of them'],
      ],
      'both in one attempt': [
        { collect: { attempts: [{}, { outputs: {}, error: { message: 'x' } }] } },
        ['collect.attempts[1]: outputs and error exclude each other'],
      ],
      'no attempts': [{ collect: { attempts: [] } }, ['collect.attempts: must have at least 1 item, has 0']],
      'an error without a message': [
        { collect: { error: { retryable: false } } },
        ['collect.error.message: message is required'],
      ],
      'a mock that is no object': [{ collect: 'ok' }, ['collect: must be an object, found the text "ok"']],
      'a time that runs backwards': [{ durationSeconds: -1 }, ['durationSeconds: must be at least 0, found -1']],
      'steps that are a list': [{ steps: [] }, ['steps: must be an object, found a list']],
      'a gate that there is not': [
        { approvals: { 'may-its': 'approved' } },
        ["approvals.may-its: Gate 'may-its' not found. Gates: start, may-it, second-look (did you mean may-it?)"],
      ],
      'a gate of a step that asks nobody': [
        { approvals: { collect: 'approved' } },
        ["approvals.collect: Gate 'collect' not found. Gates: start, may-it, second-look"],
      ],
      'a decision that is none': [
        { approvals: { start: 'maybe' } },
        ['approvals.start: must be one of approved, rejected, found the text "maybe" (allowed: approved, rejected)'],
      ],
      'templates in outputs': [
        { collect: { outputs: { a: ['x {{input.a}}'], b: '{{' }, durationSeconds: 1 } },
        [
          'collect.outputs.a[0]: outputs of a mock are values, and may not contain templates',
          'collect.outputs.b: outputs of a mock are values, and may not contain templates',
        ],
      ],
      'templates in the outputs of an attempt': [
        { collect: { attempts: [{}, { outputs: { a: '{{input.a}}' } }] } },
        ['collect.attempts[1].outputs.a: outputs of a mock are values, and may not contain templates'],
      ],
    } satisfies Record<string, [unknown, string[]]>),
  )('refuses %s', (_, [document, mistakes]) => {
    expect(mistakesIn(document)).toEqual(mistakes);
  });

  test('tells no more than a hundred mistakes', () => {
    const names = Array.from({ length: 300 }, (_, index) => [`nobody_${index}`, {}]);
    expect(mistakesIn(Object.fromEntries(names))).toHaveLength(100);
  });

  test('refuses what is nested without end', () => {
    let nested: object = {};
    for (let depth = 0; depth < 10_000; depth += 1) nested = { a: nested };
    expect(mistakesIn({ collect: { outputs: nested } })).toHaveLength(1);
  });
});

describe('mocks', () => {
  test('of a step, the most exact one counts; of equally exact ones the last', () => {
    const document = {
      '*': { durationSeconds: 1 },
      'c*': { durationSeconds: 2 },
      'each[*].crawl': { durationSeconds: 4 },
      crawl: { durationSeconds: 5 },
      'each[7].crawl': { durationSeconds: 6 },
      '*f': { durationSeconds: 7 },
      'l*': { durationSeconds: 8 },
    };
    const mocks = parse(document);
    const durationOf = (path: string) => findStepMock(mocks, path)?.mock.durationSeconds;
    expect(['yes', 'collect', 'each[1].crawl', 'each[7].crawl', 'each[0].inner[0].leaf'].map(durationOf)).toEqual([
      ...[1, 2, 5, 6, 8],
    ]);
  });

  test('say how each attempt ends, and the last again and again', () => {
    const mocks = parse({
      collect: {
        attempts: [{ error: { message: 'busy' } }, { outputs: { n: 1 }, durationSeconds: 9 }],
        durationSeconds: 3,
      },
    });
    expect([1, 2, 3].map((number) => mockedOutcome(mocks, 'collect', number))).toEqual([
      { durationSeconds: 3, error: { message: 'busy' } },
      { durationSeconds: 9, outputs: { n: 1 }, path: ['collect', 'attempts', 1, 'outputs'] },
      { durationSeconds: 9, outputs: { n: 1 }, path: ['collect', 'attempts', 1, 'outputs'] },
    ]);
  });

  test('leave what they do not speak of to be made up, within a second', () => {
    expect(mockedOutcome(parse({}), 'collect', 1)).toEqual({ durationSeconds: 1 });
    expect(mockedOutcome(parse({ durationSeconds: 7 }), 'collect', 1)).toEqual({ durationSeconds: 7 });
    expect(mockedOutcome(parse({ durationSeconds: 7, collect: {} }), 'collect', 1)).toEqual({ durationSeconds: 7 });
  });

  test('repeat an approval in each round, but no rejection', () => {
    const mocks = parse({ approvals: { start: ['rejected', 'approved'], 'may-it': 'rejected' } });
    const decided = [1, 2, 3].map((round) => mockedDecision(mocks, 'start', round)?.decision);
    expect(decided).toEqual(['rejected', 'approved', 'approved']);
    expect([1, 2].map((round) => mockedDecision(mocks, 'may-it', round)?.decision)).toEqual(['rejected', undefined]);
    expect(mockedDecision(mocks, 'second-look', 1)).toBeUndefined();
  });

  test('say who decides, why, and when', () => {
    const said = { decision: 'approved', comment: 'fine', by: ['ann', 'bob'], durationSeconds: 60 } as const;
    expect(mockedDecision(parse({ approvals: { start: said } }), 'start', 1)).toEqual(said);
  });
});

test('of very many mistakes in mocks only some are told', () => {
  const many = <Value>(value: Value) =>
    Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`nobody${index}`, value]));
  const most = mistakesIn(many({})).length;
  expect(most).toBeLessThan(3000);
  expect(mistakesIn({ approvals: many('approved') })).toHaveLength(most);
  const templates = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`field${index}`, '{{a.b}}']));
  expect(mistakesIn({ collect: { outputs: templates }, ...many({}) })).toHaveLength(most);
});

test('a mock that speaks less exactly of a step counts less, wherever it stands', () => {
  const mocks = parse({ collect: { outputs: { a: 1 } }, 'coll*': { outputs: { a: 2 } } });
  expect(findStepMock(mocks, 'collect')?.mock.outputs).toEqual({ a: 1 });
});

test('a message about a step that is not there names some of many', () => {
  const steps = Array.from({ length: 50 }, (_, index) => call(`step${index}`));
  const parsed = parseMocks({ nobody: {} }, pipelineGraph(pipelineSpec.parse({ steps })));
  expect(parsed).toMatchObject({
    issues: [{ message: expect.stringMatching(/^Step 'nobody' not found\. Steps: step0, .*, step39, …$/) as string }],
  });
});

describe('actions in mocks', () => {
  const read = (document: unknown, lifecycle: Lifecycle | undefined = { preset: 'delivery' }) => {
    const parsed = parseMocks(document, graph, lifecycle);
    if ('mocks' in parsed) return [...parsed.mocks.actions];
    return parsed.issues.map(({ code, path, message }) => `${code} ${formatIssuePath(path)}: ${message}`);
  };

  test('are those that people take, in the order of the document', () => {
    const actions = { submit: 'done', reject: ['done', { by: 'ann', role: 'review' }], deploy: { comment: 'go' } };
    expect(read({ actions })).toEqual(Object.entries(actions));
  });

  test.each<[string, unknown, Lifecycle | undefined, string]>([
    [
      'an unknown one',
      { approv: 'done' },
      undefined,
      "ActionNotFound actions.approv: Action 'approv' not found. Actions: submit",
    ],
    [
      'one of the operator',
      { start: 'done' },
      { preset: 'story' },
      "ActionNotFound actions.start: Action 'start' not found.",
    ],
    [
      'a role that may not',
      { submit: { role: 'qa' } },
      undefined,
      "RoleNotAsked actions.submit.role: the role 'qa' cannot take",
    ],
    [
      'a role in a list',
      { submit: ['done', { role: 'qa' }] },
      undefined,
      'RoleNotAsked actions.submit[1].role: the role',
    ],
    ['another word', { submit: 'approved' }, undefined, 'actions.submit'],
    ['no object', ['submit'], undefined, 'WrongType actions: must be an object, found a list'],
  ])('that cannot be are told: %s', (_, actions, lifecycle = { preset: 'delivery' }, expected) => {
    expect(read({ actions }, lifecycle)[0]).toContain(expected);
  });

  test('are none without a lifecycle', () => {
    expect(parseMocks({ actions: { submit: 'done' } }, graph)).toMatchObject({
      issues: [{ code: 'ActionNotFound', path: ['actions', 'submit'] }],
    });
  });
});
