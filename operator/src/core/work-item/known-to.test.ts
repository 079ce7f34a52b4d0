import { describe, expect, it } from 'vitest';
import type { KnownRecord } from '../context/known-record.ts';
import { planWorkItem } from './plan-work-item.ts';
import { aRole } from '../../testing/a-world.ts';
import { PlannedRun } from '../../testing/planned-run.ts';
import { approval, call, loop } from '../../testing/planning-case.ts';

const agent = (name: string, more: object = {}) => ({ name, type: 'llm_agent', role: 'writer', goal: 'Go.', ...more });
const aRun = (steps: readonly object[], more: ConstructorParameters<typeof PlannedRun>[1] = {}) =>
  new PlannedRun({ steps }, { roles: [aRole('writer')], ...more });

/** What the last attempt of a step is told, in short: `name` and how far away it is. */
const toldOf = (run: PlannedRun, path: string) =>
  (run.startOf(path)?.known ?? []).map(({ name, distance }) => (distance === undefined ? name : `${name} ${distance}`));
const recordOf = (run: PlannedRun, path: string, name: string): KnownRecord | undefined =>
  run.startOf(path)?.known?.find((each) => each.name === name);

describe('what an agent is told of its run', () => {
  it('is what succeeded before it began, and how far away it is', () => {
    const steps = [call('a'), call('b', { dependsOn: ['a'] }), call('else'), agent('w', { dependsOn: ['b'] })];
    const run = aRun(steps).succeed('else', { e: 1 }).succeed('a', { n: 1 }).wait(5).succeed('b', { m: 2 });
    expect(toldOf(run, 'w')).toEqual(['a 2', 'b 1', 'else']);
    expect(recordOf(run, 'w', 'b')).toEqual({
      ...{ kind: 'result', name: 'b', fields: { m: 2 }, distance: 1, at: '2026-01-05T08:00:05.000Z' },
    });
  });

  it('lacks what comes later, though its attempt is rendered again then', () => {
    const run = aRun([call('a'), call('late'), agent('w', { dependsOn: ['a'] })]).succeed('a', { n: 1 });
    run.children.delete('1 w');
    run.nowMs += 1000;
    run.succeed('late', { n: 2 });
    expect(run.started.filter((path) => path === 'w')).toHaveLength(2);
    expect(toldOf(run, 'w')).toEqual(['a 1']);
  });

  it('is of its own iteration, and of what is around its loop', () => {
    const steps = [
      call('a'),
      loop('l', [call('x'), agent('w', { dependsOn: ['x'] })], { dependsOn: ['a'], maxParallel: 2 }),
    ];
    const run = aRun(steps, { inputs: { items: ['one', 'two'] } });
    run.succeed('a', { n: 1 }).succeed('l[0].x', { n: 2 }).succeed('l[1].x', { n: 3 });
    expect(toldOf(run, 'l[1].w')).toEqual(['a 2', 'l[1].x 1']);
  });

  it('lacks what its prompt holds anyway: fields and results that its templates name as a whole', () => {
    const inputs = { whole: { from: '{{b}}' }, part: { from: '{{a.deep.n}}' } };
    const steps = [call('a'), call('b'), call('c'), agent('w', { goal: 'On {{a.topic}}.', inputs, dependsOn: ['c'] })];
    const run = aRun(steps).succeed('b', { m: 1 }).succeed('c', { m: 2 });
    run.succeed('a', { topic: 'tea', deep: { n: 1, m: 2 } });
    expect(toldOf(run, 'w')).toEqual(['a 1', 'c 1']);
    expect(recordOf(run, 'w', 'a')?.fields).toEqual({ deep: { n: 1, m: 2 } });
  });

  const digestAt = (index: number) => `sha256:${index.toString(16).padStart(64, '0')}`;

  it('is what the store holds too: the plan asks for it', () => {
    const outputsRef = { digest: digestAt(1), sizeBytes: 5000 };
    const run = aRun([call('a'), agent('w', { dependsOn: ['a'] })]);
    run.artifacts.set(outputsRef.digest, { n: 1 });
    run.end('a', { result: 'Succeeded', outputsRef });
    expect(recordOf(run, 'w', 'a')).toMatchObject({ fields: { n: 1 } });

    run.children.delete('1 w');
    run.artifacts.clear();
    expect(planWorkItem(run.observed()).actions).toContainEqual({ kind: 'read-artifact', digest: outputsRef.digest });
  });

  it('names what is gone from the store, and goes on', () => {
    const outputsRef = { digest: digestAt(1), sizeBytes: 5000 };
    const artifacts = { has: () => false, get: () => undefined, isGone: () => true };
    const run = aRun([call('a'), agent('w', { dependsOn: ['a'] })], { facts: { artifacts } });
    run.end('a', { result: 'Succeeded', outputsRef });
    expect(recordOf(run, 'w', 'a')).toMatchObject({ stored: outputsRef });
    expect(run.stateOf('w')).toBe('Running AttemptRunning');
  });

  it('names what is large, and of much what is far away or earlier', () => {
    const outputsRef = { digest: digestAt(1), sizeBytes: 5000 };
    const steps = [call('a'), agent('w', { dependsOn: ['a'] })];
    const large = aRun(steps);
    large.artifacts.set(outputsRef.digest, { n: 1 });
    large.end('a', { result: 'Succeeded', outputsRef: { ...outputsRef, sizeBytes: 100_000 } });
    expect(recordOf(large, 'w', 'a')).toMatchObject({ stored: { sizeBytes: 100_000 } });

    const names = Array.from({ length: 18 }, (_, index) => `s${index}`);
    const many = aRun([...names.map((name) => call(name)), agent('w', { dependsOn: ['s17', 's0'] })]);
    for (const [index, name] of names.entries()) {
      many.artifacts.set(digestAt(index), { index });
      many.wait(1).end(name, { result: 'Succeeded', outputsRef: { digest: digestAt(index), sizeBytes: 9 } });
    }
    const named = names.filter((name) => recordOf(many, 'w', name)?.stored !== undefined);
    expect(named).toEqual(['s1', 's2']);
  });

  it('is told decisions with their comments, but not its feedback twice', () => {
    const steps = [
      call('a'),
      approval('fine', { dependsOn: ['a'] }),
      agent('w', { dependsOn: ['fine'] }),
      approval('ok', { dependsOn: ['w'], returnTo: 'w' }),
    ];
    const run = aRun(steps).succeed('a').decide('fine', 'approved', { comment: 'Be short.' });
    run.succeed('w').decide('ok', 'rejected', { comment: 'Too long.' });
    expect(run.startOf('w')).toMatchObject({ attempt: 2, feedback: 'Too long.' });
    expect(toldOf(run, 'w')).toEqual(['a 2', 'fine 1']);
    expect(recordOf(run, 'w', 'fine')).toMatchObject({
      ...{ kind: 'decision', fields: { decision: 'approved', role: 'review', user: 'ann', comment: 'Be short.' } },
    });
  });

  it('is nothing where it acts by no role, and where no agent works', () => {
    const without = agent('w', { role: undefined, dependsOn: ['a'] });
    expect(
      aRun([call('a'), without])
        .succeed('a', { n: 1 })
        .startOf('w'),
    ).not.toHaveProperty('known');
    expect(
      aRun([call('a'), call('b', { dependsOn: ['a'] })])
        .succeed('a', { n: 1 })
        .startOf('b'),
    ).not.toHaveProperty('known');
  });
});
