import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { AlreadyExists, Forbidden, NotFound, ServerError, TooManyRequests } from './api-error.ts';
import type { Happening, KubeEvent } from './event-object.ts';
import { EventRecorder, type EventDrop } from './event-recorder.ts';
import type { KubeObject } from './resource-type.ts';

const details = { target: { verb: 'create', resource: 'events.events.k8s.io' }, code: 0, reason: '', said: 'no' };

/** Events as the API server keeps them; `failures` are thrown first, one for each request. */
class EventStore {
  readonly stored = new Map<string, KubeEvent>();
  readonly failures: Error[] = [];
  requests = 0;
  delay = Promise.resolve();

  readonly client = {
    create: async <T>(_type: unknown, object: T): Promise<T> => {
      await this.#arrive();
      const event = object as unknown as KubeEvent;
      if (this.stored.has(event.metadata.name)) throw new AlreadyExists(details);
      this.stored.set(event.metadata.name, event);
      return object;
    },
    get: async <T>(_type: unknown, { name }: { name: string }): Promise<T> => {
      await this.#arrive();
      return this.#existing(name) as unknown as T;
    },
    patch: async <T>(_type: unknown, { name }: { name: string }, patch: unknown): Promise<T> => {
      await this.#arrive();
      const { series } = (patch as { merge: Pick<KubeEvent, 'series'> }).merge;
      const event = { ...this.#existing(name), ...(series === undefined ? {} : { series }) };
      this.stored.set(name, event);
      return event as unknown as T;
    },
  };

  get only(): KubeEvent {
    expect([...this.stored.keys()]).toHaveLength(1);
    return [...this.stored.values()][0]!;
  }

  #existing(name: string): KubeEvent {
    const event = this.stored.get(name);
    if (event === undefined) throw new NotFound(details);
    return event;
  }

  async #arrive(): Promise<void> {
    this.requests += 1;
    await this.delay;
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
  }
}

function start(options: { queueLimit?: number; store?: EventStore; clock?: ManualClock } = {}) {
  const { store = new EventStore(), clock = new ManualClock(), ...rest } = options;
  const drops: EventDrop[] = [];
  const reporter = { reportingController: 'conclave.dev/operator', reportingInstance: 'operator-1' };
  const observer = { eventDropped: (reason: EventDrop) => drops.push(reason) };
  const recorder = new EventRecorder({ client: store.client, reporter, clock, observer, ...rest });
  return { store, clock, drops, recorder };
}

