import { describe, expect, test } from 'vitest';
import { aPipelineText, codesAt, judgeText } from '../../testing/judge-text.ts';
import { judge } from './judge.ts';
import { unknownWorld } from './world.ts';

const object = (kind: string, metadata: string, spec: string) =>
  `apiVersion: conclave.dev/v1alpha1\nkind: ${kind}\nmetadata: {${metadata}}\nspec: ${spec}\n---\n`;
const method = (metadata: string) => object('Method', metadata, "{type: http, http: {url: 'https://example.com'}}");
const caller = (metadata: string) =>
  object('Pipeline', metadata, '{steps: [{name: a, type: crawler, method: look-up}]}');

describe('what documents see of each other', () => {
  const seen: Record<string, readonly [text: string, isSeen: boolean]> = {
    'objects without a namespace': [method('name: look-up') + caller('name: p'), true],
    'objects of one namespace': [method('name: look-up, namespace: team') + caller('name: p, namespace: team'), true],
    'a Pipeline without a namespace sees all': [method('name: look-up, namespace: team') + caller('name: p'), true],
    'all see a Method without a namespace': [method('name: look-up') + caller('name: p, namespace: team'), true],
    'a Method of another namespace': [
      method('name: look-up, namespace: other') + caller('name: p, namespace: team'),
      false,
    ],
    'a Method that comes later': [caller('name: p') + method('name: look-up'), true],
    'a Method that does not fit its schema': [
      caller('name: p') + object('Method', 'name: look-up', '{type: http}'),
      false,
    ],
  };
  test.each(Object.entries(seen))('%s', (_, [text, isSeen]) => {
    expect(codesAt(judgeText(text).warnings)).toEqual(isSeen ? [] : ['MethodNotFound spec.steps[0].method']);
  });

  test('what is known beside them', () => {
    const known = { ...unknownWorld, complete: true };
    expect(codesAt(judgeText(caller('name: p'), known).errors)).toEqual(['MethodNotFound spec.steps[0].method']);
    expect(judgeText(method('name: look-up') + caller('name: p'), known).valid).toBe(true);
  });

  test('the same object twice', () => {
    expect(
      judgeText(method('name: a') + method('name: a') + method('name: a, namespace: team')).warnings,
    ).toMatchObject([{ code: 'DuplicateObject', level: 2, line: 8 }]);
  });
});

