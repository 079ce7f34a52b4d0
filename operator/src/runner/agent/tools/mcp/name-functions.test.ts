import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Named, nameFunctions } from './name-functions.ts';

const nothing = new Set<string>();
const named = (tool: string, serverTool: string): Named => ({ tool, serverTool });

describe('the name of a function', () => {
  it.each([
    ['docker', 'run', /^docker_run$/],
    ['my.tool', 'läuft schon', /^my_tool_l_uft_schon$/],
    ['a', 'x'.repeat(100), /^a_x{49}_[0-9a-f]{12}$/],
  ])('of %s and %s says what it is', (tool, serverTool, expected) => {
    expect(nameFunctions([named(tool, serverTool)], nothing)[0]).toMatch(expected);
  });

  it('is none that is taken', () => {
    expect(nameFunctions([named('file', 'read')], new Set(['file_read']))[0]).toMatch(/^file_read_[0-9a-f]{12}$/);
  });

  it('is one that models may call, stands for one alone, and is the same in any order', () => {
    const word = fc.oneof(
      fc.string({ minLength: 1, maxLength: 80 }),
      fc.constantFrom('a', 'a_b', 'b', 'b_c', 'a.b', 'b c'),
    );
    const all = fc.uniqueArray(fc.record({ tool: word, serverTool: word }), {
      selector: ({ tool, serverTool }) => JSON.stringify([tool, serverTool]),
    });
    fc.assert(
      fc.property(all, (some) => {
        const names = nameFunctions(some, nothing);
        for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
        expect(new Set(names).size).toBe(some.length);
        expect(nameFunctions([...some].reverse(), nothing)).toEqual([...names].reverse());
      }),
    );
  });
});
