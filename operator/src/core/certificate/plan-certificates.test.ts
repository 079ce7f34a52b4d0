import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  authorityLifetimeMs,
  type CertificateAction,
  type ObservedCertificates,
  planCertificates,
  servingLifetimeMs,
  type Validity,
} from './plan-certificates.ts';

const dayMs = 24 * 60 * 60 * 1000;
const hourMs = 60 * 60 * 1000;
const start = Date.parse('2026-01-05T08:00:00Z');

/** A certificate that was made some days ago. */
const valid = (sinceDays: number, lifetimeMs: number): Validity => ({
  notBefore: new Date(start - sinceDays * dayMs),
  notAfter: new Date(start - sinceDays * dayMs + lifetimeMs),
});

const authority = (sinceDays: number) => valid(sinceDays, authorityLifetimeMs);
const serving = (sinceDays: number) => valid(sinceDays, servingLifetimeMs);

type Serving = NonNullable<ObservedCertificates['serving']>;

const aServing = (more: Partial<Serving> = {}): Serving => ({
  ...{ validity: serving(1), names: ['a', 'b'], isSignedByCurrent: true, hasWholeBundle: true },
  ...more,
});

const observed = (more: Partial<ObservedCertificates> = {}): ObservedCertificates => ({
  ...{ now: new Date(start), authority: { current: authority(100) }, serving: aServing(), names: ['b', 'a'] },
  ...more,
});

interface Case {
  readonly seen: Partial<ObservedCertificates>;
  readonly action: CertificateAction['kind'];
}

const cases: Record<string, Case> = {
  'nothing is done while all is well': { seen: {}, action: 'rest' },

  'an authority is made when there is none': { seen: { authority: undefined }, action: 'createAuthority' },
  'an authority is made when there is nothing at all': {
    seen: { authority: undefined, serving: undefined },
    action: 'createAuthority',
  },
  'an authority is made when the one there is is over': {
    seen: { authority: { current: authority(3650) } },
    action: 'createAuthority',
  },
  'no successor is made a day before two thirds of the time': {
    seen: { authority: { current: authority(2432) } },
    action: 'rest',
  },
  'a successor is made after two thirds of the time': {
    seen: { authority: { current: authority(2434) } },
    action: 'prepareAuthority',
  },
  'a successor does not sign before all have had the time to learn of it': {
    seen: { authority: { current: authority(2500), next: authority(13) } },
    action: 'rest',
  },
  'a successor signs once all have had the time to learn of it': {
    seen: { authority: { current: authority(2500), next: authority(14) } },
    action: 'promoteAuthority',
  },
  'what was signed before stays good until the last such certificate is over': {
    seen: { authority: { current: authority(14 + 90 - 1), previous: authority(2600) } },
    action: 'rest',
  },
  'the predecessor is dropped when the last certificate that it signed is over': {
    seen: { authority: { current: authority(14 + 90), previous: authority(2600) } },
    action: 'dropPrevious',
  },
  'the predecessor is dropped when it is over itself': {
    seen: { authority: { current: authority(20), previous: authority(3650) } },
    action: 'dropPrevious',
  },

  'a certificate is issued when there is none': { seen: { serving: undefined }, action: 'issueServing' },
  'a certificate is issued when another authority signed it': {
    seen: { serving: aServing({ isSignedByCurrent: false }) },
    action: 'issueServing',
  },
  'a certificate is kept for two thirds of its time': {
    seen: { serving: aServing({ validity: serving(59) }) },
    action: 'rest',
  },
  'a certificate is renewed after two thirds of its time': {
    seen: { serving: aServing({ validity: serving(60) }) },
    action: 'issueServing',
  },
  'a certificate is issued when a name is missing in it': {
    seen: { serving: aServing({ names: ['a'] }) },
    action: 'issueServing',
  },
  'a certificate is issued when it has a name too many': {
    seen: { serving: aServing({ names: ['a', 'b', 'c'] }) },
    action: 'issueServing',
  },
  'a certificate is issued when it has other names': {
    seen: { serving: aServing({ names: ['a', 'c'] }) },
    action: 'issueServing',
  },
  'a name that is asked for twice is one name': { seen: { names: ['a', 'b', 'a'] }, action: 'rest' },

  'the authorities are published when one of them is missing': {
    seen: { serving: aServing({ hasWholeBundle: false }) },
    action: 'publishBundle',
  },
  'a new certificate goes before the authorities beside it': {
    seen: { serving: aServing({ hasWholeBundle: false, isSignedByCurrent: false }) },
    action: 'issueServing',
  },
};

