import { describe, expect, test } from 'vitest';
import { nearestName, suggestName } from './nearest-name.ts';

const known = ['dependsOn', 'type', 'timeoutSeconds', 'check', 'cache'];

describe('nearestName', () => {
  test.each([
    ['depends_on', 'dependsOn'],
    ['DEPENDSON', 'dependsOn'],
    ['timeout-seconds', 'timeoutSeconds'],
    ['timeoutSecond', 'timeoutSeconds'],
    ['tpye', undefined],
    ['typ', 'type'],
    ['chache', 'cache'],
    ['banana', undefined],
    ['', undefined],
    ['x'.repeat(1_000_000), undefined],
  ])('%.20s may have meant %s', (name, nearest) => {
    expect(nearestName(name, known)).toBe(nearest);
  });
});

describe('suggestName', () => {
  test('asks whether the nearest was meant', () => {
    expect(suggestName('typ', known, 'fields')).toBe('did you mean type?');
  });

  test('lists a few names when none is near', () => {
    expect(suggestName('banana', ['a', 'b'], 'fields here')).toBe('fields here: a, b');
  });

  test('says nothing rather than list very many', () => {
    expect(suggestName('banana', Array<string>(41).fill('x'), 'fields here')).toBeUndefined();
  });
});
