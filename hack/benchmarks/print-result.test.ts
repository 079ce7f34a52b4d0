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
    { name: 'c ms', atMost: 1, measured: 1 },
    { name: 'd ms', atMost: 1, measured: 1.01 },
    { name: 'never measured', atMost: 1, measured: Number.NaN },
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
        '✓ c ms: 1 (at most 1)',
        '✗ d ms: 1.01 (at most 1)',
        '✗ never measured: NaN (at most 1)',
        '',
        'read this',
      ].join('\n'),
    );
  });

  it('says the same to programs', () => {
    expect(JSON.parse(resultAsJson('client', { ...result, figures: { ratio: 4.25 } }, { cpus: 2 }))).toEqual({
      scenario: 'client',
      ratio: 4.25,
      environment: { cpus: 2 },
      ...JSON.parse(JSON.stringify(result)),
      passed: false,
    });
  });
});
