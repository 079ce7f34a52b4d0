/** Decisions on a real API server, as the command line writes them and as the operator removes them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GateStatus } from '../src/api/gate-status.ts';
import type { WorkItem } from '../src/api/work-item.ts';
import { joinWorkItems } from '../src/cmd/work-item-cluster.ts';
import type { Engine } from '../src/cmd/engine.ts';
import { parseDecisionValue } from '../src/core/decision/decision-value.ts';
import { Conflict } from '../src/kube/api-error.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { systemClock } from '../src/kube/clock.ts';
import { Cluster } from '../src/kube/cluster.ts';
import type { KubeObject } from '../src/kube/resource-type.ts';
import { runCommandLine } from '../src/testing/run-command-line.ts';
import { aWorkItem, workItems } from './attempt-objects.ts';
import { connectAs } from './connect-as.ts';
import { installCrds } from './install-crds.ts';
import { installRights } from './install-rights.ts';
import { createTestNamespace, testKubeconfig, type TestNamespace } from './test-cluster.ts';

let place: TestNamespace;
let operator: KubeClient;
let workItem: KubeObject;

const digest = `sha256:3fa9c1d2${'0'.repeat(56)}`;
const gate: GateStatus = {
  ...{ name: 'plan', state: 'Open', round: 1, digest, openedAt: '2026-01-05T08:00:00Z', production: false },
  ...{ allowRequester: true, approvals: [{ role: 'review', count: 2 }] },
};
const key = 'approval.conclave.dev/plan.review';

beforeAll(async () => {
  place = await createTestNamespace('decisions');
  await installCrds(place.client);
  await installRights(place.client);
  operator = await connectAs(place.client, { namespace: 'conclave-system', name: 'conclave-operator' });
});
afterAll(async () => {
  await operator.close();
  await place.remove();
});

let count = 0;
beforeEach(async () => {
  const made = await place.client.create(
    workItems,
    aWorkItem({ namespace: place.namespace, name: `w-${String(++count)}` }),
  );
  const status = { observedGeneration: made.metadata.generation, gates: [gate] };
  workItem = await operator.updateStatus(workItems, { ...made, status } as KubeObject);
});

/** The command line, as whoever the tests' kubeconfig names. */
const conclave = (...words: string[]) =>
  runCommandLine([...words, '-n', place.namespace, '--kubeconfig', testKubeconfig(), '-o', 'json']);

const read = () => place.client.get(workItems, workItem.metadata);

describe('the command line', () => {
  it('writes a decision whole, as the user that the API server knows', async () => {
    const { exitCode, out } = await conclave('approve', workItem.metadata.name, '-m', 'good', '--digest', '3fa9c1d2');
    expect(exitCode).toBe(0);
    const decided = JSON.parse(out) as { readonly user: string };
    expect(decided).toMatchObject({ name: 'plan', role: 'review', digest });
    const { annotations = {} } = (await read()).metadata;
    expect(parseDecisionValue('approval', annotations[key] ?? '')).toEqual({
      value: { decision: 'approved', by: decided.user, digest, comment: 'good' },
    });
  });

  it('shows what there is to decide, until it is decided', async () => {
    const { name } = workItem.metadata;
    const mine = async () => {
      const { out } = await conclave('inbox');
      return (JSON.parse(out) as { readonly workItem: string }[]).filter((entry) => entry.workItem === name);
    };
    expect(await mine()).toMatchObject([{ kind: 'approval', name: 'plan', role: 'review', shown: '3fa9c1d2' }]);
    await conclave('reject', name, '-m', 'no');
    expect(await mine()).toEqual([]);
  });

  it('says what is not there', async () => {
    const { exitCode, out } = await conclave('approve', 'none');
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ error: { reason: 'NotFound' } });
  });
});

describe('the operator', () => {
  const port = () => {
    const cluster = new Cluster({ client: operator, clock: systemClock, random: Math.random });
    cluster.cache(workItems);
    return joinWorkItems({ cluster, telemetry: {} } as unknown as Engine, () => {
      throw new Error('not asked');
    }).cluster;
  };

  it('removes decisions that are past from what it has read, and from nothing else', async () => {
    await conclave('approve', workItem.metadata.name);
    const decided = await read();
    await port().removeAnnotations(decided as WorkItem, [key]);
    const after = await read();
    expect(after.metadata.annotations?.[key]).toBeUndefined();
    expect(after.metadata.generation).toBe(decided.metadata.generation);
    const again = port().removeAnnotations(decided as WorkItem, [key]);
    await expect(again).rejects.toThrow(Conflict);
  });
});
