/** Flows, Councils and agents in real pods on the real vLLM. Its model is random: what is judged is all but the sense. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planNetwork } from '../../hack/cluster/network-plan.ts';
import { readInstanceState } from '../../hack/cluster/instance-state.ts';
import { instancePaths } from '../../hack/cluster/paths.ts';
import { freePort } from '../../hack/cluster/free-port.ts';
import { vllmModel, VllmServer } from '../../hack/vllm/vllm-server.ts';
import { type RunnerResult, runnerResult } from '../../operator/src/api/runner-result.ts';
import { E2eCluster, root, type WorkItem } from '../e2e/e2e-cluster.ts';

const cluster = new E2eCluster('vllm');

let vllm: VllmServer;
let run: WorkItem;

/** The machine as pods reach it. */
function hostAddress(): string {
  const state = readInstanceState(instancePaths(cluster.instance));
  if (state?.kind !== 'embedded') throw new Error('this test needs the embedded cluster');
  return planNetwork(state.slot).hostAddress;
}

beforeAll(async () => {
  await cluster.start();
  vllm = await VllmServer.start({ host: hostAddress(), port: await freePort() });
  const spec = { modelName: vllmModel, endpoint: { url: vllm.url } };
  const model = { apiVersion: 'conclave.dev/v1alpha1', kind: 'Model', metadata: { name: 'tiny' }, spec };
  cluster.run('kubectl', ['-n', cluster.namespace, 'apply', '-f', '-'], JSON.stringify(model));
  cluster.kubectl('wait', '--for=condition=Ready', '--timeout=120s', 'model/tiny');
  cluster.kubectl('apply', '-f', join(root, 'test/vllm/run.yaml'));
  run = cluster.endedWorkItems(600).get('on-vllm')!;
  await cluster.openArtifacts();
}, 1_200_000);

afterAll(async () => {
  await vllm.stop();
  cluster.stop();
});

/** The whole result of the last attempt of a step. */
function resultOf(step: string): RunnerResult {
  const record = run.status.steps.find(({ path }) => path === step);
  const text = cluster.download(run, record?.attempts?.at(-1)?.resultDigest).toString();
  return runnerResult.parse(JSON.parse(text));
}

describe('on the real vLLM', () => {
  it('a flow, a council and an agent come to their end', () => {
    const { phase, message, outputs } = run.status;
    expect({ phase, message, outputs }).toEqual({
      phase: 'Succeeded',
      outputs: {
        sky: expect.stringMatching(/^(clear|grey|dark)$/),
        winner: expect.stringMatching(/^member-[123]$/),
        coat: expect.any(Boolean),
      },
    });
  });

  it('members propose and score each other, in two rounds, and the scores say who wins', () => {
    const { ranking = [], scores = [], winner, rounds } = resultOf('choose').deliberation ?? {};
    expect(rounds).toBe(2);
    expect(ranking.map(({ member }) => member).sort()).toEqual(['member-1', 'member-2', 'member-3']);
    expect(scores).toHaveLength(6);
    expect(ranking[0]?.member).toBe(winner);
    expect(ranking.map(({ score }) => score)).toEqual(
      ranking.map(({ score }) => score).sort((one, other) => other - one),
    );
  });

  it('the usage that vLLM tells is counted', () => {
    for (const { path, attempts = [] } of run.status.steps)
      expect(attempts.at(-1)?.used, path).toMatchObject({
        promptTokens: expect.any(Number),
        completionTokens: expect.any(Number),
      });
  });

  it('the length of the context is what the server says', () => {
    expect(cluster.kubectl('get', 'model', 'tiny', '-o', 'jsonpath={.status.contextLength}')).toBe('16384');
  });

  it('every transcript is in the store', () => {
    for (const step of ['describe', 'choose', 'act']) {
      const text = cluster.download(run, resultOf(step).transcript?.digest).toString();
      expect(text, step).toContain('"kind":"answer"');
    }
  });
});
