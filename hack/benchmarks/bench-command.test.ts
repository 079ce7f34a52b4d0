import { describe, expect, it } from 'vitest';
import { parseBenchArguments } from './bench-command.ts';

describe('bench command line', () => {
  it('has defaults for everything but the scenario', () => {
    expect(parseBenchArguments(['client'])).toMatchObject({
      scenario: { name: 'client' },
      instance: 'bench',
      seconds: 1,
      rounds: 9,
      json: false,
      install: false,
    });
    expect(parseBenchArguments(['client', '-o', 'json', '--kubeconfig', 'f'])).toMatchObject({
      json: true,
      kubeconfig: 'f',
    });
    expect(parseBenchArguments(['-h'])).toBe('help');
  });

  it.each([
    [[], 'name one scenario. Scenarios: client'],
    [['a', 'b'], 'name one scenario'],
    [['nothing'], "there is no scenario 'nothing'. Scenarios: client"],
    [['client', '--rounds', '0'], "--rounds takes a whole number from 1, not '0'"],
    [['client', '--seconds', 'x'], "--seconds takes a whole number from 1, not 'x'"],
    [['client', '-o', 'xml'], "-o takes 'table' or 'json', not 'xml'"],
    [['client', '--unknown'], '--unknown'],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => parseBenchArguments(args)).toThrow(message);
  });
});
