import { objectText, type IssueEntry, pipelineText } from './issue-entry.ts';

const error = { level: 3, severities: ['error'] } as const;
const warning = { level: 3, severities: ['warning'] } as const;

/** A step whose result no schema tells. */
export const anything = (name: string, more = '') =>
  `  - name: ${name}\n    type: data_transform\n    asset: ${name}_ready\n${more.replace(/^(?=.)/gm, '    ')}`.trimEnd();
/** A step that takes a value. */
export const taking = (name: string, template: string, more = '') =>
  anything(name, `${more}inputs:\n  data:\n    from: '${template}'\n`);
export const flowOf = (...steps: string[]) => pipelineText(`steps:\n${steps.join('\n')}`);

/** Codes of issues of steps and their order. */
export const flowEntries: readonly IssueEntry[] = [
  {
    ...error,
    code: 'DuplicateStep',
    meaning: 'Two steps have one name. Names are unique in the whole Pipeline, steps inside steps included.',
    remedy: 'Rename one of them.',
    example: {
      text: flowOf(
        anything('collect'),
        `  - name: both\n    type: parallel_group\n    steps:\n      - name: collect\n        type: validation\n        checks: {}`,
      ),
    },
  },
  {
    ...error,
    code: 'NameTaken',
    meaning: 'A step or a loop variable is called like something else that templates can name there.',
    remedy: 'Choose another name: `input` and `run` are taken, and a loop variable `x` takes `x` and `x_index`.',
    example: { text: flowOf(anything('input')) },
  },
  {
    ...error,
    code: 'StepNotFound',
    meaning: 'A step is named that is not there: by a template, `dependsOn`, a `check`, a route, a fallback, …',
    remedy: 'Correct the name.',
    example: { text: flowOf(anything('collect'), taking('analyze', '{{colect.posts}}')) },
  },
  {
    ...error,
    code: 'VariableOutOfScope',
    meaning:
      'A loop variable is used outside of its loop, `run` outside of exit steps, or anything but `input` in a `serviceName`.',
    remedy: 'Move the step into the loop, or take the results of the loop.',
    example: {
      text: flowOf(
        `  - name: each\n    type: loop\n    iterateOver: [a, b]\n    loopVariable: item\n    steps:\n${indent(anything('crawl'))}`,
        taking('report', '{{item}}'),
      ),
    },
  },
  {
    ...error,
    code: 'StepInsideLoop',
    meaning: 'A step inside a loop is named from outside of it, where there is one for each iteration.',
    remedy: 'Name the loop: `{{loop.results[*].step.field}}` has the values of all iterations.',
    example: {
      text: flowOf(
        `  - name: each\n    type: loop\n    iterateOver: [a, b]\n    loopVariable: item\n    steps:\n${indent(anything('crawl'))}`,
        taking('report', '{{crawl.page}}'),
      ),
    },
  },
  {
    ...error,
    code: 'ExitStepAhead',
    meaning: 'A step waits for an exit step, which runs only when all other steps have ended.',
    remedy: 'Name a step of `steps`, or move the step to `onExit`.',
    example: {
      text: pipelineText(`steps:\n${anything('work', 'dependsOn: [clean_up]\n')}\nonExit:\n${anything('clean_up')}`),
    },
  },
  {
    ...error,
    code: 'DependencyCycle',
    meaning: 'Steps wait for each other, so that none of them can begin.',
    remedy: 'Take one of the dependencies away; the message names each step and the one it waits for.',
    example: { text: flowOf(anything('a', 'dependsOn: [c]\n'), taking('b', '{{a.x}}'), taking('c', '{{b.x}}')) },
  },
  {
    ...error,
    code: 'NeverActivated',
    meaning: 'A child step is activated by no `check`, route, fallback or compensation.',
    remedy: 'Let a step activate it, or take `isChild` away.',
    example: { text: flowOf(anything('spare', 'isChild: true\n')) },
  },
  {
    ...error,
    code: 'UnreachableStep',
    meaning: 'A step can never run: its condition is always false, or it needs something that never happens.',
    remedy: 'Take the step away, or what keeps it from running.',
    example: { text: flowOf(anything('never', "when: '1 > 2'\n")) },
  },
  {
    ...error,
    code: 'ActivationOutOfReach',
    meaning: 'A step activates another one across the border of a loop, or of the exit steps.',
    remedy: 'Move one of the two: a step activates only steps of the same loop body.',
    example: {
      text: flowOf(
        anything('spare', 'isChild: true\n'),
        `  - name: each\n    type: loop\n    iterateOver: [a, b]\n    loopVariable: item\n    steps:\n${indent(anything('crawl', 'onError:\n  fallbackStep: spare\n'))}`,
      ),
    },
  },
  {
    ...error,
    severities: ['error', 'warning'],
    code: 'MayBeSkipped',
    meaning:
      'A template or an expression takes a value from a step that may be skipped while the step that takes it runs. In exit steps a warning.',
    remedy: 'Use `or` with something to fall back on, or put both steps under the same condition.',
    example: {
      text: flowOf(
        anything('rate'),
        anything('dig', "when: '{{rate.score}} > 3'\n"),
        taking('report', '{{dig.finds}}'),
      ),
    },
  },
  {
    ...error,
    code: 'StepsNestedTooDeep',
    meaning: 'Steps stand inside steps deeper than eight levels.',
    remedy: 'Give the inner steps a Pipeline of their own.',
    example: { text: pipelineText(nested(9)) },
  },
  {
    ...warning,
    code: 'NoEffect',
    meaning: 'A field has no effect on a step of this type.',
    remedy: 'Say it on the steps that do the work.',
    example: {
      text: flowOf(
        `  - name: both\n    type: parallel_group\n    retryPolicy:\n      maxAttempts: 5\n    steps:\n${indent(anything('collect'))}`,
      ),
    },
  },
  {
    ...warning,
    code: 'RunsAnyway',
    meaning: 'A step is to undo another one, but is no child step: it runs by itself too.',
    remedy: 'Say `isChild: true`.',
    example: { text: flowOf(anything('deploy', 'compensate: remove\n'), anything('remove')) },
  },
  {
    ...error,
    code: 'CompensationInsideLoop',
    meaning: 'A step inside a loop names a step that undoes it. Iterations are not undone one by one.',
    remedy: 'Say `compensate` on the loop: the step that undoes it can take the results of all iterations.',
    example: {
      text: flowOf(
        `  - name: each\n    type: loop\n    iterateOver: [a, b]\n    loopVariable: item\n    steps:\n${indent(anything('deploy', 'compensate: remove\n'))}`,
        anything('remove', 'isChild: true\n'),
      ),
    },
  },
  {
    ...error,
    code: 'CompensationOutOfPlace',
    meaning: 'The step that is to undo another stands inside a group, a branch or a route, or among the exit steps.',
    remedy: 'Move it to the top of `steps`. Exit steps are not undone: leave their `compensate` out.',
    example: {
      text: flowOf(
        anything('deploy', 'compensate: remove\n'),
        `  - name: both\n    type: parallel_group\n    steps:\n${indent(anything('remove', 'isChild: true\n'))}`,
      ),
    },
  },
  {
    ...error,
    code: 'ModeNotServed',
    meaning: 'A step asks for a mode that is not served yet. It would fail.',
    remedy: 'Leave `executionMode` out.',
    example: {
      text: [
        objectText(
          'Model',
          'small',
          'spec:\n  modelName: small\n  endpoint:\n    url: https://models.example.com/v1\n',
        ),
        flowOf(
          '  - name: sum_up\n    type: llm_flow\n    prompt: Sum it up.\n    modelRef:\n      name: small\n    executionMode: api',
        ),
      ].join('---\n'),
    },
  },
  {
    ...warning,
    code: 'RuntimeDiffers',
    meaning: 'A program asks for another version of its language than the one that it will run on.',
    remedy: 'Nothing, when it uses only what the versions have in common.',
    example: {
      text: flowOf(
        "  - name: count\n    type: custom_code\n    runtime: python3.9\n    code:\n      source: inline\n      content: 'def execute(inputs): return {}'",
      ),
    },
  },
  {
    ...warning,
    code: 'AssetConflict',
    meaning: 'Two steps may write one asset at the same time. Which of the two is read then is chance.',
    remedy: 'Give each a name of its own, or let one step depend on the other.',
    example: {
      text: flowOf(anything('quick', 'outputs:\n  result: scores\n'), anything('slow', 'outputs:\n  result: scores\n')),
    },
  },
  {
    ...warning,
    code: 'AssetNotRecorded',
    meaning: 'A step waits for an asset that no step records. It must come from outside, as an event.',
    remedy: 'Nothing, when another system announces it; else correct the name.',
    example: { text: flowOf('  - name: wait\n    type: wait_for_asset\n    assets: [silver.profiles]') },
  },
  {
    ...error,
    code: 'InvalidGateName',
    meaning: 'The name of a gate, which a step gives when it does not say `gate`, does not fit into an annotation.',
    remedy: 'Give it a `gate`: up to 30 lower-case letters, digits and dashes, no dash first.',
    example: { text: flowOf(approval('ask_everybody_whether_this_may_go_out')) },
  },
  {
    ...error,
    code: 'DuplicateGate',
    meaning: 'Two gates have one name. A decision names its gate, so it could mean either.',
    remedy: 'Give each one its own `gate`; `start` is the gate of safe mode.',
    example: { text: flowOf(approval('release'), approval('ask', 'gate: release\n')) },
  },
  {
    ...error,
    code: 'GateOutOfPlace',
    meaning: 'People are asked inside a loop, in an exit step or in a compensation.',
    remedy: 'Ask before or after it, in a step of its own.',
    example: { text: pipelineText(`steps:\n${anything('work')}\nonExit:\n${approval('release')}`) },
  },
  {
    ...error,
    code: 'TooManyGates',
    meaning: 'There are more gates than one WorkItem may have, which is 16.',
    remedy: 'Ask for several things at one gate, or split the Pipeline.',
    example: { text: flowOf(...Array.from({ length: 17 }, (_, index) => approval(`gate_${index}`))) },
  },
  {
    ...error,
    code: 'UnknownState',
    meaning: 'A step or a transition names a state that the lifecycle does not have.',
    remedy: 'Correct the name, or say a `lifecycle`.',
    example: {
      text: pipelineText(`lifecycle:\n  preset: task\nsteps:\n${anything('build', 'inState: [Building]\n')}`),
    },
  },
  {
    ...error,
    code: 'UnknownAction',
    meaning: 'A step takes an action that the lifecycle does not have.',
    remedy: 'Correct the name, or say a `lifecycle`.',
    example: { text: pipelineText(`lifecycle:\n  preset: task\nsteps:\n${anything('build', 'action: comit_code\n')}`) },
  },
  {
    ...error,
    code: 'NodeNotFound',
    meaning: 'An edge or the entry of a graph names a node that is not there.',
    remedy: 'Correct the name; `end` ends the graph.',
    example: {
      text: objectText(
        'Method',
        'analysis',
        'spec:\n  type: graph\n  graph:\n    entry: gather\n    nodes:\n      - id: collect\n        type: llm\n        prompt: What is known?',
      ),
    },
  },
];

function approval(name: string, more = ''): string {
  return `  - name: ${name}\n    type: approval\n    approvals:\n      - role: review\n${more.replace(/^(?=.)/gm, '    ')}`.trimEnd();
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '    ');
}

function nested(depth: number): string {
  const opening = Array.from({ length: depth }, (_, level) => {
    const pad = '    '.repeat(level);
    return `${pad}steps:\n${pad}  - name: group_${level}\n${pad}    type: parallel_group\n`;
  });
  const pad = '    '.repeat(depth);
  return `${opening.join('')}${pad}steps:\n${pad}  - name: work\n${pad}    type: data_transform\n${pad}    asset: done`;
}
