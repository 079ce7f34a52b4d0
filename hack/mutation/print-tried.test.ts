import { describe, expect, it } from 'vitest';
import type { Mutation } from './mutation.ts';
import { isGood, printTried } from './print-tried.ts';
import type { TriedMutation } from './try-mutations.ts';

const aMutation = (name: string): Mutation => ({
  ...{ name, file: 'core/rule.ts', source: 'a', replacement: 'b', goesWrong: 'all goes wrong' },
  tests: ['core/rule.test.ts'],
});
const caught: TriedMutation = {
  mutation: aMutation('one'),
  verdict: 'caught',
  by: `holds\n${'x'.repeat(90)}`,
  seconds: 2.04,
};
const survivor: TriedMutation = { mutation: aMutation('another'), verdict: 'survived', by: '', seconds: 1 };
const broken: TriedMutation = { mutation: aMutation('third'), verdict: 'broken', by: 'Unexpected token', seconds: 1 };

describe('printTried', () => {
  it('prints a line for each mutation, with the test that caught it', () => {
    expect(printTried([caught])).toBe(
      ['mutation  verdict  s  by', `one       caught   2  holds ${'x'.repeat(73)}…`, '', '1 of 1 caught'].join('\n'),
    );
  });

  it('tells what goes wrong unnoticed, and what could not be tried', () => {
    const lines = printTried([caught, survivor, broken]).split('\n\n').slice(1);
    expect(lines).toEqual([
      '✗ another survived in core/rule.ts: all goes wrong, and no test of core/rule.test.ts fails',
      '✗ third could not be tried: Unexpected token',
      '1 of 3 caught',
    ]);
  });
});

describe('isGood', () => {
  it('holds when every mutation was caught', () => {
    expect([isGood([caught]), isGood([caught, survivor]), isGood([broken])]).toEqual([true, false, false]);
  });
});
