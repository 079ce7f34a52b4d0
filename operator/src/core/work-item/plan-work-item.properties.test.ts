import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pipelineSpec } from '../../api/pipeline.ts';
import { workItemStatus } from '../../api/work-item-status.ts';
import { arbitraryPipeline } from '../../testing/arbitrary-pipeline.ts';
import { type Choose, HostileWorld } from '../../testing/hostile-world.ts';
import { RunInvariants } from '../../testing/run-invariants.ts';
import type { JsonValue } from '../../api/json.ts';
import { planWorkItem } from './plan-work-item.ts';
import type { WorkItemAction } from './work-item-plan.ts';

const hunt = process.env['CONCLAVE_PROPERTY_RUNS'];
/** Every change is judged by the same cases; a hunt, which takes as many as it is told, looks at others each time. */
const cases = hunt === undefined ? { numRuns: 150, seed: 20_260_105 } : { numRuns: Number(hunt) };
const hostileTurns = 40;
/** More than any of these pipelines needs when all goes well. */
const friendlyTurns = 600;

/** What happens, as numbers; after the last of them all goes well. */
const tape = fc.noBias(fc.array(fc.nat(1_000_000), { maxLength: 500, size: 'max' }));

function chooserOf(numbers: readonly number[]): Choose {
  let at = 0;
  return (below) => (numbers[at++] ?? 0) % below;
}

/** A world for a pipeline, and what must hold in it, checked after every plan that is recorded. */
function aRun(sketch: Parameters<typeof pipelineSpec.parse>[0], numbers: readonly number[]) {
  const spec = pipelineSpec.parse(sketch);
  const world = new HostileWorld(spec, chooserOf(numbers));
  const invariants = new RunInvariants(spec);
  let checked = 0;
  const check = () => {
    for (const turn of world.recorded.slice(checked)) expect(invariants.check(turn)).toEqual([]);
    checked = world.recorded.length;
  };
  const beHostile = () => {
    for (let turn = 0; turn < hostileTurns; turn += 1) {
      world.turn();
      check();
    }
  };
  const endWell = () => {
    for (let turn = 0; turn < friendlyTurns && !world.isFinished; turn += 1) {
      world.friendlyTurn();
      check();
    }
  };
  return { world, beHostile, endWell };
}

const isEffect = ({ kind }: WorkItemAction) => kind === 'start-attempt' || kind === 'stop-attempt';

const property = (check: (sketch: Parameters<typeof pipelineSpec.parse>[0], numbers: readonly number[]) => void) => {
  fc.assert(fc.property(arbitraryPipeline, tape, check), cases);
};

describe('planWorkItem, whatever is seen when, and whenever the operator dies', () => {
  test('takes one result for each step, starts it after what it depends on, and keeps to how much may run at once', () => {
    property((sketch, numbers) => {
      const { beHostile, endWell } = aRun(sketch, numbers);
      beHostile();
      endWell();
    });
  });

  test('brings every run to an end', () => {
    property((sketch, numbers) => {
      const { world, beHostile, endWell } = aRun(sketch, numbers);
      beHostile();
      endWell();
      expect(world.status.phase).toBeOneOf(['Succeeded', 'Failed', 'Cancelled']);
    });
  });

  test('ends a run that is cancelled, as cancelled unless it had ended before', () => {
    property((sketch, numbers) => {
      const { world, beHostile, endWell } = aRun(sketch, numbers);
      beHostile();
      const { ending, finishedAt } = world.status;
      world.cancel();
      endWell();
      expect(world.isFinished).toBe(true);
      if (finishedAt === undefined && ending === undefined) expect(world.status.phase).toBe('Cancelled');
    });
  });

  test('plans nothing else when it plans again', () => {
    property((sketch, numbers) => {
      const { world, beHostile, endWell } = aRun(sketch, numbers);
      beHostile();
      endWell();
      for (const { observed, plan } of world.recorded) {
        const stored = plan.artifacts.map(({ digest, content }) => [digest, content] as const);
        const known = observed.facts.artifacts as ReadonlyMap<string, JsonValue>;
        const facts = { ...observed.facts, artifacts: new Map([...known, ...stored]) };
        const again = planWorkItem({ ...observed, facts, workItem: { ...observed.workItem, status: plan.status } });
        expect(again.status).toEqual(plan.status);
        expect(again.actions.filter(isEffect)).toEqual(plan.actions.filter(isEffect));
        expect(planWorkItem(observed)).toEqual(plan);
      }
    });
  });

  test('records nothing that the schema of the status refuses', () => {
    property((sketch, numbers) => {
      const { world, beHostile, endWell } = aRun(sketch, numbers);
      beHostile();
      endWell();
      for (const { plan } of world.recorded)
        expect(workItemStatus.safeParse(JSON.parse(JSON.stringify(plan.status))).error?.issues ?? []).toEqual([]);
    });
  });
});
