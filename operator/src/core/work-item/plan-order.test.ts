import { describe, expect, it } from 'vitest';
import { aMethod } from '../../testing/planned-run.ts';
import { call, checkPlanningCase, choice, from, group, loop, type PlanningCase } from '../../testing/planning-case.ts';

const withFallback = (name: string, fallbackStep: string) =>
  call(name, { retryPolicy: { maxAttempts: 1 }, onError: { fallbackStep } });

const order: Record<string, PlanningCase> = {
  'steps that do not depend on each other start together': {
    steps: [call('a'), call('b'), call('c')],
    started: ['a', 'b', 'c'],
    run: 'Running StepsRunning',
  },
  'a step starts when what it depends on has succeeded': {
    steps: [call('a'), call('b', { dependsOn: ['a'] })],
    when: (run) => run.succeed('a'),
    started: ['a', 'b'],
  },
  'a step does not start before what it depends on has ended': {
    steps: [call('a'), call('b', { dependsOn: ['a'] })],
    started: ['a'],
    states: { b: '-' },
  },
  'the order of the document does not matter for dependencies': {
    steps: [call('b', { dependsOn: ['a'] }), call('a')],
    when: (run) => run.succeed('a'),
    started: ['a', 'b'],
  },
  'a template is a dependency': {
    steps: [call('b', { inputs: { x: from('{{a.v}}') } }), call('a')],
    when: (run) => run.succeed('a', { v: 1 }),
    started: ['a', 'b'],
    inputs: { b: { x: 1 } },
  },
  'what an agent is asked keeps values apart from the words of its author': {
    steps: [call('a'), { name: 'b', type: 'llm_agent', goal: 'Mend {{a.v}}, now', modelRef: { name: 'm' } }],
    when: (run) => run.succeed('a', { v: '{{a.v}}' }),
    then: (run) => {
      expect(run.startOf('b')?.prompt).toEqual([
        { text: 'Mend ' },
        { name: 'a.v', value: '{{a.v}}' },
        { text: ', now' },
      ]);
      expect(run.startOf('b')?.step).toMatchObject({ goal: 'Mend {{a.v}}, now' });
    },
  },
  'a template deep in a list is a dependency': {
    steps: [call('b', { inputs: { x: from([{ y: ['{{a.v}}'] }]) } }), call('a')],
    when: (run) => run.succeed('a', { v: 1 }),
    inputs: { b: { x: [{ y: [1] }] } },
  },
  'a condition is a dependency': {
    steps: [call('b', { when: '{{a.v}} > 0' }), call('a')],
    when: (run) => run.succeed('a', { v: 1 }),
    started: ['a', 'b'],
  },
  'the expression of a route is a dependency of its owner': {
    steps: [
      call('b', { onSuccess: { routes: [{ match: { expression: '{{a.v}} > 0' }, steps: [call('c')] }] } }),
      call('a'),
    ],
    when: (run) => run.succeed('a', { v: 1 }).succeed('b'),
    started: ['a', 'b', 'c'],
  },
  'a template that names the step itself in its route is none': {
    steps: [call('a', { onSuccess: { routes: [{ match: { expression: '{{a.v}} > 0' }, steps: [call('b')] }] } })],
    when: (run) => run.succeed('a', { v: 1 }),
    started: ['a', 'b'],
  },
  'an input is no dependency': {
    steps: [call('a', { inputs: { x: from('{{input.who}}') } })],
    given: { inputs: { who: 'ann' } },
    started: ['a'],
    inputs: { a: { x: 'ann' } },
  },
  'a value that looks like a template is neither a dependency nor resolved': {
    steps: [call('a', { inputs: { x: { value: '{{b.v}}' } } }), call('b')],
    started: ['a', 'b'],
    inputs: { a: { x: '{{b.v}}' } },
  },
  'what a result holds is never read as a template': {
    steps: [call('a'), call('b', { inputs: { x: from('{{a.v}}'), y: from('<{{a.v}}>') } })],
    when: (run) => run.succeed('a', { v: '{{input.secret}}' }),
    given: { inputs: { secret: 's' } },
    inputs: { b: { x: '{{input.secret}}', y: '<{{input.secret}}>' } },
  },
  'inside `or` a step waits until each named step has ended': {
    steps: [call('a'), call('b'), call('c', { inputs: { x: { or: ['{{a.v}}', '{{b.v}}'] } } })],
    when: (run) => run.succeed('a', { v: 1 }),
    started: ['a', 'b'],
  },
  'inside `or` the first that has a value is taken': {
    steps: [call('a'), call('b'), call('c', { inputs: { x: { or: ['{{a.v}}', '{{b.v}}'] } } })],
    when: (run) => run.succeed('a', { v: null }).succeed('b', { v: 2 }),
    inputs: { c: { x: 2 } },
  },
  'inside `or` a step that was skipped counts as unresolved': {
    steps: [call('a', { when: 'false' }), call('b'), call('c', { inputs: { x: { or: ['{{a.v}}', '{{b.v}}'] } } })],
    when: (run) => run.succeed('b', { v: 2 }),
    inputs: { c: { x: 2 } },
  },
  'inside `or` a step that failed counts as unresolved': {
    steps: [
      call('a', { onError: { continueOnFailure: true }, retryPolicy: { maxAttempts: 1 } }),
      call('c', { inputs: { x: { or: ['{{a.v}}', 'none'] } } }),
    ],
    when: (run) => run.fail('a'),
    inputs: { c: { x: 'none' } },
  },
  'inside `or` a child step that nothing activates any more is not waited for': {
    steps: [
      call('a', { onError: { fallbackStep: 'b' } }),
      call('b', { isChild: true }),
      call('c', { inputs: { x: { or: ['{{b.v}}', '{{a.v}}'] } } }),
    ],
    when: (run) => run.succeed('a', { v: 1 }),
    states: { b: 'Skipped NotActivated' },
    inputs: { c: { x: 1 } },
  },
  'an `or` without any value fails the step and names the entries': {
    steps: [call('a', { when: 'false' }), call('c', { inputs: { x: { or: ['{{a.v}}'] } } })],
    states: { c: 'Failed InputUnresolved' },
    messages: { c: '{{a.v}}' },
    run: 'Failed StepFailed',
  },
  'a missing field fails the step and names the fields that are there': {
    steps: [call('a'), call('b', { inputs: { x: from('{{a.w}}') } })],
    when: (run) => run.succeed('a', { v: 1, u: 2 }),
    states: { b: 'Failed InputUnresolved' },
    messages: { b: "Field 'w' not found in step 'a'. Fields: v, u" },
  },
  'no more steps run at the same time than the pipeline says': {
    steps: ['a', 'b', 'c', 'd'].map((name) => call(name)),
    pipeline: { execution: { maxParallel: 2 } },
    when: (run) => run.succeed('b'),
    started: ['a', 'b', 'c'],
    running: ['a', 'c'],
  },
  'sixteen steps run at the same time when the pipeline does not say': {
    steps: Array.from({ length: 20 }, (_, index) => call(`s${index}`)),
    then: (run) => {
      if (run.running.length !== 16) throw new Error(`${run.running.length} run`);
    },
  },
  'a group runs no more steps at the same time than it says': {
    steps: [group('g', [call('a'), call('b'), call('c')], { parallelConfig: { maxParallel: 1 } }), call('z')],
    when: (run) => run.succeed('a'),
    started: ['a', 'z', 'b'],
    running: ['z', 'b'],
  },
  'what waits to be retried still has its place in the group': {
    steps: [group('g', [call('a'), call('b')], { parallelConfig: { maxParallel: 1 } })],
    when: (run) => run.fail('a'),
    started: ['a'],
    states: { a: 'Waiting WaitingToRetry', b: '-' },
  },
  'what waits for its fallback lends it its place in the group': {
    steps: [group('g', [withFallback('a', 'b'), call('b', { isChild: true })], { parallelConfig: { maxParallel: 1 } })],
    when: (run) => run.fail('a').succeed('b'),
    started: ['a', 'b'],
    run: 'Succeeded AllStepsSucceeded',
  },
  'what a fallback depends on may begin in that place too': {
    steps: [
      group('g', [withFallback('a', 'b'), call('b', { isChild: true, dependsOn: ['c'] }), call('c')], {
        parallelConfig: { maxParallel: 1 },
      }),
    ],
    when: (run) => run.fail('a').succeed('c').succeed('b'),
    started: ['a', 'c', 'b'],
    run: 'Succeeded AllStepsSucceeded',
  },
  'a part of a part lends the place too, to a fallback that stands outside': {
    steps: [
      group('g', [loop('l', [withFallback('a', 'b')]), call('b', { isChild: true }), call('c', { dependsOn: ['l'] })], {
        parallelConfig: { maxParallel: 1 },
      }),
    ],
    given: { inputs: { items: [1] } },
    pipeline: { parameters: [{ name: 'items' }] },
    when: (run) => run.fail('l[0].a').succeed('b').succeed('c'),
    started: ['l[0].a', 'b', 'c'],
    run: 'Succeeded AllStepsSucceeded',
  },
  'what stands still until a step beside it has run takes no place in the group': {
    steps: [
      group('g', [group('inner', [call('b', { inputs: { x: from('{{a.v}}') } })]), call('a')], {
        parallelConfig: { maxParallel: 1 },
      }),
    ],
    when: (run) => run.succeed('a', { v: 1 }).succeed('b'),
    started: ['a', 'b'],
    run: 'Succeeded AllStepsSucceeded',
  },
  'what has begun in a group gets on before anything else begins': {
    steps: [
      group(
        'g',
        [
          call('d', { isChild: true }),
          group('inner', [call('a', { check: [{ boolean: 'true', run: 'd' }] }), call('b', { dependsOn: ['a'] })]),
        ],
        { parallelConfig: { maxParallel: 1 } },
      ),
    ],
    when: (run) => run.succeed('a').succeed('b').succeed('d'),
    started: ['a', 'b', 'd'],
  },
  'conditions, groups and loops take no place of a running step': {
    steps: [group('g', [choice('c', 'true', [[loop('l', [call('x')])]])])],
    given: { inputs: { items: [1] } },
    pipeline: { execution: { maxParallel: 1 } },
    started: ['l[0].x'],
  },
  'a run without an end in sight says what is running': {
    steps: [call('a')],
    run: 'Running StepsRunning',
    then: (run) => {
      if (run.status.progress !== '0/1') throw new Error(run.status.progress);
    },
  },
  'a run ends when all steps have': {
    steps: [call('a'), call('b')],
    when: (run) => run.succeed('a').succeed('b'),
    run: 'Succeeded AllStepsSucceeded',
  },
  'outputs of the run are resolved when it ends': {
    steps: [call('a')],
    pipeline: { outputs: { answer: from('{{a.v}}') } },
    when: (run) => run.succeed('a', { v: 42 }),
    then: (run) => {
      if (run.status.outputs?.['answer'] !== 42) throw new Error(JSON.stringify(run.status.outputs));
    },
  },
  'outputs of the run that have no value fail it': {
    steps: [call('a')],
    pipeline: { outputs: { answer: from('{{a.w}}') } },
    when: (run) => run.succeed('a', { v: 42 }),
    run: 'Failed OutputsUnresolved',
    says: "Field 'w' not found in step 'a'",
  },
  'steps that wait for each other end the run as stuck instead of for ever': {
    steps: [call('a', { dependsOn: ['b'] }), call('b', { dependsOn: ['a'] })],
    run: 'Failed Stuck',
    says: 'a, b',
  },
  'an attempt says which Method it calls and in which mode': {
    steps: [call('a', { method: 'look_{{input.what}}' }), { name: 'b', type: 'crawler', method: 'pull' }],
    given: {
      inputs: { what: 'up' },
      methods: [
        aMethod('look-up', { type: 'image', image: { image: 'i' } }),
        aMethod('x', { id: 'pull', type: 'http', http: { url: 'https://h' } }),
      ],
    },
    then: (run) => {
      const modes = ['a', 'b'].map((path) => `${run.startOf(path)?.method ?? ''} ${run.startOf(path)?.mode ?? ''}`);
      if (modes.join() !== 'look-up direct,x api') throw new Error(modes.join());
    },
  },
};

