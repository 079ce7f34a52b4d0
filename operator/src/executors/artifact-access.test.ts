import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WorkItem } from '../api/work-item.ts';
import { digestOf } from '../core/digest.ts';
import { ArtifactGone } from '../core/records/artifact-gone.ts';
import { RunningServer } from '../testing/running-server.ts';
import { ArtifactAccess } from './artifact-access.ts';

let running: RunningServer;
beforeEach(async () => {
  running = await RunningServer.start();
});
afterEach(() => running.stop());

const aWorkItem = (uid: string, namespace = 'ns'): WorkItem => ({
  ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem' },
  ...{ metadata: { name: uid, namespace, uid }, spec: {} },
});
const one = aWorkItem('one');
const other = aWorkItem('other');

/** As a process that has just begun: it holds nothing in memory. */
const anAccess = () => new ArtifactAccess(running.client('operator'));
const content = { list: [1, 2], text: 'ü' };
const digest = digestOf(content);

/** What Pods of a WorkItem read: only what is kept for it. */
const heldFor = (workItem: string) => running.client(`pod-${workItem}`).getJson({ namespace: 'ns', workItem }, digest);

describe('ArtifactAccess', () => {
  it('stores what a plan made, for the Pods of its WorkItem and for the next process', async () => {
    const access = anAccess();
    await access.store(one, [{ digest, content }]);
    expect([access.facts.has(digest), access.facts.get(digest)]).toEqual([true, content]);
    expect(await heldFor('one')).toEqual(content);
    const next = anAccess();
    expect(next.facts.has(digest)).toBe(false);
    expect(await next.read(one, digest)).toEqual(content);
    expect(next.facts.get(digest)).toEqual(content);
  });

  it('holds a value of null as one that is there', async () => {
    const access = anAccess();
    await access.store(one, [{ digest: digestOf(null), content: null }]);
    expect([access.facts.has(digestOf(null)), access.facts.get(digestOf(null))]).toEqual([true, null]);
  });

  it('does not take content for what its digest does not say', async () => {
    const access = anAccess();
    await expect(access.store(one, [{ digest: digestOf('else'), content }])).rejects.toThrow(/was stored as/);
    expect(access.facts.has(digestOf('else'))).toBe(false);
  });

  it('reads what the run before a replay has stored, and keeps it from then on', async () => {
    await anAccess().store(one, [{ digest, content }]);
    expect(await heldFor('other')).toBeUndefined();
    expect(await anAccess().read(other, digest)).toEqual(content);
    expect(await heldFor('other')).toEqual(content);
  });

  it('keeps artifacts for a second WorkItem', async () => {
    const access = anAccess();
    await access.store(one, [{ digest, content }]);
    await access.keep(other, [digest]);
    expect(await heldFor('other')).toEqual(content);
  });

  it('says which artifact is gone', async () => {
    await expect(anAccess().read(one, digest)).rejects.toBeInstanceOf(ArtifactGone);
    await expect(anAccess().read(one, digest)).rejects.toThrow(`the artifact ${digest} is gone`);
  });

  it('says so too when the disk of the server has lost it', async () => {
    await anAccess().store(one, [{ digest, content }]);
    rmSync(join(running.folder, 'sha256'), { recursive: true });
    await expect(anAccess().read(one, digest)).rejects.toBeInstanceOf(ArtifactGone);
  });

  it('does not take a server that is away for one that has lost it, and says what to look at', async () => {
    const client = running.client('operator');
    await running.server.close();
    const reading = new ArtifactAccess(client).read(one, digest);
    await expect(reading).rejects.toMatchObject({ name: 'Unavailable', what: 'artifact store' });
    await expect(reading).rejects.toThrow(/see whether the server runs and can be reached/);
  });

  it('says that the store is full, and what would help', async () => {
    running.disk.freeBytes = 0;
    const storing = anAccess().store(one, [{ digest, content }]);
    await expect(storing).rejects.toThrow(/the artifact store is full: .* enlarge the volume/);
  });

  it('says what the store refuses', async () => {
    const storing = new ArtifactAccess(running.client('pod-other')).store(one, [{ digest, content }]);
    await expect(storing).rejects.toThrow(/the artifact store refuses a request/);
  });

  describe('results that may be used again', () => {
    const entry = { namespace: 'ns', key: digestOf('key'), ttlSeconds: 60, outputsDigest: digest };

    it('are found by other WorkItems of the namespace, and kept for them', async () => {
      await anAccess().store(one, [{ digest, content }]);
      await anAccess().fill(entry);
      expect(await anAccess().lookUp(other, entry.key)).toEqual({ outputs: content, at: expect.any(String) });
      expect(await heldFor('other')).toEqual(content);
    });

    it('are not found in other namespaces, by other keys, or before they are there', async () => {
      await anAccess().store(one, [{ digest, content }]);
      expect(await anAccess().lookUp(one, entry.key)).toBeUndefined();
      await anAccess().fill(entry);
      expect(await anAccess().lookUp(aWorkItem('one', 'elsewhere'), entry.key)).toBeUndefined();
      expect(await anAccess().lookUp(one, digestOf('other key'))).toBeUndefined();
    });

    it('count as a miss when the artifact is gone', async () => {
      await anAccess().fill(entry);
      expect(await anAccess().lookUp(other, entry.key)).toBeUndefined();
    });
  });
});
