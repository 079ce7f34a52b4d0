import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CouncilStatus } from '../../api/council.ts';
import type { WorkItem } from '../../api/work-item.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import { councilKind } from '../../api/council.ts';
import { without } from '../defined.ts';
import { countDeliberations, type EndedDeliberation } from './count-deliberations.ts';
import type { Deliberation } from './deliberation.ts';
import { councilsToldOf, uncountedDeliberations } from './told-deliberations.ts';

const proposalDigest = `sha256:${'0'.repeat(64)}`;
const timeOf = (minute: number) => new Date(Date.UTC(2026, 0, 5, 8, minute)).toISOString();

function aDeliberation(scores: Readonly<Record<string, number>>, more: Partial<Deliberation> = {}): Deliberation {
  const ranking = Object.entries(scores).map(([member, score]) => ({ member, score, proposalDigest }));
  const [winner] = Object.keys(scores);
  const given = ranking.map(({ member, score }) => ({ by: 'judge', member, score }));
  return {
    ...(winner === undefined ? {} : { winner }),
    reason: 'HighestScore',
    ranking,
    scores: given,
    agreement: 1,
    rounds: 1,
    seed: 1,
    ...more,
  };
}

const anEnd = (minute: number, deliberation: Deliberation | undefined): EndedDeliberation => ({
  ...{ workItemUid: 'u', step: `s${minute}`, attempt: 1, at: timeOf(minute) },
  result: deliberation && { deliberation, usage: { promptTokens: 10, completionTokens: 5, costUnits: '0.1' } },
});

const aWorkItem = (transitions: NonNullable<WorkItemStatus['transitions']>): WorkItem => ({
  ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', metadata: { name: 'w', uid: 'u' }, spec: {} },
  status: { transitions },
});
const told = (sequence: number, more: object = {}) => ({
  ...{ sequence, event: 'deliberation.completed', subject: `s${sequence}`, council: 'board', attempt: 1 },
  ...{ actor: { kind: 'system' as const, name: 'operator' }, at: timeOf(sequence) },
  ...more,
});

describe('the statistics of a Council', () => {
  it('count wins, proposals, mean scores, agreement, tokens and cost', () => {
    const status = countDeliberations({}, [
      anEnd(1, aDeliberation({ a: 9, b: 6 })),
      anEnd(2, aDeliberation({ b: 8, a: 7, c: 1 }, { agreement: 0.5 })),
    ]);
    expect(status).toMatchObject({
      ...{ deliberations: 2, withoutWinner: 0, agreement: 0.75, totalTokens: 30, costUnits: '0.2' },
      members: [
        { name: 'a', wins: 1, proposals: 2, meanScore: 8 },
        { name: 'b', wins: 1, proposals: 2, meanScore: 7 },
        { name: 'c', wins: 0, proposals: 1, meanScore: 1 },
      ],
      recent: [
        { step: 's1', winner: 'a' },
        { step: 's2', winner: 'b' },
      ],
      lastDeliberationTime: timeOf(2),
    });
  });

  it('leave agreement alone where nobody won', () => {
    const nobody = without(aDeliberation({ a: 1 }, { reason: 'NoQuorum', agreement: 0 }), 'winner');
    const status = countDeliberations({}, [anEnd(1, aDeliberation({ a: 9 }, { agreement: 0.5 })), anEnd(2, nobody)]);
    expect(status).toMatchObject({
      deliberations: 2,
      withoutWinner: 1,
      agreement: 0.5,
      members: [{ wins: 1, proposals: 2 }],
    });
    expect(status.recent?.[1]).not.toHaveProperty('winner');
  });

  it('take no mean of the ranks that ballots give', () => {
    const status = countDeliberations({}, [anEnd(1, aDeliberation({ a: 1, b: 2 }, { scores: [] }))]);
    expect(status.members).toEqual([
      { name: 'a', wins: 1, proposals: 1 },
      { name: 'b', wins: 0, proposals: 1 },
    ]);
  });

  it('remember one whose result is lost, and count nothing of it', () => {
    const status = countDeliberations({}, [anEnd(1, undefined)]);
    expect(status).toEqual({ recent: [{ workItemUid: 'u', step: 's1', attempt: 1, at: timeOf(1) }] });
  });

  it('drop members that are none any more before others', () => {
    const old = Object.fromEntries([...Array(16).keys()].map((index) => [`old-${index}`, 5]));
    const status = countDeliberations({}, [
      anEnd(1, aDeliberation(old)),
      anEnd(2, aDeliberation({ new: 5, 'old-9': 4 })),
    ]);
    expect(status.members).toHaveLength(16);
    expect(status.members?.map(({ name }) => name)).toEqual(expect.arrayContaining(['new', 'old-9']));
  });

  it('are never those of one deliberation twice, however many there are and however often they are told', () => {
    const turns = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(turns, (sizes) => {
        let status: CouncilStatus = {};
        let known = 0;
        for (const size of sizes) {
          known += size;
          const workItem = aWorkItem([...Array(known).keys()].map((index) => told(index + 1)));
          const uncounted = uncountedDeliberations('board', status, [workItem]);
          expect(uncounted).toHaveLength(size);
          const ended = uncounted.map((one) => ({
            ...without(one, 'workItem'),
            result: { deliberation: aDeliberation({ a: 1 }) },
          }));
          status = countDeliberations(status, ended);
        }
        expect(status.deliberations).toBe(known);
        expect(status.recent?.length).toBeLessThanOrEqual(64);
        expect(councilKind.status.safeParse(status).error).toBeUndefined();
      }),
    );
  });
});

describe('what a WorkItem tells of Councils', () => {
  const workItem = aWorkItem([
    told(1),
    told(2, { council: 'elders', resultDigest: proposalDigest }),
    told(3, { attempt: 2 }),
    { ...told(4), event: 'step.completed' },
  ]);

  it('is named once for each Council', () => {
    expect(councilsToldOf(workItem)).toEqual(['board', 'elders']);
    expect(councilsToldOf({ ...workItem, status: {} })).toEqual([]);
  });

  it('is what the Council does not know yet, the oldest first', () => {
    const other = { ...aWorkItem([told(2)]), metadata: { name: 'x', uid: 'other' } };
    const steps = uncountedDeliberations('board', {}, [workItem, other]).map(
      ({ workItemUid, step }) => `${workItemUid} ${step}`,
    );
    expect(steps).toEqual(['u s1', 'other s2', 'u s3']);
    const recent = [{ workItemUid: 'u', step: 's3', attempt: 2, at: timeOf(3) }];
    expect(uncountedDeliberations('board', { recent, countedUntil: timeOf(1) }, [workItem])).toEqual([]);
    expect(uncountedDeliberations('elders', {}, [workItem])).toMatchObject([
      { step: 's2', resultDigest: proposalDigest },
    ]);
  });
});
