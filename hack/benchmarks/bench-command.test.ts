import { describe, expect, it } from 'vitest';
import { parseBenchArguments } from './bench-command.ts';

describe('bench command line', () => {
  it('has defaults for everything but the scenario', () => {
    expect(parseBenchArguments(['client'])).toMatchObject({
      scenario: { name: 'client', needs: 'cluster' },
      seconds: 1,
      rounds: 9,
      json: false,
      install: false,
    });
    expect(parseBenchArguments(['client', '-o', 'json', '--kubeconfig', 'f'])).toMatchObject({
      json: true,
      kubeconfig: 'f',
    });
    expect(parseBenchArguments(['planner', '--seconds', '2', '--rounds', '3'])).toMatchObject({
      scenario: { name: 'planner', needs: 'nothing' },
      seconds: 2,
      rounds: 3,
    });
    expect(parseBenchArguments(['chain', '--size', '7'])).toMatchObject({ rounds: 3, size: 7 });
    expect(parseBenchArguments(['-h'])).toBe('help');
  });

  it.each([
    [
      [],
      'name one scenario. Scenarios: client, planner, chain, chain-alone, wide, queue, logic, idle, restart, approval, council',
    ],
    [['a', 'b'], 'name one scenario'],
    [['nothing'], "there is no scenario 'nothing'. Scenarios: client, planner"],
    [['client', '--rounds', '0'], "--rounds takes a whole number from 1, not '0'"],
    [['client', '--seconds', 'x'], "--seconds takes a whole number from 1, not 'x'"],
    [['client', '-o', 'xml'], "-o takes 'table' or 'json', not 'xml'"],
    [['client', '--unknown'], '--unknown'],
    [['planner', '--kubeconfig', 'f'], "'planner' needs no cluster: leave --kubeconfig out"],
    [['client', '--size', '5'], "'client' has one size: leave --size out"],
    [['chain', '--size', '0'], "--size takes a whole number from 1, not '0'"],
    [['planner', '--instance', 'x'], "'planner' needs no cluster: leave --instance out"],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => parseBenchArguments(args)).toThrow(message);
  });
});
