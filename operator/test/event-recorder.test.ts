/** The event recorder against the real API server, whose validation of Events is strict. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../src/kube/clock.ts';
import { events, type Happening, type KubeEvent } from '../src/kube/event-object.ts';
import { EventRecorder, type EventDrop } from '../src/kube/event-recorder.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';
import { createTestNamespace, type TestNamespace } from './test-cluster.ts';

const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};

let test: TestNamespace;
let subject: KubeObject;
beforeAll(async () => {
  test = await createTestNamespace('events');
  const metadata = { namespace: test.namespace, name: 'subject' };
  subject = await test.client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
});
afterAll(() => test.remove());

const drops: EventDrop[] = [];
function newRecorder(): EventRecorder {
  return new EventRecorder({
    client: test.client,
    reporter: { reportingController: 'conclave.dev/operator', reportingInstance: 'operator-1' },
    clock: systemClock,
    observer: { eventDropped: (reason) => drops.push(reason) },
  });
}

function happening(note: string): Happening {
  return { regarding: subject, related: subject, type: 'Warning', reason: 'StepFailed', action: 'StartJob', note };
}

async function stored(): Promise<KubeEvent[]> {
  const { items } = await test.client.listPage(events, {
    namespace: test.namespace,
    fieldSelector: `regarding.name=subject,reason=StepFailed`,
  });
  return items;
}

describe('event recorder on the real API server', () => {
  it('writes an Event and a series, goes on with it after a restart, and cuts what is too long', async () => {
    const recorder = newRecorder();
    recorder.record(happening('Step a failed'));
    recorder.record(happening('ä'.repeat(2_000)));
    await expect.poll(async () => (await stored()).length, { timeout: 10_000 }).toBe(2);
    recorder.record(happening('Step a failed'));
    recorder.record(happening('Step a failed'));
    await recorder.stop(5_000);
    const restarted = newRecorder();
    restarted.record(happening('Step a failed'));
    await restarted.stop(5_000);
    const event = (await stored()).find(({ note }) => note === 'Step a failed');
    expect(event?.series?.count).toBe(4);
    expect(event).toMatchObject({ reason: 'StepFailed', action: 'StartJob', type: 'Warning' });
    expect(drops).toEqual([]);
  });

  it('drops what the server refuses, without an error to its caller', async () => {
    const recorder = newRecorder();
    const elsewhere = { ...subject, metadata: { ...subject.metadata, namespace: 'no-such-namespace' } };
    recorder.record({ ...happening('x'), regarding: elsewhere });
    await recorder.stop(5_000);
    expect(drops).toEqual(['failed']);
  });
});
