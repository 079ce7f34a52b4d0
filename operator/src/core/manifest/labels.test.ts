import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { annotationNames, labelNames, labelValue } from './labels.ts';

/** What the API server demands of the value of a label. */
const allowed = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

describe('the value of a label', () => {
  it.each(['', 'a', 'Team_A.b-c', 'x'.repeat(63)])('is the text itself where a label can hold it: %j', (text) => {
    expect(labelValue(text)).toBe(text);
  });

  it.each([
    ['is too long', 'x'.repeat(64), /^x{46}-[0-9a-f]{16}$/],
    ['has brackets', 'each[3].build', /^each-3-build-[0-9a-f]{16}$/],
    ['begins with what it may not', '-a', /^a-[0-9a-f]{16}$/],
    ['ends with what it may not', 'a.', /^a-[0-9a-f]{16}$/],
    ['has nothing that a label can hold', '日本', /^x-[0-9a-f]{16}$/],
    ['ends with a line break', 'a\n', /^a-[0-9a-f]{16}$/],
  ])('is its beginning and a hash where it %s', (_, text, expected) => {
    expect(labelValue(text)).toMatch(expected);
  });

  it('is one that Kubernetes takes, for any text', () => {
    const property = fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const value = labelValue(text);
      expect(value).toMatch(allowed);
      expect(value.length).toBeLessThanOrEqual(63);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('tells two texts apart that begin alike', () => {
    expect(labelValue(`${'x'.repeat(64)}1`)).not.toBe(labelValue(`${'x'.repeat(64)}2`));
    expect(labelValue('a.')).not.toBe(labelValue('a_'));
  });
});

it('labels and annotations have the names that users and policies know', () => {
  expect({ ...labelNames, ...annotationNames }).toEqual({
    models: 'conclave.dev/models',
    workItem: 'conclave.dev/work-item',
    workItemUid: 'conclave.dev/work-item-uid',
    step: 'conclave.dev/step',
    attempt: 'conclave.dev/attempt',
    role: 'conclave.dev/role',
    project: 'conclave.dev/project',
    network: 'conclave.dev/network',
    path: 'conclave.dev/path',
    specDigest: 'conclave.dev/spec-digest',
    task: 'conclave.dev/task',
    certificateAuthorities: 'conclave.dev/ca',
    members: 'conclave.dev/members',
  });
});