function aHappening(rest: Partial<Happening> = {}, name = 'story-1'): Happening {
  const metadata = { name, namespace: 'team', uid: `uid-of-${name}` };
  const regarding = { apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', metadata };
  return { regarding, type: 'Normal', reason: 'StepStarted', action: 'StartJob', note: 'Step a started', ...rest };
}

describe('event recorder', () => {
  it('writes an Event that says what happened to which object, and who says so', async () => {
    const { store, clock, recorder } = start();
    recorder.record(aHappening());
    await clock.advance(0);
    expect(store.only).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace: 'team', name: expect.stringMatching(/^story-1\.[0-9a-f]{20}$/) as string },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'conclave.dev/operator',
      reportingInstance: 'operator-1',
      type: 'Normal',
      reason: 'StepStarted',
      action: 'StartJob',
      note: 'Step a started',
      regarding: {
        apiVersion: 'conclave.dev/v1alpha1',
        kind: 'WorkItem',
        name: 'story-1',
        namespace: 'team',
        uid: 'uid-of-story-1',
      },
    });
  });

  it('makes a series of what happens again, written ever more seldom', async () => {
    const { store, clock, recorder } = start();
    for (let second = 0; second < 600; second += 1) {
      recorder.record(aHappening());
      await clock.advance(1_000);
    }
    expect(store.requests).toBeLessThanOrEqual(8);
    expect(store.only.series?.count).toBeGreaterThan(200);
    await recorder.stop(1_000);
    expect(store.only.series).toEqual({ count: 600, lastObservedTime: '2026-01-01T00:09:59.000000Z' });
  });

  it('counts what is recorded before the first write and during a write', async () => {
    const { store, clock, recorder } = start();
    const gate = Promise.withResolvers<undefined>();
    store.delay = gate.promise;
    recorder.record(aHappening());
    await clock.advance(0);
    recorder.record(aHappening());
    recorder.record(aHappening());
    gate.resolve(undefined);
    await clock.advance(60_000);
    expect(store.only.series?.count).toBe(3);
  });

  it('goes on with the Event that another process, or itself before a restart, has written', async () => {
    const { store, clock, recorder } = start();
    recorder.record(aHappening());
    recorder.record(aHappening());
    await clock.advance(60_000);
    const other = start({ store, clock });
    other.recorder.record(aHappening());
    await clock.advance(60_000);
    expect([store.only.series?.count, other.drops]).toEqual([3, []]);
  });

  it('writes a new Event when the old one has expired', async () => {
    const { store, clock, recorder } = start();
    recorder.record(aHappening());
    await clock.advance(60_000);
    store.stored.clear();
    recorder.record(aHappening());
    await clock.advance(60_000);
    expect(store.only.series).toBeUndefined();
  });

  it('keeps different happenings apart, and writes an eager series not before the others', async () => {
    const { store, clock, recorder } = start();
    const variants: Partial<Happening>[] = [{}, { note: 'b' }, { reason: 'B' }, { action: 'B' }, { type: 'Warning' }];
    for (const variant of variants) recorder.record(aHappening(variant));
    recorder.record(aHappening({}, 'story-2'));
    await clock.advance(0);
    expect(store.stored.size).toBe(6);
  });

  it('lets one object cause 25 different Events at once, then one in five minutes; others go free', async () => {
    const { store, clock, drops, recorder } = start();
    for (let index = 0; index < 30; index += 1) recorder.record(aHappening({ note: String(index) }));
    recorder.record(aHappening({}, 'story-2'));
    await clock.advance(300_000);
    expect([store.stored.size, drops]).toEqual([26, Array(5).fill('rateLimited')]);
    recorder.record(aHappening({ note: 'later' }));
    recorder.record(aHappening({ note: 'too soon' }));
    await clock.advance(0);
    expect([store.stored.size, drops.length]).toEqual([27, 6]);
  });

  it('drops what does not fit into its queue, and counts it', async () => {
    const { store, clock, drops, recorder } = start({ queueLimit: 3 });
    store.delay = new Promise(() => undefined);
    for (let index = 0; index < 6; index += 1) recorder.record(aHappening({}, `story-${index}`));
    await clock.advance(0);
    expect(drops).toEqual(['queueFull', 'queueFull']);
  });

  it('tries again after what passes, as late as the server says', async () => {
    const { store, clock, drops, recorder } = start();
    store.failures.push(new ServerError(details), new TooManyRequests({ ...details, retryAfterMs: 20_000 }));
    recorder.record(aHappening());
    await clock.advance(15_000);
    expect(store.stored.size).toBe(0);
    await clock.advance(10_000);
    expect([store.stored.size, store.requests, drops]).toEqual([1, 3, []]);
  });

  it('gives up after four attempts, and at once what the server will never take; the next one is written', async () => {
    const { store, clock, drops, recorder } = start();
    store.failures.push(...Array.from({ length: 4 }, () => new ServerError(details)), new Forbidden(details));
    recorder.record(aHappening());
    await clock.advance(120_000);
    recorder.record(aHappening({}, 'story-2'));
    await clock.advance(0);
    recorder.record(aHappening({}, 'story-3'));
    await clock.advance(0);
    expect([drops, store.requests, [...store.stored.values()].map(({ regarding }) => regarding.name)]).toEqual([
      ['failed', 'failed'],
      6,
      ['story-3'],
    ]);
  });

  it('keeps nothing of the objects but who they are: it remembers thousands of them', async () => {
    const { recorder, clock } = start();
    const spec = new WeakRef({ steps: 'a megabyte' });
    recorder.record(aHappening({ regarding: { ...aHappening().regarding, spec: spec.deref() } as KubeObject }));
    await clock.advance(100);
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    expect(spec.deref()).toBeUndefined();
    await recorder.stop(0);
  });

  it('never throws into its caller, whatever it is given', async () => {
    const { clock, drops, recorder } = start();
    expect(() => {
      recorder.record({} as Happening);
    }).not.toThrow();
    await clock.advance(0);
    expect(drops).toEqual(['invalid']);
  });

  it('drops the rest when its time to stop is over, and everything afterwards', async () => {
    const { store, clock, drops, recorder } = start();
    store.delay = new Promise(() => undefined);
    recorder.record(aHappening());
    recorder.record(aHappening({}, 'story-2'));
    await clock.advance(0);
    const stopping = recorder.stop(500);
    await clock.advance(500);
    await stopping;
    recorder.record(aHappening({}, 'story-3'));
    expect([drops, clock.sleepers]).toEqual([['stopped', 'stopped'], 0]);
  });

  it('stops at once when nothing waits', async () => {
    const { clock, recorder } = start();
    recorder.record(aHappening());
    await clock.advance(0);
    await recorder.stop(500);
    expect(clock.sleepers).toBe(0);
  });

  it.each([
    [
      'a note that is too long, at a whole character',
      aHappening({ note: 'ä'.repeat(600) }),
      { note: `${'ä'.repeat(510)}…` },
    ],
    [
      'an object without a namespace',
      aHappening({ regarding: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } } }),
      {},
    ],
    ['a name that cannot stand in an Event', aHappening({}, `${'x'.repeat(199)}-${'y'.repeat(50)}`), {}],
  ])('copes with %s', async (_, happening, expected) => {
    const { store, clock, recorder } = start();
    recorder.record(happening);
    await clock.advance(0);
    expect(store.only).toMatchObject(expected);
    expect(store.only.metadata.namespace).toBe(happening.regarding.metadata.namespace ?? 'default');
    expect(store.only.metadata.name).toMatch(/^[a-z0-9.-]*[a-z0-9]\.[0-9a-f]{20}$/);
    expect(Buffer.byteLength(store.only.note)).toBeLessThanOrEqual(1_024);
  });
});
