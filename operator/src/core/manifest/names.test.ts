import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { attemptName, type AttemptId, shortHash, slug } from './names.ts';

/** What the API server demands of the name of a Job whose Pods are named after it: a DNS label. */
const dnsLabel = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

const anId = (more: Partial<AttemptId> = {}): AttemptId => ({
  ...{ workItemUid: '6b9b4a62-0000-4000-8000-000000000001', path: 'each[3].Build_it', attempt: 2 },
  ...more,
});

const paths = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 700 }), fc.stringMatching(/^[a-z_.[\]0-9-]{1,700}$/));
const ids: fc.Arbitrary<AttemptId> = fc.record({
  workItemUid: fc.uuid(),
  path: paths,
  attempt: fc.integer({ min: 1, max: 10_000 }),
});

describe('the name of an attempt', () => {
  it('begins with the step and the number, for people', () => {
    expect(attemptName(anId())).toMatch(/^build-it-2-[0-9a-f]{16}$/);
  });

  it('stays what it was: attempts that run are found by it after an update', () => {
    // The SHA-256 of `["6b9b4a62-…-000000000001","each[3].Build_it",2]`, as sha256sum has it.
    expect(attemptName(anId())).toBe('build-it-2-5e3ae29cca8496f2');
  });

  it('is a name that Kubernetes takes, with room for what Pods are given', () => {
    const property = fc.property(ids, (id) => {
      const name = attemptName(id);
      expect(name).toMatch(dnsLabel);
      expect(name.length).toBeLessThanOrEqual(55);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('has 55 characters at most', () => {
    expect(attemptName(anId({ path: 'x'.repeat(700), attempt: 10_000 })).length).toBe(55);
  });

  it('is that of no other attempt', () => {
    const property = fc.property(ids, ids, (one, other) => {
      expect(attemptName(one) === attemptName(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
    });
    fc.assert(property, { numRuns: 500 });
  });

  it.each<[string, Partial<AttemptId>]>([
    ['the next attempt', { attempt: 3 }],
    ['another iteration', { path: 'each[4].Build_it' }],
    ['a step that looks the same in a name', { path: 'each[3].build-it' }],
    ['another WorkItem', { workItemUid: '6b9b4a62-0000-4000-8000-000000000002' }],
  ])('differs from that of %s', (_, other) => {
    expect(attemptName(anId(other))).not.toBe(attemptName(anId()));
  });
});

describe('a slug', () => {
  it.each([
    ['keeps letters and digits', 'Sort 12 Files', 'sort-12-files'],
    ['makes one dash of all the rest', '--a__b..ü!--', 'a-b'],
    ['is never empty', '???', 'x'],
    ['is cut, and never ends with a dash', 'Sort the files x', 'sort-the-files'],
  ])('%s', (_, text, expected) => {
    expect(slug(text, 15)).toBe(expected);
  });
});

describe('a short hash', () => {
  it('is the beginning of the digest of a value, as 64 bits', () => {
    expect(shortHash('a')).toMatch(/^[0-9a-f]{16}$/);
    expect(shortHash({ a: 1, b: 2 })).toBe(shortHash({ b: 2, a: 1 }));
    expect(shortHash('a')).not.toBe(shortHash('b'));
  });
});