describe('of certificates', () => {
  it.each(Object.entries(cases))('%s', (_, { seen, action }) => {
    expect(planCertificates(observed(seen)).kind).toBe(action);
  });
});

describe('they are looked at again', () => {
  it.each<[string, Validity, number]>([
    ['after an hour when nothing is due', serving(1), hourMs],
    ['when the renewal is due', { notBefore: new Date(start - 100_000), notAfter: new Date(start + 200_000) }, 100_000],
    [
      'not before a second has passed',
      { notBefore: new Date(start - 1_999), notAfter: new Date(start + 1_000) },
      1_000,
    ],
  ])('%s', (_, validity, requeueAfterMs) => {
    const plan = planCertificates(observed({ serving: aServing({ validity }) }));
    expect(plan).toEqual({ kind: 'rest', requeueAfterMs });
  });
});

/** Does what the plan says, as a clock-work would. */
function perform(seen: ObservedCertificates, { kind }: CertificateAction): ObservedCertificates {
  const { now, authority: known, serving: served, names } = seen;
  const made = (lifetimeMs: number): Validity => ({ notBefore: now, notAfter: new Date(now.getTime() + lifetimeMs) });
  const changed = served && { ...served, hasWholeBundle: false };
  if (kind === 'issueServing')
    return { ...seen, serving: aServing({ validity: made(servingLifetimeMs), names: [...names] }) };
  if (kind === 'publishBundle') return { ...seen, serving: aServing({ ...served, hasWholeBundle: true }) };
  if (kind === 'createAuthority')
    return { ...seen, authority: { current: made(authorityLifetimeMs) }, serving: undefined };
  if (known === undefined) throw new Error(`${kind} needs an authority`);
  if (kind === 'dropPrevious') return { ...seen, authority: { ...known, previous: undefined }, serving: changed };
  if (kind === 'prepareAuthority')
    return { ...seen, authority: { ...known, next: made(authorityLifetimeMs) }, serving: changed };
  if (kind !== 'promoteAuthority' || known.next === undefined) return seen;
  const promoted = { current: known.next, previous: known.current };
  return { ...seen, authority: promoted, serving: changed && { ...changed, isSignedByCurrent: false } };
}

describe('certificates over thirty years', () => {
  /** Looks at them at any distances, and does what is due. */
  const live = (steps: readonly number[], check: (seen: ObservedCertificates) => void) => {
    let seen = observed({ authority: undefined, serving: undefined });
    for (const days of steps) {
      seen = { ...seen, now: new Date(seen.now.getTime() + days * dayMs) };
      let action = planCertificates(seen);
      for (let turns = 0; action.kind !== 'rest'; turns++) {
        expect(turns).toBeLessThan(10);
        seen = perform(seen, action);
        action = planCertificates(seen);
      }
      check(seen);
    }
    return seen;
  };

  it('are always good, signed by who is trusted, and come to rest, whenever they are looked at', () => {
    const distances = fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 500, maxLength: 600 });
    const property = fc.property(distances, (steps) => {
      live(steps, ({ now, authority: known, serving: served }) => {
        expect(known?.current.notAfter.getTime()).toBeGreaterThan(now.getTime());
        expect(served).toMatchObject({ isSignedByCurrent: true, hasWholeBundle: true });
        expect(served?.validity.notAfter.getTime()).toBeGreaterThan(now.getTime());
      });
    });
    fc.assert(property, { numRuns: 20 });
  });

  it('never are signed by an authority that was not known for two weeks', () => {
    const knownSince = new Map<number, number>();
    const signers: number[] = [];
    const everyFiveDays = Array.from({ length: (30 * 365) / 5 }, () => 5);
    live(everyFiveDays, ({ now, authority: known }) => {
      for (const each of [known?.current, known?.next]) {
        const made = each?.notBefore.getTime() ?? 0;
        if (!knownSince.has(made)) knownSince.set(made, now.getTime());
      }
      const signer = known?.current.notBefore.getTime() ?? 0;
      if (signer === signers.at(-1)) return;
      if (signers.length > 0)
        expect(now.getTime() - (knownSince.get(signer) ?? Infinity)).toBeGreaterThanOrEqual(14 * dayMs);
      signers.push(signer);
    });
    expect(signers.length).toBe(5);
  });
});