const conditions: Record<string, PlanningCase> = {
  'a step whose condition is false is skipped and says why': {
    steps: [call('a', { when: '1 > 2' })],
    states: { a: 'Skipped ConditionFalse' },
    messages: { a: '1 > 2' },
    run: 'Succeeded AllStepsSucceeded',
  },
  'a step whose condition is true runs': { steps: [call('a', { when: '2 > 1' })], started: ['a'] },
  'a condition that is no condition fails the step': {
    steps: [call('a', { when: '1 + 1' })],
    states: { a: 'Failed ExpressionFailed' },
  },
  'a condition over a missing field fails the step': {
    steps: [call('a'), call('b', { when: '{{a.x}} > 1' })],
    when: (run) => run.succeed('a', {}),
    states: { b: 'Failed ExpressionFailed' },
    messages: { b: "Field 'x' not found in step 'a'" },
  },
  'what depends on a skipped step is skipped': {
    steps: [call('a', { when: 'false' }), call('b', { dependsOn: ['a'] }), call('c', { dependsOn: ['b'] })],
    states: { b: 'Skipped DependencySkipped', c: 'Skipped DependencySkipped' },
    messages: { b: 'a was skipped' },
  },
  'the taken branch runs and the other is skipped': {
    steps: [choice('c', '{{input.n}} > 1', [[call('yes')], [call('no')]])],
    given: { inputs: { n: 2 } },
    when: (run) => run.succeed('yes'),
    states: { yes: 'Succeeded Completed', no: 'Skipped BranchNotTaken', c: 'Succeeded Completed' },
    outputs: { c: { branch: 'ifTrue' } },
  },
  'the other branch is taken when the condition is false': {
    steps: [choice('c', '{{input.n}} > 1', [[call('yes')], [call('no')]])],
    given: { inputs: { n: 1 } },
    started: ['no'],
    states: { yes: 'Skipped BranchNotTaken' },
  },
  'a missing branch is an empty one': {
    steps: [choice('c', 'false', [[call('yes')]]), call('z', { dependsOn: ['c'] })],
    states: { c: 'Succeeded Completed', yes: 'Skipped BranchNotTaken' },
    outputs: { c: { branch: 'ifFalse' } },
    started: ['z'],
  },
  'a branch is decided once, whatever comes later': {
    steps: [call('a'), choice('c', '{{a.n}} == 1', [[call('x'), call('y', { dependsOn: ['x'] })], []].slice(0, 1))],
    when: (run) => run.succeed('a', { n: 1 }).succeed('x').succeed('y'),
    states: { c: 'Succeeded Completed' },
  },
  'what stands in a branch that was not taken is skipped, at any depth': {
    steps: [
      choice('c', 'false', [[group('g', [call('x')])]]),
      call('z', { inputs: { v: { or: ['{{x.v}}', 'none'] } } }),
    ],
    states: { g: 'Skipped BranchNotTaken', x: '-' },
    inputs: { z: { v: 'none' } },
  },
  'a condition that cannot be told fails the conditional': {
    steps: [choice('c', '{{input.x}} > 1', [[call('yes')]])],
    states: { c: 'Failed ExpressionFailed' },
    run: 'Failed StepFailed',
  },
};

