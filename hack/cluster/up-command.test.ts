import { describe, expect, it } from 'vitest';
import { describeUse, parseUpArguments } from './up-command.ts';

const parse = (...args: string[]): unknown => parseUpArguments(args, 'default');

describe('parseUpArguments', () => {
  it('leaves the choice of the cluster open when nothing is said', () => {
    expect(parse()).toEqual({ instance: 'default', fakeNodes: 0, install: false });
  });

  it('takes an instance, a provider and fake nodes', () => {
    expect(parse('--instance', 'a', '--embedded', '--fake', '20', '--install')).toEqual({
      instance: 'a',
      provider: { kind: 'embedded' },
      fakeNodes: 20,
      install: true,
    });
    expect(parse('--context=prod')).toMatchObject({ provider: { kind: 'context', context: 'prod' } });
  });

  it('refuses two providers', () => {
    expect(() => parse('--kind', '--context', 'prod')).toThrow('only one of --context, --kind and --embedded');
  });

  it.each(['-1', 'many', '1.5', '', '1001'])('refuses %j fake nodes', (count) => {
    expect(() => parse(`--fake=${count}`)).toThrow('--fake takes a number from 0 to 1000');
  });

  it('refuses flags and words that it does not know', () => {
    expect(() => parse('--fakes', '3')).toThrow("Unknown option '--fakes'");
    expect(() => parse('now')).toThrow('Unexpected argument');
  });

  it('answers help', () => {
    expect(parse('-h')).toBe('help');
  });
});

describe('describeUse', () => {
  it('names the instance in each command unless it is the default one', () => {
    const cluster = {
      provider: { kind: 'embedded' },
      kubeconfig: '/k',
      logs: undefined,
      hostAddress: undefined,
    } as const;
    expect(describeUse({ ...cluster, instance: 'a' }, 1)).toContain('./hack/down --instance a');
    expect(describeUse({ ...cluster, instance: 'default' }, 1)).toMatch(/hack\/down$/);
  });
});
