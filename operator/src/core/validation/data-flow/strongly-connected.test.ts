import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stronglyConnected } from './strongly-connected.ts';

const graphs = fc
  .integer({ min: 1, max: 12 })
  .chain((size) =>
    fc.array(fc.array(fc.nat({ max: size - 1 }), { maxLength: 4 }), { minLength: size, maxLength: size }),
  );

/** Every node that can be reached from one, by walking. */
function reachable(edges: readonly (readonly number[])[], from: number): Set<number> {
  const found = new Set<number>();
  const pending = [...(edges[from] ?? [])];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    pending.push(...(edges[node] ?? []));
  }
  return found;
}

describe('stronglyConnected', () => {
  test('puts two nodes into one group exactly when each reaches the other', () => {
    fc.assert(
      fc.property(graphs, (edges) => {
        const groupOf = new Map(stronglyConnected(edges).flatMap((group, index) => group.map((node) => [node, index])));
        for (const [one] of edges.entries()) {
          for (const [other] of edges.entries()) {
            const isMutual = one === other || (reachable(edges, one).has(other) && reachable(edges, other).has(one));
            expect(groupOf.get(one) === groupOf.get(other)).toBe(isMutual);
          }
        }
      }),
    );
  });

  test('gives each node once, and each group after all that it leads to', () => {
    fc.assert(
      fc.property(graphs, (edges) => {
        const groups = stronglyConnected(edges);
        expect(groups.flat().sort((a, b) => a - b)).toEqual([...edges.keys()]);
        const position = new Map(groups.flatMap((group, index) => group.map((node) => [node, index] as const)));
        for (const [node, targets] of edges.entries()) {
          for (const target of targets) expect(position.get(target)).toBeLessThanOrEqual(position.get(node)!);
        }
      }),
    );
  });

  test('does not run out of stack on a chain of 200,000 nodes', () => {
    const chain = Array.from({ length: 200_000 }, (_, index) => (index === 199_999 ? [0] : [index + 1]));
    expect(stronglyConnected(chain)).toHaveLength(1);
  });
});