const activation: Record<string, PlanningCase> = {
  'a child step does not run by itself': {
    steps: [call('a', { check: [{ boolean: 'n > 5', run: 'b' }] }), call('b', { isChild: true })],
    started: ['a'],
    states: { b: '-' },
  },
  'a check that holds activates its step': {
    steps: [call('a', { check: [{ boolean: 'n > 5', run: 'b' }] }), call('b', { isChild: true })],
    when: (run) => run.succeed('a', { n: 6 }),
    started: ['a', 'b'],
  },
  'a check that does not hold leaves its step skipped': {
    steps: [call('a', { check: [{ boolean: 'n > 5', run: 'b' }] }), call('b', { isChild: true })],
    when: (run) => run.succeed('a', { n: 5 }),
    states: { b: 'Skipped NotActivated' },
    run: 'Succeeded AllStepsSucceeded',
  },
  'notExists holds when nothing stands at the path': {
    steps: [call('a', { check: [{ notExists: 'p.picture', run: 'b' }] }), call('b', { isChild: true })],
    when: (run) => run.succeed('a', { p: {} }),
    started: ['a', 'b'],
  },
  'notExists holds for null': {
    steps: [call('a', { check: [{ notExists: 'p.picture', run: 'b' }] }), call('b', { isChild: true })],
    when: (run) => run.succeed('a', { p: { picture: null } }),
    started: ['a', 'b'],
  },
  'notExists does not hold for a value': {
    steps: [call('a', { check: [{ notExists: 'p.picture', run: 'b' }] }), call('b', { isChild: true })],
    when: (run) => run.succeed('a', { p: { picture: '' } }),
    states: { b: 'Skipped NotActivated' },
  },
  'every entry of a check that holds activates its step': {
    steps: [
      call('a', {
        check: [
          { boolean: 'n > 1', run: 'b' },
          { notExists: 'x', run: 'c' },
          { boolean: 'n > 9', run: 'd' },
        ],
      }),
      ...['b', 'c', 'd'].map((name) => call(name, { isChild: true })),
    ],
    when: (run) => run.succeed('a', { n: 2 }),
    started: ['a', 'b', 'c'],
    states: { d: 'Skipped NotActivated' },
  },
  'a check on a step that is no child changes nothing': {
    steps: [call('a', { check: [{ boolean: 'true', run: 'b' }] }), call('b')],
    started: ['a', 'b'],
    when: (run) => run.succeed('a').succeed('b'),
    run: 'Succeeded AllStepsSucceeded',
  },
  'a check that cannot be evaluated fails its step': {
    steps: [call('a', { check: [{ boolean: 'n.x.y', run: 'b' }] }), call('b', { isChild: true })],
    when: (run) => run.succeed('a', { n: 1 }),
    states: { a: 'Failed ExpressionFailed' },
  },
  'every route that matches is taken': {
    steps: [
      call('a', {
        onSuccess: {
          routes: [
            { match: { expression: '{{a.n}} > 1' }, steps: [call('x')] },
            { match: { expression: '{{a.n}} > 2' }, steps: [call('y')] },
            { match: { expression: '{{a.n}} > 9' }, steps: [call('z')] },
          ],
        },
      }),
    ],
    when: (run) => run.succeed('a', { n: 3 }),
    started: ['a', 'x', 'y'],
    states: { z: 'Skipped RouteNotTaken' },
    messages: { z: 'the route of a is not taken: {{a.n}} > 9' },
  },
  'a route can activate a child step that stands elsewhere': {
    steps: [
      call('a', { onSuccess: { routes: [{ match: { expression: 'true' }, run: 'b' }] } }),
      call('b', { isChild: true }),
    ],
    when: (run) => run.succeed('a'),
    started: ['a', 'b'],
    then: (run) => {
      if (run.record('b')?.activatedBy !== 'a') throw new Error('b does not say who activated it');
    },
  },
  'steps of a route depend on each other as others do': {
    steps: [
      call('a', {
        onSuccess: { routes: [{ match: { expression: 'true' }, steps: [call('y', { dependsOn: ['x'] }), call('x')] }] },
      }),
    ],
    when: (run) => run.succeed('a').succeed('x').succeed('y'),
    started: ['a', 'x', 'y'],
    run: 'Succeeded AllStepsSucceeded',
  },
  'a route of a route is taken in its turn': {
    steps: [
      call('a', {
        onSuccess: {
          routes: [
            {
              match: { expression: 'true' },
              steps: [
                call('b', { onSuccess: { routes: [{ match: { expression: '{{b.n}} == 1' }, steps: [call('c')] }] } }),
              ],
            },
          ],
        },
      }),
    ],
    when: (run) => run.succeed('a').succeed('b', { n: 1 }),
    started: ['a', 'b', 'c'],
  },
  'the routes of a step that failed are not taken': {
    steps: [
      call('a', {
        retryPolicy: { maxAttempts: 1 },
        onError: { continueOnFailure: true },
        onSuccess: { routes: [{ match: { expression: 'true' }, steps: [call('x')] }] },
      }),
    ],
    when: (run) => run.fail('a'),
    started: ['a'],
    states: { x: 'Skipped NotActivated' },
    run: 'Succeeded AllStepsSucceeded',
  },
  'a route of a group sees the results of its steps': {
    steps: [
      group('g', [call('a')], {
        onSuccess: {
          routes: [{ match: { expression: '{{a.n}} > 1' }, steps: [call('x', { inputs: { v: from('{{a.n}}') } })] }],
        },
      }),
    ],
    when: (run) => run.succeed('a', { n: 2 }),
    inputs: { x: { v: 2 } },
  },
  'an activated step still waits for what it depends on': {
    steps: [
      call('a', { check: [{ boolean: 'true', run: 'b' }] }),
      call('b', { isChild: true, dependsOn: ['c'] }),
      call('c'),
    ],
    when: (run) => run.succeed('a'),
    started: ['a', 'c'],
    states: { b: 'Pending Activated' },
  },
};

describe.each([
  ['order', order],
  ['conditions', conditions],
  ['activation', activation],
])('%s', (_, cases) => {
  it.each(Object.entries(cases))('%s', (_sentence, planned) => {
    checkPlanningCase(planned);
  });
});
