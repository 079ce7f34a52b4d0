import { describe, expect, it } from 'vitest';
import { changedAtMs } from './changed-at.ts';

const anObject = (metadata: object) => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a', ...metadata } });

describe('changedAtMs', () => {
  it('is the newest write that the metadata knows of', () => {
    const managedFields = [{ time: '2026-01-01T00:00:05Z' }, { time: '2026-01-01T00:00:09Z' }, {}, null, 'junk'];
    const object = anObject({ creationTimestamp: '2026-01-01T00:00:00Z', managedFields });
    expect(changedAtMs(object)).toBe(Date.UTC(2026, 0, 1, 0, 0, 9));
  });

  it('is unknown without any time', () => {
    expect(changedAtMs(anObject({}))).toBeUndefined();
    expect(changedAtMs(anObject({ creationTimestamp: 'soon' }))).toBeUndefined();
  });
});
