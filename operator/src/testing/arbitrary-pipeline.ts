import fc from 'fast-check';
import type { PipelineSketch } from './planned-run.ts';
import { RecipeBuilder } from './recipe-builder.ts';
import { allKinds, flows, leafKinds, type Recipe, waitKinds } from './step-recipe.ts';

const deepest = 4;

const recipe = (depth: number): fc.Arbitrary<Recipe> => {
  const isInner = depth >= deepest;
  return fc.record({
    kind: isInner ? fc.constantFrom(...leafKinds, ...waitKinds) : fc.constantFrom(...allKinds),
    refs: fc.array(fc.nat(20), { maxLength: 2 }),
    dependsOn: fc.array(fc.nat(20), { maxLength: 2 }),
    flow: fc.oneof(
      { weight: 2, arbitrary: fc.constant('plain' as const) },
      { weight: 3, arbitrary: fc.constantFrom(...flows) },
    ),
    size: fc.nat(3),
    flag: fc.boolean(),
    parts: isInner ? fc.constant([]) : fc.array(recipe(depth + 1), { maxLength: 3 }),
  });
};

/**
 * A pipeline of every type of step, nested to depth four, that is right by construction: it refers only to what is there.
 * A counterexample shrinks to the plainest pipeline that shows the same.
 */
export const arbitraryPipeline: fc.Arbitrary<PipelineSketch> = fc
  .record({
    steps: fc.array(recipe(1), { minLength: 1, maxLength: 5 }),
    onExit: fc.array(recipe(deepest), { maxLength: 2 }),
    maxParallel: fc.integer({ min: 1, max: 4 }),
    timeoutSeconds: fc.option(fc.integer({ min: 5, max: 200 }), { nil: undefined }),
    isSafe: fc.boolean(),
  })
  .map(({ steps, onExit, maxParallel, timeoutSeconds, isSafe }): PipelineSketch => {
    const builder = new RecipeBuilder();
    const top = builder.body(steps, { visible: [], variables: [], isTop: true });
    const exit = builder.body(onExit, { visible: top.visible, variables: [], isTop: false }).steps;
    return {
      parameters: [
        { name: 'items', default: [1, 2, 3] },
        { name: 'n', default: 2 },
      ],
      execution: {
        ...{ maxParallel, mode: isSafe ? ('safe' as const) : ('brave' as const) },
        ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
      },
      steps: top.steps,
      ...(exit.length === 0 ? {} : { onExit: exit }),
    };
  });
