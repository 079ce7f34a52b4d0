import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { resumingAhead, ignoringExpiry, resumingBehind } from '../testing/planted-bugs.ts';
import { SimulatedApiServer, type RequestFault } from '../testing/simulated-api-server.ts';
import type { WatchFault } from '../testing/simulated-watch.ts';
import { StoreHistory, versionsOf } from '../testing/store-history.ts';
import type { ListWatch } from './list-watch.ts';
import { Reflector } from './reflector.ts';
import type { KubeObject, ResourceType } from './resource-type.ts';
import { Store } from './store.ts';
import { stripManagedFields } from './strip-managed-fields.ts';

type Step =
  | { readonly do: 'write' | 'delete'; readonly name: string }
  | { readonly do: 'ownWrite'; readonly name: string; readonly answerAfterMs: number }
  | { readonly do: 'listFault'; readonly fault: RequestFault }
  | { readonly do: 'watchFault'; readonly fault: RequestFault | WatchFault }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'away'; readonly ms: number }
  | { readonly do: 'breakWatches' | 'compact' };

const names = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const requestFaults = fc.constantFrom<RequestFault>('gone', 'tooManyRequests', 'serverError', 'unreachable', 'delay');
const watchFaults = fc.record<WatchFault>({
  kind: fc.constantFrom('cut', 'halfOpen', 'end', 'truncate', 'corrupt', 'errorEvent', 'duplicate', 'reorder'),
  after: fc.integer({ min: 0, max: 3 }),
});
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('write', 'write', 'delete'), name: names }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('ownWrite'),
      name: names,
      answerAfterMs: fc.constantFrom(0, 1, 500, 9_000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('watchFault'), fault: fc.oneof(watchFaults, requestFaults) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('listFault'), fault: requestFaults }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(0, 1, 2, 300, 5_000, 80_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('away'), ms: fc.constantFrom(1, 2_000, 300_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('breakWatches', 'compact') }) },
);

const things: ResourceType = { group: '', version: 'v1', kind: 'Thing', plural: 'things', namespaced: true };

/** Runs a sequence against a reflector in virtual time, then demands that the store is what the server has. */
async function survive(
  sequence: readonly Step[],
  expiredInStream: boolean,
  wrap: (server: SimulatedApiServer) => ListWatch,
) {
  const clock = new ManualClock();
  const server = new SimulatedApiServer(clock);
  server.expiredInStream = expiredInStream;
  const store = new Store<KubeObject>({ transform: stripManagedFields });
  const history = new StoreHistory();
  store.subscribe(history.record);
  const random = () => 0.5;
  const options = { listWatch: wrap(server), type: things, store, clock, random, tuning: { pageSize: 2 } };
  const reflector = new Reflector(options);
  reflector.start();
  for (const step of sequence) await take(step, { clock, server, store });
  server.heal();
  const marker = server.write('marker').metadata.resourceVersion;
  const isThere = () => store.get('ns/marker')?.metadata.resourceVersion === marker;
  const arrived = await clock.advanceUntil(isThere, 400_000);
  await reflector.stop();
  expect(arrived).toBe(true);
  expect(versionsOf(store.list())).toEqual(versionsOf(server.objects()));
  expect(history.present()).toEqual(versionsOf(server.objects()));
  expect(history.violations).toEqual([]);
}

interface World {
  readonly clock: ManualClock;
  readonly server: SimulatedApiServer;
  readonly store: Store<KubeObject>;
}

async function take(step: Step, { clock, server, store }: World): Promise<void> {
  switch (step.do) {
    case 'write':
      server.write(step.name);
      return;
    case 'ownWrite': {
      const answer = server.write(step.name);
      void clock.sleep(step.answerAfterMs).then(() => store.put(answer));
      return;
    }
    case 'delete':
      server.delete(step.name);
      return;
    case 'listFault':
      server.listFaults.push(step.fault);
      return;
    case 'watchFault':
      server.watchFaults.push(step.fault);
      return;
    case 'wait':
      return clock.advance(step.ms);
    case 'away':
      server.leave();
      await clock.advance(step.ms);
      server.comeBack();
      return;
    case 'breakWatches':
      server.leave();
      server.comeBack();
      return;
    case 'compact':
      server.compact();
      return;
    default:
      return step satisfies never;
  }
}

function check(wrap: (server: SimulatedApiServer) => ListWatch, numRuns: number): Promise<void> {
  const sequences = fc.array(steps, { minLength: 5, maxLength: 40, size: 'max' });
  return fc.assert(
    fc.asyncProperty(sequences, fc.boolean(), (sequence, expiredInStream) => survive(sequence, expiredInStream, wrap)),
    { numRuns },
  );
}

const calm: readonly Step[] = [
  { do: 'write', name: 'a' },
  { do: 'wait', ms: 300 },
  { do: 'write', name: 'a' },
  { do: 'delete', name: 'a' },
  { do: 'write', name: 'b' },
  { do: 'wait', ms: 5_000 },
];

describe('a reflector, after any sequence of faults, writes and deletions', () => {
  it('holds what the server holds, and has told each object’s life in order', async () => {
    await check((server) => server, 1_000);
  }, 60_000);

  it('does so even when every watch begins too early, as that repeats events only', async () => {
    await check((server) => resumingBehind(server, 3), 200);
  }, 60_000);

  it.each([
    ['resumes ahead of what it has seen', resumingAhead],
    ['goes on from now instead of listing when its version expired', ignoringExpiry],
  ] as const)(
    'is caught by this property when it %s',
    async (_, plant) => {
      // Only under faults: else whatever is broken would do for a planted bug.
      await survive(calm, false, plant);
      await expect(check(plant, 1_000)).rejects.toThrow('Property failed');
    },
    60_000,
  );
});
