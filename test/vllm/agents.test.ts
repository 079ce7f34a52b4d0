/** A flow, a Council and an agent in real pods on the real vLLM. Its model is random: what is judged is all but the sense. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../hack/cluster/free-port.ts';
import { vllmModel, VllmServer } from '../../hack/vllm/vllm-server.ts';
import { E2eCluster, type WorkItem } from '../e2e/e2e-cluster.ts';
import { teamFiles, testTeam } from '../e2e/team-tests.ts';

const cluster = new E2eCluster('vllm');

let vllm: VllmServer;
let run: WorkItem;

beforeAll(async () => {
  await cluster.start();
  vllm = await VllmServer.start({ host: cluster.hostAddress(), port: await freePort() });
  const spec = { modelName: vllmModel, endpoint: { url: vllm.url } };
  const model = { apiVersion: 'conclave.dev/v1alpha1', kind: 'Model', metadata: { name: 'team' }, spec };
  cluster.run('kubectl', ['-n', cluster.namespace, 'apply', '-f', '-'], JSON.stringify(model));
  cluster.kubectl('wait', '--for=condition=Ready', '--timeout=120s', 'model/team');
  cluster.kubectl('apply', ...teamFiles.flatMap((file) => ['-f', file]));
  run = cluster.endedWorkItems(600).get('team')!;
  await cluster.openArtifacts();
}, 1_200_000);

afterAll(async () => {
  await vllm.stop();
  cluster.stop();
});

describe('a team on the real vLLM', () => {
  testTeam(() => ({ cluster, run }));

  it('is told the length of the context that the server says', () => {
    expect(cluster.kubectl('get', 'model', 'team', '-o', 'jsonpath={.status.contextLength}')).toBe('16384');
  });
});
