import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LeaseStore, type Fate } from '../testing/lease-store.ts';
import { ManualClock, settled } from '../testing/manual-clock.ts';
import { LeaderElector, type ElectionEnd, type LeaderElectionOptions } from './leader-election.ts';

const quick: Fate = { kind: 'answered', thereMs: 5, backMs: 5 };
const lost: Fate = { kind: 'lost' };

/** One process that stands for election, and what happened to it. */
class Candidate {
  readonly elector: LeaderElector;
  readonly stop = new AbortController();
  readonly log: string[] = [];
  readonly problems: Error[] = [];
  fate: () => Fate = () => quick;
  leading: AbortSignal | undefined;
  end: ElectionEnd | undefined;
  readonly ended: Promise<void>;

  constructor(clock: ManualClock, store: LeaseStore, identity: string, options: Partial<LeaderElectionOptions> = {}) {
    this.elector = new LeaderElector({
      client: store.clientFor(() => this.fate()),
      lease: { namespace: 'n', name: 'operator' },
      identity,
      clock,
      random: () => 0.5,
      observer: {
        onStarted: (leading) => {
          this.leading = leading;
          this.log.push('started');
        },
        onLost: (reason) => this.log.push(`lost: ${reason}`),
        onProblem: (error) => this.problems.push(error),
      },
      ...options,
    });
    this.ended = this.elector.run(this.stop.signal).then((end) => {
      this.end = end;
    });
  }

  /** The process is gone: nothing it asks arrives any more, and it renews nothing. */
  die(): void {
    this.fate = () => lost;
  }
}

function start(...identities: string[]) {
  const clock = new ManualClock();
  const store = new LeaseStore(clock);
  return { clock, store, candidates: identities.map((identity) => new Candidate(clock, store, identity)) };
}

