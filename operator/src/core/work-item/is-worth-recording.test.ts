import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import { isWorthRecording } from './is-worth-recording.ts';

const attempt = (more: object = {}): WorkItemStatus => ({
  steps: [{ path: 'a', phase: 'Running', attempts: [{ number: 1, ...more }] }],
});

const same: Record<string, [WorkItemStatus | undefined, WorkItemStatus]> = {
  'the same status': [attempt(), attempt()],
  'the UID of a Job, which is seen anyway while it matters': [attempt(), attempt({ jobUid: 'u' })],
  'another UID of a Job': [attempt({ jobUid: 't' }), attempt({ jobUid: 'u' })],
  'a field that is undefined': [attempt(), attempt({ podUid: undefined })],
  'another order of fields': [
    { phase: 'Running', reason: 'x' },
    { reason: 'x', phase: 'Running' },
  ],
  'two lists that are empty': [{ steps: [] }, { steps: [] }],
};

const different: Record<string, [WorkItemStatus | undefined, WorkItemStatus]> = {
  'a first status': [undefined, {}],
  'another phase': [{ phase: 'Running' }, { phase: 'Waiting' }],
  'a field that is new': [{}, { phase: 'Running' }],
  'a field that is gone': [{ phase: 'Running' }, {}],
  'a field instead of another': [{ phase: 'Running' }, { reason: 'Running' }],
  'something deep inside': [attempt(), attempt({ podUid: 'p' })],
  'a UID of a Job beside something else': [attempt(), attempt({ jobUid: 'u', podUid: 'p' })],
  'a step more': [{ steps: [] }, attempt()],
  'an output that is a list and was an object': [{ outputs: { a: {} } }, { outputs: { a: [] } }],
  'an output that is null and was an object': [{ outputs: { a: {} } }, { outputs: { a: null } }],
  'an output that is an object and was null': [{ outputs: { a: null } }, { outputs: { a: {} } }],
  'an output that is a text and was a number': [{ outputs: { a: 1 } }, { outputs: { a: '1' } }],
};

describe('what is recorded', () => {
  it.each(Object.entries(different))('is %s', (_, [before, after]) => {
    expect(isWorthRecording(before, after)).toBe(true);
  });

  it.each(Object.entries(same))('is not %s', (_, [before, after]) => {
    expect(isWorthRecording(before, after)).toBe(false);
  });

  it('is whatever JSON tells apart', () => {
    const outputs = fc.dictionary(fc.constantFrom('a', 'b'), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 2 });
    const property = fc.property(outputs, outputs, (one, other) => {
      const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
      const isEqual = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
      const [before, after] = [asJson({ outputs: one }), asJson({ outputs: other })] as WorkItemStatus[];
      expect(isWorthRecording(before, after ?? {})).toBe(!isEqual);
    });
    fc.assert(property, { numRuns: 500 });
  });
});

/** A value with the fields of its objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(fields.map(([name, each]) => [name, sorted(each)]));
}
