import { type IssueEntry, pipelineText, textOf } from './issue-entry.ts';

const error = { level: 1, severities: ['error'] } as const;
const steps = 'steps: [{name: a, type: validation, checks: {}}]';
const warning = { level: 1, severities: ['warning'] } as const;

/** Codes of issues of a file as a text. */
export const textEntries: readonly IssueEntry[] = [
  {
    ...error,
    code: 'InvalidEncoding',
    meaning: 'The file is not UTF-8 text.',
    remedy: 'Save it as UTF-8; a byte order mark is fine.',
    example: { words: 'A file in UTF-16.', bytes: () => Uint8Array.of(0xff, 0xfe, 0x6b, 0) },
  },
  {
    ...error,
    code: 'BinaryFile',
    meaning: 'The file contains a NUL byte, so it is no text.',
    remedy: 'Name the manifest, not an archive or a program.',
    example: { words: 'A file with a NUL byte in it.', bytes: () => Uint8Array.of(0x61, 0) },
  },
  {
    ...error,
    code: 'FileTooLarge',
    meaning: 'The file is larger than 5 MiB, or holds more documents or values than any cluster would take at once.',
    remedy: 'Split it. One object in a cluster is at most 1.5 MiB.',
    example: { words: 'A file with 300,000 values.', bytes: textOf(300_000, () => '- 1\n') },
  },
  {
    ...error,
    code: 'DocumentTooLarge',
    meaning: 'One object holds more values than any cluster would take.',
    remedy: 'Split it, or keep data outside of it.',
    example: { words: 'A list of 80,000 numbers.', bytes: textOf(80_000, () => '- 1\n') },
  },
  {
    ...warning,
    severities: ['warning', 'error'],
    code: 'EmptyFile',
    meaning: 'The file holds no documents. A warning beside other files, an error alone.',
    remedy: 'Name another file, or fill it.',
    example: { text: '# nothing yet\n' },
  },
  {
    ...error,
    code: 'TooManyIssues',
    alongside: ['UnknownField'],
    meaning: 'There are more issues than are shown, so the rest was not looked at.',
    remedy: 'Mend the issues above, then validate again.',
    example: {
      words: 'A document with more mistakes than anyone will read.',
      bytes: textOf(
        1100,
        (index) =>
          `${index === 0 ? 'apiVersion: conclave.dev/v1alpha1\nkind: Tenant\nmetadata: {name: default}\nspec:\n' : ''}  unknown${index}: 1\n`,
      ),
    },
  },
  {
    ...error,
    code: 'InvalidYaml',
    meaning: 'The text is neither YAML nor JSON.',
    remedy: 'Look at the place that is named, and at the indentation above it.',
    example: { text: 'steps: [a, b\n' },
  },
  {
    ...error,
    code: 'InvalidScalar',
    meaning: 'A value has no place in JSON: infinity, not-a-number, or a tag that is not known.',
    remedy: 'Write a plain value; put text into quotes.',
    example: { text: pipelineText(`parameters:\n  - name: limit\n    default: .inf\n${steps}`) },
  },
  {
    ...error,
    code: 'InvalidKey',
    meaning: 'The key of an object is a list or an object.',
    remedy: 'Use text as a key; put braces into quotes.',
    example: { text: pipelineText(`parameters:\n  - name: limit\n    default: {[a, b]: 1}\n${steps}`) },
  },
  {
    ...error,
    code: 'DuplicateKey',
    meaning: 'A key stands twice in one object. Which of the two counted would depend on the reader.',
    remedy: 'Take one of them away.',
    example: { text: pipelineText(`displayName: One\ndisplayName: Another\n${steps}`) },
  },
  {
    ...error,
    code: 'UnknownAnchor',
    meaning: 'An alias (`*name`) stands before or without its anchor (`&name`).',
    remedy: 'Define the anchor before, or put the `*` into quotes.',
    example: { text: 'a: *nothing\n' },
  },
  {
    ...error,
    code: 'AnchorCycle',
    meaning: 'An alias leads into the value that it is a part of.',
    remedy: 'Write the value out.',
    example: { text: 'a: &a\n  b: *a\n' },
  },
  {
    ...error,
    code: 'InvalidMerge',
    meaning: 'A merge key (`<<`) is given something that is no object.',
    remedy: 'Give it an alias of an object, or a list of such.',
    example: { text: pipelineText(`<<: 1\n${steps}`) },
  },
  {
    ...error,
    code: 'ExcessiveAliases',
    meaning: 'Aliases stand for so much that the document would become enormous.',
    remedy: 'Use fewer aliases of aliases.',
    example: {
      words: 'Ten aliases of ten aliases, and so on six times.',
      bytes: textOf(
        7,
        (level) =>
          `l${level}: &l${level} [${Array(10)
            .fill(level === 0 ? '1' : `*l${level - 1}`)
            .join(', ')}]\n`,
      ),
    },
  },
  {
    ...error,
    code: 'NestedTooDeep',
    meaning: 'Lists and objects are nested deeper than 100 levels.',
    remedy: 'Nest fewer steps in each other.',
    example: { words: 'A list in a list, 200 times.', bytes: () => new TextEncoder().encode('['.repeat(200)) },
  },
  {
    ...warning,
    code: 'BooleanWord',
    meaning: '`yes`, `no`, `on` or `off` without quotes is read as a boolean, as kubectl reads it.',
    remedy: 'Write `true` or `false`, or put the word into quotes.',
    example: { text: pipelineText('steps:\n  - name: a\n    type: validation\n    isChild: no\n    checks: {}') },
  },
  {
    ...warning,
    code: 'OctalNumber',
    meaning: 'A number that begins with 0 is read as an octal number, as kubectl reads it.',
    remedy: 'Write the number without the 0, or put it into quotes.',
    example: {
      text: pipelineText('steps:\n  - name: a\n    type: validation\n    timeoutSeconds: 0100\n    checks: {}'),
    },
  },
  {
    ...warning,
    code: 'InexactNumber',
    meaning: 'A number is too large to be kept exactly.',
    remedy: 'Put it into quotes where it is meant as text.',
    example: {
      text: pipelineText(
        'parameters:\n  - name: account\n    default: 12345678901234567890\nsteps: [{name: a, type: validation, checks: {}}]',
      ),
    },
  },
  {
    ...warning,
    code: 'MergeOverridesKey',
    meaning: 'A merge key (`<<`) behind a key brings the same key, and kubectl would take the one that was merged.',
    remedy: 'Put the merge key first, or take one of the two away.',
    example: {
      text: pipelineText(`defaults: &same {timeoutSeconds: 60}\nexecution: {timeoutSeconds: 600, <<: *same}\n${steps}`),
    },
  },
];