describe('leader election', () => {
  it('makes one candidate the leader, says so in the Lease, and keeps it so', async () => {
    const { clock, store, candidates } = start('a', 'b');
    await clock.advance(60_000);
    const leaders = candidates.filter(({ elector }) => elector.isLeader);
    expect(leaders).toHaveLength(1);
    expect(store.lease?.spec).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
      acquireTime: '2026-01-01T00:00:00.010000Z',
      renewTime: expect.stringMatching(/^2026-01-01T00:00:(58|59)\.\d{6}Z$/) as string,
    });
    expect(candidates.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it('replaces a leader that dies within 18 seconds, whenever it dies', async () => {
    for (let diesAtMs = 20_000; diesAtMs < 24_000; diesAtMs += 130) {
      const { clock, store, candidates } = start('a', 'b');
      const [a, b] = candidates as [Candidate, Candidate];
      await clock.advance(diesAtMs);
      a.die();
      const before = clock.monotonicMs();
      expect(await clock.advanceUntil(() => b.elector.isLeader, 60_000)).toBe(true);
      expect(clock.monotonicMs() - before).toBeLessThanOrEqual(18_000);
      expect(store.lease?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
    }
  });

  it('hands over within two seconds when asked to stop', async () => {
    const { clock, candidates } = start('a', 'b');
    const [a, b] = candidates as [Candidate, Candidate];
    await clock.advance(20_100);
    a.stop.abort();
    const before = clock.monotonicMs();
    expect(await clock.advanceUntil(() => b.elector.isLeader, 60_000)).toBe(true);
    expect(clock.monotonicMs() - before).toBeLessThanOrEqual(2_000);
    expect([a.end, a.log, a.leading?.aborted, a.elector.enter().refused]).toEqual([
      'stopped',
      ['started'],
      true,
      'this process does not lead; nothing was sent',
    ]);
  });

  it('ends by itself when it cannot renew in time, before anyone else may lead', async () => {
    const { clock, candidates } = start('a');
    const [a] = candidates as [Candidate];
    await clock.advance(20_000);
    a.fate = () => lost;
    await clock.advance(9_500);
    expect(a.elector.isLeader).toBe(false);
    expect([a.end, a.log, a.leading?.aborted]).toEqual([
      'lost',
      ['started', 'lost: the Lease could not be renewed in time'],
      true,
    ]);
    expect(a.problems.length).toBeGreaterThan(0);
  });

  it('counts a renewal from when it was sent, however late the answer came', async () => {
    const { clock, store, candidates } = start('a');
    const [a] = candidates as [Candidate];
    await clock.advance(20_000);
    a.fate = () => ({ kind: 'answered', thereMs: 10, backMs: 3_000 });
    await clock.advance(5_500);
    a.fate = () => lost;
    expect(await clock.advanceUntil(() => !a.elector.isLeader, 60_000)).toBe(true);
    expect(clock.wallMs()).toBeLessThanOrEqual(Date.parse(store.lease?.spec?.renewTime ?? '') + 10_000);
  });

  it('survives an API server that is away for less than the renew deadline', async () => {
    const { clock, candidates } = start('a');
    const [a] = candidates as [Candidate];
    await clock.advance(20_000);
    a.fate = () => lost;
    await clock.advance(7_000);
    a.fate = () => quick;
    await clock.advance(60_000);
    expect([a.elector.isLeader, a.log]).toEqual([true, ['started']]);
  });

  it.each([
    ['given to somebody', (lease: { holderIdentity?: string }) => ({ ...lease, holderIdentity: 'x' }), "x's"],
    ['cleared', (lease: { holderIdentity?: string }) => ({ ...lease, holderIdentity: '' }), "nobody's"],
    ['deleted', () => undefined, "nobody's"],
  ])('steps down at once when its Lease was %s by others, and does not take it back', async (_, change, whose) => {
    const { clock, store, candidates } = start('a');
    const [a] = candidates as [Candidate];
    await clock.advance(20_000);
    const { lease } = store;
    const spec = change(lease?.spec ?? {});
    store.lease = spec && { ...lease!, spec, metadata: { ...lease!.metadata, resourceVersion: 'other' } };
    await clock.advance(5_000);
    expect([a.end, a.log]).toEqual(['lost', ['started', `lost: the Lease is ${whose} now`]]);
    expect(store.lease?.spec?.holderIdentity).toBe(spec?.holderIdentity);
  });

  it("waits for the holder's own lease duration, not for its own", async () => {
    const { clock, store } = start();
    const spec = { holderIdentity: 'old', leaseDurationSeconds: 40, renewTime: '2020-01-01T00:00:00.000000Z' };
    store.lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'operator' }, spec };
    const a = new Candidate(clock, store, 'a');
    await clock.advance(39_000);
    expect(a.elector.isLeader).toBe(false);
    await clock.advance(2_000);
    expect(a.elector.isLeader).toBe(true);
  });

  it('stops while it waits, without touching the Lease of another', async () => {
    const { clock, store, candidates } = start('a', 'b');
    await clock.advance(20_000);
    const before = store.lease?.spec?.holderIdentity;
    candidates[1]?.stop.abort();
    await clock.advance(1_000);
    expect([candidates[1]?.end, store.lease?.spec?.holderIdentity]).toEqual(['stopped', before]);
    expect(clock.sleepers).toBe(1);
  });

  it.each([
    ['a candidate', 'a', 500],
    ['a leader between two renewals', 'b', 500],
    ['a leader that renews', 'b', 3_000],
    ['a leader that can hardly renew any more', 'b', 6_000],
  ])('ends within a second when the server hangs: %s', async (_, holder, hangsMs) => {
    const { clock, store, candidates } = start('a');
    const [a] = candidates as [Candidate];
    if (holder === 'a') a.die();
    else await clock.advance(20_000);
    a.die();
    await clock.advance(hangsMs);
    a.stop.abort();
    await clock.advance(1_000);
    expect([a.end, a.elector.enter().refused]).toEqual(['stopped', 'this process does not lead; nothing was sent']);
    await clock.advance(60_000);
    expect([clock.sleepers, a.elector.isLeader, a.problems.length < 5]).toEqual([0, false, true]);
    expect(store.lease?.spec?.holderIdentity).toBe(holder === 'a' ? undefined : 'a');
  });

  it('hands over also what it claimed without waiting for the answer', async () => {
    for (const backMs of [1, 900]) {
      const { clock, store, candidates } = start('a');
      const [a] = candidates as [Candidate];
      let requests = 0;
      a.fate = () => ({ kind: 'answered', thereMs: 1, backMs: (requests += 1) === 1 ? backMs : 1 });
      await clock.advanceUntil(() => store.lease !== undefined, 1_000);
      a.stop.abort();
      await clock.advance(500);
      expect([store.lease?.spec?.holderIdentity, a.end]).toEqual(['', 'stopped']);
    }
  });

  it('waits for a write under way before it hands over', async () => {
    const { clock, store, candidates } = start('a');
    const [a] = candidates as [Candidate];
    await clock.advance(20_000);
    const pass = a.elector.enter();
    a.stop.abort();
    await clock.advance(500);
    expect(store.lease?.spec?.holderIdentity).toBe('a');
    if (pass.refused === undefined) pass.leave('known');
    await clock.advance(100);
    expect([store.lease?.spec?.holderIdentity, a.end]).toEqual(['', 'stopped']);
  });

  it('lets the Lease expire instead of handing over when a write of its own may still take effect', async () => {
    const { clock, store, candidates } = start('a');
    const [a] = candidates as [Candidate];
    await clock.advance(20_000);
    const pass = a.elector.enter();
    if (pass.refused === undefined) pass.leave('unknown');
    a.stop.abort();
    await clock.advance(2_000);
    expect([store.lease?.spec?.holderIdentity, a.end]).toEqual(['a', 'stopped']);
  });

  it('throws what is no error of the API: a bug must not look like a lost election', async () => {
    const clock = new ManualClock();
    const get = () => Promise.reject(new TypeError('bug'));
    const options = { lease: { namespace: 'n', name: 'l' }, identity: 'a', clock, random: () => 0 };
    const client = { ...new LeaseStore(clock).clientFor(() => quick), get };
    await expect(new LeaderElector({ ...options, client }).run(new AbortController().signal)).rejects.toThrow('bug');
  });

  it.each([
    [{ leaseDurationMs: 1_500 }, 'whole seconds'],
    [{ renewDeadlineMs: 15_000 }, 'must hold'],
    [{ retryPeriodMs: 9_000 }, 'must hold'],
  ])('refuses durations that contradict each other: %j', (durations, message) => {
    const clock = new ManualClock();
    expect(() => new Candidate(clock, new LeaseStore(clock), 'a', durations)).toThrow(message);
  });
});

