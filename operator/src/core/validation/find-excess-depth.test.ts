import { describe, expect, it } from 'vitest';
import { findExcessDepth } from './find-excess-depth.ts';

function nested(levels: number): unknown {
  let value: unknown = 'innermost';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { steps: value };
  return value;
}

describe('findExcessDepth', () => {
  it('takes as many levels as are allowed', () => {
    expect(findExcessDepth(nested(10), 10)).toBeUndefined();
  });

  it('names where one more begins', () => {
    expect(findExcessDepth({ spec: { a: [{ b: {} }] } }, 4)).toMatchObject({
      code: 'NestedTooDeep',
      path: ['spec', 'a', 0, 'b'],
    });
  });

  it('is not stopped by a million levels', () => {
    expect(findExcessDepth(nested(1_000_000), 100)?.code).toBe('NestedTooDeep');
  });

  it('has nothing against values without depth', () => {
    for (const value of [null, undefined, 7, 'x', [], {}]) expect(findExcessDepth(value, 1)).toBeUndefined();
  });
});
