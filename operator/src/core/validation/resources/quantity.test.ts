import { describe, expect, test } from 'vitest';
import { parseQuantity } from './quantity.ts';

const quantities: Record<string, string> = {
  '0': '0',
  '2': '2',
  '500m': '0.5',
  '1.5': '1.5',
  '.5': '0.5',
  '5.': '5',
  '0.1': '0.1',
  '100n': '0.0000001',
  '3u': '0.000003',
  '1k': '1000',
  '2M': '2000000',
  '1Ki': '1024',
  '1.5Gi': '1610612736',
  '8Ei': '9223372036854775808',
  '9007199254740993': '9007199254740993',
  '12e6': '12000000',
  '1E3': '1000',
  '1E': '1000000000000000000',
  '5e-1': '0.5',
};

describe('parseQuantity', () => {
  test.each(Object.entries(quantities))('reads %s exactly', (text, value) => {
    expect(parseQuantity(text)?.toFixed()).toBe(value);
  });

  test('takes plain numbers too', () => {
    expect(parseQuantity(4)?.toFixed()).toBe('4');
  });

  test.each(['', 'x', '1x', '1 Gi', '1gi', '1ki', 'Gi', '.', '1e', '1e9999', '--1', 'Infinity', '0x10'])(
    'refuses %j',
    (text) => {
      expect(parseQuantity(text)).toBeUndefined();
    },
  );
});