describe('what a verdict says', () => {
  test('where each finding stands, in the order of the text', () => {
    const text = aPipelineText(
      "steps:\n  - {name: a, type: validation, checks: {}, when: '{{b.x}}'}\n  - {name: c, type: validation, checks: {}, dependsOn: [d]}",
    );
    expect(judgeText(text).errors).toMatchObject([
      { code: 'StepNotFound', level: 3, line: 6, column: 53, path: 'spec.steps[0].when' },
      { code: 'StepNotFound', level: 3, line: 7, column: 59, path: 'spec.steps[1].dependsOn[0]' },
    ]);
  });

  test('that the other levels were not checked, for a kind that has them', () => {
    expect(judgeText(aPipelineText('steps: []')).notes).toMatchObject([{ code: 'FurtherChecksSkipped', level: 1 }]);
    expect(judgeText(object('Tenant', 'name: default', '{x: 1}')).notes).toEqual([]);
  });

  test('in the words of the canonical form, where a document is in it', () => {
    const text =
      'version: "1"\npipeline_id: p\nworkspace_id: w\nproject_id: p\nsteps:\n  - {id: a, type: validation, checks: {}, depends_on: [b]}\n';
    expect(judgeText(text).errors).toMatchObject([{ code: 'StepNotFound', line: 6, path: 'steps[0].depends_on[0]' }]);
  });

  test('no level asks anything of a document that could not be read', () => {
    const issue = { code: 'AmbiguousField', path: [], message: 'x', position: { line: 3, column: 1 } };
    expect(judge([{ documents: [{ value: { kind: 'Nothing' }, issues: [issue] }] }], unknownWorld).errors).toEqual([
      { code: 'AmbiguousField', level: 1, line: 3, column: 1, path: '', message: 'x' },
    ]);
  });

  test('no more than anyone will read, of documents beyond that nothing', () => {
    const fields = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`field${index}`, 1]));
    const value = { apiVersion: 'conclave.dev/v1alpha1', kind: 'Tenant', metadata: { name: 'default' }, spec: fields };
    const { errors } = judge([{ documents: Array.from({ length: 5 }, () => ({ value })) }], unknownWorld);
    expect(errors).toHaveLength(1001);
    expect(errors.at(-1)).toEqual({
      ...{ code: 'TooManyIssues', level: 1, path: '' },
      message: 'there are more issues here than the 1000 that are shown',
    });
  });

  test('no more either where the text itself has too many mistakes', () => {
    const issue = { code: 'Surprise', path: [], message: 'x', position: { line: 1, column: 1 } };
    const documents = [{ value: null, issues: Array(1001).fill(issue) as (typeof issue)[] }, { value: null }];
    expect(codesAt(judge([{ documents }], unknownWorld).errors).filter((code) => !code.startsWith('Surprise'))).toEqual(
      ['TooManyIssues '],
    );
  });

  test('of each file, by its name', () => {
    const value = { apiVersion: 'conclave.dev/v1alpha1', kind: 'Pipelin', metadata: { name: 'a' } };
    const verdict = judge(
      [
        { file: 'one', documents: [{ value }] },
        { file: 'two', documents: [{ value }] },
      ],
      unknownWorld,
    );
    expect(verdict.errors.map(({ file, code }) => [file, code])).toEqual([
      ['one', 'UnknownKind'],
      ['two', 'UnknownKind'],
    ]);
  });

  test('no more than a thousand findings, and that there are more', () => {
    const steps = Array.from(
      { length: 1000 },
      (_, index) => `  - {name: s${index}, type: validation, checks: {}, dependsOn: [a, b]}`,
    );
    const { errors } = judgeText(aPipelineText(`steps:\n${steps.join('\n')}`));
    expect(errors).toHaveLength(1001);
    expect(errors.at(-1)).toMatchObject({ code: 'TooManyIssues' });
  });
});

describe('what a run takes', () => {
  const paid = object('Method', 'name: look-up', "{type: http, costUnits: '0.25', http: {url: 'https://example.com'}}");

  test('of one pipeline', () => {
    const text =
      paid +
      object(
        'Pipeline',
        'name: p',
        '{steps: [{name: a, type: crawler, method: look-up, timeoutSeconds: 60, retryPolicy: {maxAttempts: 1}}]}',
      );
    expect(judgeText(text)).toMatchObject({
      estimatedCostUnits: '0.25',
      estimatedDurationMinutes: 1,
      estimates: [
        { kind: 'Pipeline', name: 'p', estimatedCostUnits: '0.25', estimate: { low: { costUnits: '0.25' } } },
      ],
    });
  });

  test('of several: what they cost together, and how long the longest takes', () => {
    const pipeline = (name: string, seconds: number) =>
      object(
        'Pipeline',
        `name: ${name}`,
        `{steps: [{name: a, type: crawler, method: look-up, timeoutSeconds: ${seconds}, retryPolicy: {maxAttempts: 1}}]}`,
      );
    const workItem = object(
      'WorkItem',
      'name: w',
      '{pipelineSpec: {steps: [{name: a, type: crawler, method: look-up, timeoutSeconds: 60, retryPolicy: {maxAttempts: 1}}]}}',
    );
    expect(judgeText(paid + pipeline('p', 61) + pipeline('q', 600) + workItem)).toMatchObject({
      estimatedCostUnits: '0.75',
      estimatedDurationMinutes: 10,
      estimates: [{ name: 'p', estimatedDurationMinutes: 2 }, { name: 'q' }, { kind: 'WorkItem', name: 'w' }],
    });
  });

  test('nothing where there is no pipeline', () => {
    const verdict = judgeText(paid);
    expect(verdict.estimates).toEqual([]);
    expect(verdict).not.toHaveProperty('estimatedCostUnits');
  });
});