/** A write that nobody heard of again: until `untilMs` the server may still do it. */
interface OpenWrite {
  readonly by: Candidate;
  readonly untilMs: number;
}

describe('leader election under faults', () => {
  const ms = fc.integer({ min: 1, max: 6_000 });
  const fate = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('answered' as const), thereMs: fc.nat(300), backMs: fc.nat(300) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('answered' as const), thereMs: ms, backMs: ms }) },
    { weight: 2, arbitrary: fc.constant(lost) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('unanswered' as const), thereMs: fc.nat(4_000) }) },
  );

  it('never two lead, no write of one can take effect while another leads, and in the end someone leads', async () => {
    const fates = fc.array(fate, { minLength: 1, maxLength: 40 });
    const stops = fc.array(fc.record({ who: fc.nat(2), atMs: fc.nat(120_000) }), { maxLength: 2 });
    /** Who is told to stop in the moment in which nothing else is awake must still get to its end. */
    const now: Fate = { kind: 'answered', thereMs: 0, backMs: 0 };
    const silence: Fate = { kind: 'unanswered', thereMs: 0 };
    const foundFates: [Fate[], Fate[], Fate[]] = [[now, silence, silence, now], [now], [now]];
    const foundStops = [
      { who: 1, atMs: 17_246 },
      { who: 2, atMs: 0 },
    ];
    await fc.assert(
      fc.asyncProperty(fc.tuple(fates, fates, fates), stops, async (fatesOf, stopsAt) => {
        const { clock, candidates } = start('a', 'b', 'c');
        const open: OpenWrite[] = [];
        const queues = fatesOf.map((queue) => [...queue]);
        candidates.forEach((candidate, index) => (candidate.fate = () => queues[index]?.shift() ?? quick));
        const check = () => {
          const now = clock.monotonicMs();
          const leaders = candidates.filter(({ elector }) => elector.isLeader);
          expect(leaders.length).toBeLessThanOrEqual(1);
          for (const by of leaders) {
            expect(open.filter((write) => write.by !== by && write.untilMs > now)).toEqual([]);
            const pass = by.elector.enter();
            if (pass.refused !== undefined) continue;
            open.push({ by, untilMs: now + pass.timeoutMs });
            pass.leave('unknown');
          }
          for (const { who, atMs } of stopsAt) if (now >= atMs) candidates[who]?.stop.abort();
          return false;
        };
        await clock.advanceUntil(check, 300_000);
        await settled();
        const standing = candidates.filter(({ end }) => end === undefined);
        expect(standing.length === 0 || standing.some(({ elector }) => elector.isLeader)).toBe(true);
      }),
      { numRuns: 150, examples: [[foundFates, foundStops]] },
    );
  }, 60_000);
});
