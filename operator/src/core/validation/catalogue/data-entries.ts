import { anything, flowOf, taking } from './flow-entries.ts';
import { type IssueEntry, objectText, pipelineText } from './issue-entry.ts';

const error = { level: 3, severities: ['error'] } as const;
const warning = { level: 3, severities: ['warning'] } as const;

const method = (schemas: string) =>
  `${objectText('Method', 'rate', `spec:\n  type: http\n  http:\n    url: https://rate.example.com\n${schemas}`)}---\n`;
const rating = (inputs: string) => flowOf(`  - name: rate\n    type: crawler\n    method: rate\n${inputs}`.trimEnd());
const takesText =
  '  inputs:\n    type: object\n    required: [text]\n    properties:\n      text:\n        type: string\n';

/** A long list, each item of which fits the last of many alternatives. */
function costlyParameter(name: string): string {
  const alternatives = Array.from({ length: 100 }, (_, index) => `{const: ${index}}`).join(', ');
  const items = Array.from({ length: 15_000 }, () => '99').join(', ');
  return `  - name: ${name}\n    default: [${items}]\n    schema: {items: {anyOf: [${alternatives}]}}\n`;
}

/** Codes of issues of the values that steps give to each other. */
export const dataEntries: readonly IssueEntry[] = [
  {
    ...error,
    code: 'InvalidTemplate',
    meaning: 'What begins with `{{` is no reference.',
    remedy: 'Write `{{step.field}}`; a path has names, `.`, `[0]` and `[*]`, and no operators.',
    example: { text: flowOf(anything('collect'), taking('analyze', '{{collect.posts || 1}}')) },
  },
  {
    ...error,
    code: 'FieldNotFound',
    meaning: 'A reference names a field that a schema does not have, or an input that no parameter declares.',
    remedy: 'Correct the name, declare the parameter, or let the schema say `additionalProperties: true`.',
    example: {
      text: pipelineText(
        `parameters:\n  - name: target\n    type: string\nsteps:\n${taking('collect', '{{input.targte}}')}`,
      ),
    },
  },
  {
    ...error,
    code: 'NotAnArray',
    meaning: '`[0]` or `[*]` is applied to something that is no list, or a loop goes through something that is none.',
    remedy: 'Take it away, or name a field that is a list.',
    example: {
      text: pipelineText(
        `parameters:\n  - name: target\n    type: string\nsteps:\n${taking('collect', '{{input.target[*].id}}')}`,
      ),
    },
  },
  {
    ...error,
    code: 'ValueTooLarge',
    meaning: 'A text with references has more than a million characters.',
    remedy: 'Keep large texts in artifacts.',
    example: {
      words: 'A prompt of two million characters with a reference in it.',
      bytes: () =>
        new TextEncoder().encode(
          pipelineText(
            `outputs:\n  all:\n    from: '{{work.x}} ${'x'.repeat(2_000_000)}'\nsteps:\n${anything('work')}`,
          ),
        ),
    },
  },
  {
    ...error,
    code: 'InvalidExpression',
    meaning: 'An expression is no CEL, or uses a name or a function that does not exist.',
    remedy: 'Look at the place that the message marks: `==` compares, `&&` is and, `||` is or.',
    example: { text: flowOf(anything('rate'), anything('dig', "when: '{{rate.score}} >'\n")) },
  },
  {
    ...error,
    code: 'ExpressionType',
    meaning: 'The types in an expression do not go together.',
    remedy: 'Compare numbers with numbers and text with text; `int(…)`, `double(…)` and `string(…)` convert.',
    example: {
      text: pipelineText(
        `parameters:\n  - name: limit\n    type: string\nsteps:\n${anything('dig', "when: '{{input.limit}} > 3'\n")}`,
      ),
    },
  },
  {
    ...error,
    code: 'NotBoolean',
    meaning: 'A condition does not answer true or false.',
    remedy: 'Compare it with something: `> 0`, `== "x"`, `!= null`.',
    example: {
      text: pipelineText(
        `parameters:\n  - name: limit\n    type: integer\nsteps:\n${anything('dig', "when: '{{input.limit}}'\n")}`,
      ),
    },
  },
  {
    ...error,
    code: 'InvalidSchema',
    meaning: 'A JSON Schema cannot be used.',
    remedy: 'Write it by draft 2020-12; the path leads to the keyword.',
    example: {
      text: pipelineText(`parameters:\n  - name: limit\n    schema:\n      type: int\nsteps:\n${anything('work')}`),
    },
  },
  {
    ...warning,
    code: 'ChecksTooCostly',
    meaning: 'Checking all values against their schemas would take too long: some were not checked.',
    remedy: 'Use smaller schemas, or fewer alternatives in them.',
    example: {
      words:
        'Four lists of 15,000 numbers, each for a parameter whose schema has a hundred alternatives for every item.',
      bytes: () =>
        new TextEncoder().encode(
          pipelineText(`parameters:\n${['a', 'b', 'c', 'd'].map(costlyParameter).join('')}steps:\n${anything('work')}`),
        ),
    },
  },
  {
    ...error,
    code: 'InputMissing',
    meaning:
      'A step does not give its Method or role what it needs, or a WorkItem does not give its Pipeline a parameter.',
    remedy: 'Give it.',
    example: { text: `${method(takesText)}${rating('')}` },
  },
  {
    ...error,
    severities: ['warning', 'error'],
    code: 'UnknownInput',
    meaning:
      'Nothing takes an input: the Pipeline of a WorkItem does not declare it, or a Method or role does not know it. A warning where the schema of these leaves room for others.',
    remedy: 'Correct the name.',
    example: {
      text: `${method('  inputs:\n    type: object\n    properties:\n      text:\n        type: string')}${rating('    inputs:\n      txt:\n        value: Well done.')}`,
    },
  },
  {
    ...error,
    code: 'InputMismatch',
    meaning: 'A value does not fit the schema of what takes it: a Method, a role, a parameter.',
    remedy: 'Give another value, or take another field.',
    example: { text: `${method(takesText)}${rating('    inputs:\n      text:\n        value: 3')}` },
  },
  {
    ...warning,
    code: 'InputMayBeMissing',
    meaning: 'A template takes a parameter that a WorkItem need not give and that has no default.',
    remedy: 'Give the parameter a `default`, or take it with `or`.',
    example: {
      text: pipelineText(
        `parameters:\n  - name: note\n    required: false\nsteps:\n${taking('work', '{{input.note}}')}`,
      ),
    },
  },
  {
    ...error,
    code: 'OutputNotGiven',
    meaning: 'A step declares several outputs, and a schema tells that its result will not have one of them.',
    remedy: 'Name a field of the result. Only a single output may be a name for the whole result.',
    example: {
      text: `${method('  outputs:\n    type: object\n    properties:\n      score:\n        type: number\n')}${rating('    outputs:\n      score: scores\n      reason: reasons')}`,
    },
  },
];
