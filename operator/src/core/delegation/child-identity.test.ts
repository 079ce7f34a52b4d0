import { describe, expect, it } from 'vitest';
import { anIdentity } from '../../testing/an-identity.ts';
import { type ChildIdentity, isMadeFrom, isReservedKey, renderMetadata, whyForeign } from './child-identity.ts';

const anObject = (identity: ChildIdentity) => ({ apiVersion: 'v1', kind: 'X', metadata: renderMetadata(identity) });
const unowned = anIdentity({ isOwned: false });

describe('whyForeign', () => {
  it.each([anIdentity(), unowned])('knows what was made for the same step again (owned: $isOwned)', (identity) => {
    expect(whyForeign(anObject(identity), identity)).toBeUndefined();
  });

  it('refuses what another WorkItem owns', () => {
    const other = anIdentity({ workItem: { name: 'other', uid: 'other-uid' } });
    expect(whyForeign(anObject(other), anIdentity())).toBe('it belongs to WorkItem other');
  });

  it('refuses what nobody owns, though it carries the marks', () => {
    expect(whyForeign(anObject(unowned), anIdentity())).toBe('it has no owner');
  });

  it('refuses what has an owner but no marks', () => {
    const { ownerReferences } = renderMetadata(anIdentity());
    const bare = { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', ownerReferences: ownerReferences! } };
    expect(whyForeign(bare, anIdentity())).toBe('it was not made for this WorkItem');
  });

  it('refuses what does not say which step it was made for', () => {
    const { annotations = {}, ...metadata } = renderMetadata(anIdentity());
    const others = Object.entries(annotations).filter(([key]) => key !== 'conclave.dev/path');
    const bare = { apiVersion: 'v1', kind: 'X', metadata: { ...metadata, annotations: Object.fromEntries(others) } };
    expect(whyForeign(bare, anIdentity())).toBe('it was made for the step (none)');
  });

  it('refuses what was made for another step of the same WorkItem', () => {
    expect(whyForeign(anObject(anIdentity({ path: 'tune' })), anIdentity())).toBe('it was made for the step tune');
  });
});

describe('marks of an object', () => {
  it('tell what it was made from', () => {
    const object = anObject(anIdentity());
    expect(isMadeFrom(object, anIdentity())).toBe(true);
    expect(isMadeFrom(object, anIdentity({ specDigest: 'sha256:2' }))).toBe(false);
  });

  it('cannot be replaced by a template', () => {
    const { labels, annotations } = renderMetadata(anIdentity(), {
      labels: { 'conclave.dev/work-item': 'x' },
      annotations: { 'conclave.dev/path': 'x' },
    });
    expect([labels?.['conclave.dev/work-item'], annotations?.['conclave.dev/path']]).toEqual(['run', 'train']);
  });

  it.each([
    ['conclave.dev/a', true],
    ['approval.conclave.dev/a', true],
    ['notconclave.dev/a', false],
    ['conclave.dev', false],
    ['app', false],
  ])('%s is reserved: %s', (key, expected) => {
    expect(isReservedKey(key)).toBe(expected);
  });
});
