import { expect, test } from 'vitest';
import { aPipelineText, judgeText } from '../../../testing/judge-text.ts';

/** A Method that asks people, or does not, when its answer is lost. */
const method = (name: string, more: string) =>
  `apiVersion: conclave.dev/v1alpha1\nkind: Method\nmetadata: {name: ${name}}\nspec: {type: http, http: {url: 'https://example.com'}, ${more}}\n---\n`;
const methods =
  method('asks', 'onUnknown: gate') +
  method('repeats', 'onUnknown: gate, idempotent: true') +
  method('fails', 'onUnknown: fail');

const pays = (name: string, called = 'asks') => `{name: ${name}, type: function, method: ${called}}`;
const asks = (name: string) => `{name: ${name}, type: approval, approvals: [{role: review}]}`;
const long = 'pay_everybody_who_has_worked_for_us';
const many = Array.from({ length: 16 }, (_, index) => asks(`gate${index}`));

test.each<[string, readonly string[], readonly string[]]>([
  ['a step of its own name', [pays('pay'), asks('go')], []],
  ['a name that no annotation can hold', [pays(long)], ['InvalidGateName spec.steps[0].name']],
  ['that name, of a Method that may be called again', [pays(long, 'repeats')], []],
  ['that name, of a Method that fails', [pays(long, 'fails')], []],
  ['that name, in a loop', [`{name: l, type: loop, iterateOver: [1], loopVariable: i, steps: [${pays(long)}]}`], []],
  ['the name of another gate', [asks('Pay'), pays('pay')], ['DuplicateGate spec.steps[1].name']],
  ['sixteen other gates', [...many, pays('pay')], ['TooManyGates spec.steps[16].name']],
  ['sixteen other gates, of a Method that fails', [...many, pays('pay', 'fails')], []],
])('the gate of an answer that was lost: %s', (_, steps, expected) => {
  const { errors } = judgeText(methods + aPipelineText(`steps:\n${steps.map((step) => `  - ${step}`).join('\n')}`));
  expect(errors.map(({ code, path }) => `${code} ${path}`)).toEqual(expected);
  for (const { code, hint } of errors)
    if (code !== 'TooManyGates') expect(hint).toContain('give the step another name');
});
