import { describe, expect, it } from 'vitest';
import { type Mutation, plant, UnplantableMutation } from './mutation.ts';

const aMutation = (overrides: Partial<Mutation> = {}): Mutation => ({
  ...{ name: 'm', file: 'f.ts', source: 'a < b', replacement: 'a <= b', goesWrong: 'one too many', tests: [] },
  ...overrides,
});

describe('plant', () => {
  it('replaces the source by the replacement, as it is', () => {
    const mutation = aMutation({ replacement: "a <= b /* $& $1 $' */" });
    expect(plant(mutation, 'if (a < b) return;')).toBe("if (a <= b /* $& $1 $' */) return;");
  });

  const unplantable: Record<string, { mutation: Mutation; text: string; message: string }> = {
    'does not stand there': { mutation: aMutation(), text: 'if (a > b) return;', message: 'its source 0 times' },
    'stands there twice': { mutation: aMutation(), text: 'a < b || a < b', message: 'its source 2 times' },
    'is empty': { mutation: aMutation({ source: '' }), text: 'x', message: 'nothing to look for' },
    'is the replacement': { mutation: aMutation({ replacement: 'a < b' }), text: 'a < b', message: 'changes nothing' },
  };
  it.each(Object.entries(unplantable))('refuses a mutation whose source %s', (_, { mutation, text, message }) => {
    expect(() => plant(mutation, text)).toThrow(UnplantableMutation);
    expect(() => plant(mutation, text)).toThrow(message);
  });
});
