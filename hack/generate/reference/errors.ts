import type { Finding } from '../../../operator/src/core/validation/verdict.ts';
import { issueCatalogue } from '../../../operator/src/core/validation/catalogue/issue-catalogue.ts';
import type { IssueEntry } from '../../../operator/src/core/validation/catalogue/issue-entry.ts';
import { type RunEntry, runEntries } from '../../../operator/src/core/validation/catalogue/run-entries.ts';
import { evaluateExample } from '../../../operator/src/testing/evaluate-example.ts';
import { judgeExample } from '../../../operator/src/testing/judge-example.ts';
import { stringify } from 'yaml';

const notice = '<!-- Generated from operator/src/core/validation/catalogue by `npm run generate`: change it there. -->';

const intro = `Whatever is wrong with a file or an object has a code. \`conclave validate\` tells it with the place and with what to do;
the condition \`Valid\` of a Pipeline and \`status.errors\` tell the same on a cluster. Codes are stable: programs may rely on
them. Messages may change.

There are four levels. 1, the schema: is it an object that the API server would take? 2, the references: is what it names
there, of the right kind, and allowed? 3, the data flow: are the values that steps name there when they are wanted, and of
the right type? 4, the resources: could a node hold the pods, and is it in the budget? Levels 2 to 4 are checked for objects
that fit their schemas.

What only a cluster can tell, such as whether a Method is there, is an error on a cluster and a warning for files.`;

const titles = ['The schema', 'References', 'Data flow', 'Resources'];

/** The page of the reference that explains every code of an issue by an example, with the words that are told for it. */
export function renderErrors(): string {
  const levels = titles.flatMap((title, index) => {
    const entries = issueCatalogue.filter(({ level }) => level === index + 1);
    return [`## Level ${index + 1}: ${title.toLowerCase()}`, ...entries.map(renderEntry)];
  });
  const run = [
    '## In a run',
    'Only the values themselves tell these. The step fails with them, unless its `onError` says otherwise. Beside these, a step may fail with `StepNotFound`, `FieldNotFound`, `NotAnArray`, `NotBoolean` and `ValueTooLarge`, where no schema told them before.',
    ...runEntries.map(renderRunEntry),
  ];
  return `${[notice, '# Errors', intro, renderIndex(), ...levels, ...run].join('\n\n')}\n`;
}

function renderIndex(): string {
  const links = (codes: readonly { readonly code: string }[]) =>
    codes.map(({ code }) => `[\`${code}\`](#${code.toLowerCase()})`).join(', ');
  const rows = titles.map((title, index) => {
    return `| ${index + 1} ${title.toLowerCase()} | ${links(issueCatalogue.filter(({ level }) => level === index + 1))} |`;
  });
  return ['| Level | Codes |', '| --- | --- |', ...rows, `| in a run | ${links(runEntries)} |`].join('\n');
}

function renderEntry(entry: IssueEntry): string {
  const { code, severities, meaning, remedy, example } = entry;
  const shown =
    'text' in example
      ? [
          ...(example.known === undefined ? [] : [`Where there are ${example.known.words}:`]),
          fence('yaml', example.text),
        ]
      : [`For example: ${example.words.charAt(0).toLowerCase()}${example.words.slice(1)}`];
  const { errors, warnings, notes } = judgeExample(example);
  const told = [...errors, ...warnings, ...notes].find((finding) => finding.code === code);
  return [
    `### ${code}`,
    `${meaning} ${remedy}`,
    ...(severities.join() === 'error' ? [] : [`Severity: ${severities.join(' or ')}.`]),
    ...shown,
    ...(told === undefined ? [] : [fence('text', describeFinding(told))]),
  ].join('\n\n');
}

function describeFinding({ line, column, path, message, hint }: Finding): string {
  const [first = '', ...rest] = message.split('\n');
  const place = path === '' ? '' : ` (${path})`;
  const text = [`${line ?? 1}:${column ?? 1}: ${first}${place}`, ...rest].join('\n');
  return hint === undefined ? text : `${text}\n  hint: ${hint}`;
}

function renderRunEntry(entry: RunEntry): string {
  const { code, meaning, remedy, example } = entry;
  const { results, ...part } = example;
  const isShort = JSON.stringify(results).length < 200;
  const problem = evaluateExample(entry);
  const told = problem?.hint === undefined ? problem?.message : `${problem.message}\n  hint: ${problem.hint}`;
  return [
    `### ${code}`,
    `${meaning} ${remedy}`,
    fence('yaml', stringify(isShort ? { ...part, results } : part)),
    fence('text', told ?? ''),
  ].join('\n\n');
}

const fence = (language: string, text: string) => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
