import { describe, expect, it } from 'vitest';
import { chooseProvider, type ProviderFacts } from './provider.ts';

function someFacts(facts: Partial<ProviderFacts> = {}): ProviderFacts {
  return {
    instance: 'x',
    requested: undefined,
    recorded: undefined,
    fakeNodes: 0,
    dockerRuns: () => Promise.resolve(false),
    ...facts,
  };
}

const dockerRuns = (): Promise<boolean> => Promise.resolve(true);
const embedded = { kind: 'embedded', slot: 0, binaries: {}, fakeNodes: 0 } as const;

describe('chooseProvider', () => {
  it('takes kind where Docker runs', async () => {
    expect(await chooseProvider(someFacts({ dockerRuns }))).toEqual({ kind: 'kind' });
  });

  it('takes the embedded cluster where Docker does not run', async () => {
    expect(await chooseProvider(someFacts())).toEqual({ kind: 'embedded' });
  });

  it('takes the embedded cluster for fake nodes, without asking Docker', async () => {
    const asked = (): Promise<boolean> => Promise.reject(new Error('asked'));
    expect(await chooseProvider(someFacts({ fakeNodes: 1, dockerRuns: asked }))).toEqual({ kind: 'embedded' });
  });

  it('takes what is asked for', async () => {
    const requested = { kind: 'context', context: 'prod' } as const;
    expect(await chooseProvider(someFacts({ requested, dockerRuns }))).toEqual(requested);
  });

  it('keeps what the instance is', async () => {
    const recorded = { kind: 'context', context: 'prod' } as const;
    expect(await chooseProvider(someFacts({ recorded, dockerRuns }))).toEqual(recorded);
    expect(await chooseProvider(someFacts({ recorded: embedded, dockerRuns }))).toEqual({ kind: 'embedded' });
  });

  it('refuses to turn an instance into something else', async () => {
    const facts = someFacts({ recorded: embedded, requested: { kind: 'kind' } });
    await expect(chooseProvider(facts)).rejects.toThrow("instance 'x' is an embedded cluster, not a kind cluster");
  });

  it('refuses another context for the same instance', async () => {
    const recorded = { kind: 'context', context: 'prod' } as const;
    const facts = someFacts({ recorded, requested: { kind: 'context', context: 'test' } });
    await expect(chooseProvider(facts)).rejects.toThrow("context 'prod', not the existing cluster of context 'test'");
  });

  it('refuses fake nodes elsewhere than in the embedded cluster', async () => {
    const facts = someFacts({ requested: { kind: 'kind' }, fakeNodes: 3 });
    await expect(chooseProvider(facts)).rejects.toThrow('fake nodes are for the embedded cluster');
  });
});
