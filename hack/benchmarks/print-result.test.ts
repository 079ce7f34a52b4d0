import { describe, expect, it } from 'vitest';
import { formatResult, resultAsJson } from './print-result.ts';

const result = {
  rows: [
    { 'at once': 1, client: 'conclave', ratio: 4.25 },
    { 'at once': 16, client: 'x', ratio: 1 },
  ],
  requirements: [
    { name: 'a', atLeast: 3, measured: 4.25 },
    { name: 'b', atLeast: 3, measured: 2.99 },
  ],
  notes: ['read this'],
};

describe('print result', () => {
  it('aligns the table and says which requirement is met', () => {
    expect(formatResult(result)).toBe(
      [
        'at once  client    ratio',
        '      1  conclave   4.25',
        '     16  x             1',
        '',
        '✓ a: 4.25 (at least 3)',
        '✗ b: 2.99 (at least 3)',
        '',
        'read this',
      ].join('\n'),
    );
  });

  it('says the same to programs', () => {
    expect(JSON.parse(resultAsJson('client', result, { cpus: 2 }))).toEqual({
      scenario: 'client',
      environment: { cpus: 2 },
      ...result,
      passed: false,
    });
  });
});
