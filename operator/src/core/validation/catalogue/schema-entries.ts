import { type IssueEntry, objectText, pipelineText } from './issue-entry.ts';

const error = { level: 1, severities: ['error'] } as const;

/** Codes of issues of an object that does not fit the schema of its kind. */
export const schemaEntries: readonly IssueEntry[] = [
  {
    ...error,
    code: 'NotAnObject',
    meaning: 'A document is a list or a plain value.',
    remedy: 'Begin it with `apiVersion:` and `kind:`.',
    example: { text: '- a\n- b\n' },
  },
  {
    ...error,
    code: 'UnknownApiVersion',
    meaning: 'The `apiVersion` is none of Conclave, but looks as if it was meant to be.',
    remedy: 'Write `apiVersion: conclave.dev/v1alpha1`.',
    example: { text: 'apiVersion: conclave.dev/v1\nkind: Pipeline\nmetadata:\n  name: example\n' },
  },
  {
    ...error,
    code: 'UnknownKind',
    meaning: 'There is no such kind.',
    remedy: 'Look at the [kinds](api.md).',
    example: { text: 'apiVersion: conclave.dev/v1alpha1\nkind: Pipline\nmetadata:\n  name: example\n' },
  },
  {
    ...error,
    severities: ['note'],
    code: 'OtherGroup',
    meaning: 'The object is of another API group and was passed over.',
    remedy: 'Nothing: it may stand beside objects of Conclave.',
    example: { text: 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: example\n' },
  },
  {
    ...error,
    severities: ['error', 'warning'],
    code: 'RequiredField',
    meaning: 'A field is missing. Of fields that only the canonical form asks for, a warning.',
    remedy: 'Add it; the hint says what it is for.',
    example: { text: pipelineText('steps:\n  - name: a\n    type: validation') },
  },
  {
    ...error,
    code: 'UnknownField',
    meaning: 'There is no field of this name here; the API server would drop or refuse it.',
    remedy: 'Correct the spelling, or take it away.',
    example: { text: pipelineText('steps:\n  - name: a\n    type: validation\n    checks: {}\n    depends: [b]') },
  },
  {
    ...error,
    code: 'UnknownType',
    meaning: 'There is no such type of step or Method.',
    remedy: 'Choose one of the [types of steps](step.md#types).',
    example: { text: pipelineText('steps:\n  - name: a\n    type: validations') },
  },
  {
    ...error,
    code: 'WrongType',
    meaning: 'A value is of another JSON type than the field.',
    remedy: 'Quotes make text, `- ` makes a list.',
    example: { text: pipelineText('steps:\n  - name: a\n    type: validation\n    checks: {}\n    dependsOn: b') },
  },
  {
    ...error,
    code: 'InvalidValue',
    meaning: 'A value is not among those that the field may have.',
    remedy: 'Choose one that the message lists.',
    example: {
      text: pipelineText('execution:\n  mode: careful\nsteps: [{name: a, type: validation, checks: {}}]'),
    },
  },
  {
    ...error,
    code: 'InvalidFormat',
    meaning: 'A text has not the form that the field wants.',
    remedy: 'The message shows the pattern, the hint says what it stands for.',
    example: { text: pipelineText('steps:\n  - name: my step\n    type: validation\n    checks: {}') },
  },
  {
    ...error,
    code: 'InvalidName',
    meaning: 'A name, label or annotation is not what Kubernetes allows.',
    remedy: 'Use lower-case letters, digits and dashes.',
    example: {
      text: objectText('Pipeline', 'My_Pipeline', 'spec:\n  steps: [{name: a, type: validation, checks: {}}]'),
    },
  },
  {
    ...error,
    code: 'OutOfRange',
    meaning: 'A number is too small or too large.',
    remedy: 'Stay within the bounds that the message names.',
    example: { text: pipelineText('steps:\n  - name: a\n    type: validation\n    timeoutSeconds: 0\n    checks: {}') },
  },
  {
    ...error,
    code: 'TooShort',
    meaning: 'A text or list has fewer characters or items than it must.',
    remedy: 'Fill it, or leave the field out.',
    example: { text: pipelineText('steps: []') },
  },
  {
    ...error,
    code: 'TooLong',
    meaning: 'A text, list or object has more than it may hold.',
    remedy: 'Shorten it; long texts can be artifacts.',
    example: {
      text: objectText('Tenant', 'default', `spec:\n  budget:\n    currency: a currency that nobody has heard of`),
    },
  },
  {
    ...error,
    code: 'DuplicateItem',
    meaning: 'Two items of a list share what must tell them apart.',
    remedy: 'Give one of them another name, or take it away.',
    example: {
      text: pipelineText(
        'steps:\n  - {name: a, type: validation, checks: {}}\n  - {name: a, type: validation, checks: {}}',
      ),
    },
  },
  {
    ...error,
    code: 'RuleViolated',
    meaning: 'A rule of the schema about several fields together does not hold.',
    remedy: 'The message is the rule.',
    example: {
      text: pipelineText('steps:\n  - name: summarize\n    type: llm_flow\n    modelRef:\n      name: small'),
    },
  },
  {
    ...error,
    severities: ['note'],
    code: 'FurtherChecksSkipped',
    alongside: ['TooShort'],
    meaning: 'An object does not fit its schema, so levels 2 to 4 were not checked.',
    remedy: 'Mend the errors of its schema first.',
    example: { text: pipelineText('steps: []') },
  },
  {
    ...error,
    code: 'AmbiguousField',
    meaning: 'A document in the canonical form says the same thing twice, under two names of one field.',
    remedy: 'Take one of the two away.',
    example: {
      text: `version: "1.0"
pipeline_id: example
workspace_id: w
project_id: p
steps:
  - id: a
    type: validation
    checks: {}
    timeout_minutes: 5
    timeout_seconds: 300
`,
    },
  },
];
