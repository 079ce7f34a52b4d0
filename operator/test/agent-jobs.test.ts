/** Steps of agents on the real API server, with a stand-in for the agent runner that reads their tasks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentRoleKind } from '../src/api/agent-role.ts';
import { type Council, councilKind } from '../src/api/council.ts';
import { apiVersion, type KindDefinition } from '../src/api/kind.ts';
import { methodKind } from '../src/api/method.ts';
import { modelKind } from '../src/api/model.ts';
import type { PromptParts } from '../src/api/runner-work.ts';
import { resourceTypeOf } from '../src/cmd/resource-types.ts';
import { EngineWorld } from './engine-world.ts';
import { type Answer, PlayedRunner } from './played-runner.ts';
import { phasesOf, stepOf, until, Work } from './work-items.ts';

let world: EngineWorld;
const runners: PlayedRunner[] = [];

beforeAll(async () => {
  world = await EngineWorld.start();
  world.startOperator();
});

afterAll(async () => {
  runners.forEach((runner) => runner.stop());
  await world.stop();
});

const create = ({ client, namespace }: Work, kind: KindDefinition, name: string, spec: object) =>
  client.create(resourceTypeOf(kind), { apiVersion, kind: kind.kind, metadata: { name, namespace }, spec } as never);

const usage = { promptTokens: 300, completionTokens: 50, costUnits: '0.5' };
const succeeded = (outputs: object): ReturnType<Answer> =>
  ({ says: { outcome: 'succeeded', outputs, usage } }) as ReturnType<Answer>;

/** A namespace with a team of agents, and a runner that answers in their stead. */
async function aTeam(answer: Answer) {
  const work = new Work(world.client, await world.addNamespace());
  const runner = new PlayedRunner(work, world.node, answer);
  runners.push(runner);
  const apiKeySecretRef = { name: 'keys', key: 'llama' };
  await create(work, modelKind, 'llama', {
    ...{ modelName: 'llama-70b', endpoint: { url: 'http://vllm.models:8000/v1', apiKeySecretRef } },
    price: { inputPerMillionTokens: '1000', outputPerMillionTokens: '4000' },
  });
  const tools = [{ name: 'file', readOnly: true }];
  const placement = world.node.placement;
  await create(work, agentRoleKind, 'writer', { prompt: 'You write.', modelRef: { name: 'llama' }, tools, placement });
  await create(work, councilKind, 'board', { roleRef: { name: 'writer' }, seed: 7, placement });
  return { work, runner };
}

const anAgent = (name: string, more: object = {}) => ({
  name,
  type: 'llm_agent',
  role: 'writer',
  goal: 'Write.',
  ...more,
});

/** A goal or a prompt as one text. */
const toldBy = (parts: PromptParts = []) => parts.map(({ text, value }) => text ?? (value as string)).join('');

const answerByKind: Answer = ({ work }) => {
  if (work.kind === 'agent') return succeeded({ draft: `draft of: ${toldBy(work.goal)}` });
  if (work.kind === 'flow') return succeeded({ summary: toldBy(work.completions[0]?.parts) });
  return succeeded({ winner: 'member-2', proposal: { text: 'as it is' }, agreement: 1 });
};

/** Members propose by their names, and like best what comes from bob. */
const speakAsMembers: Answer = ({ work, step }) => {
  const { proposals = [] } = (work.kind === 'council' && work.stage) || {};
  if (proposals.length === 0) return succeeded({ proposal: `from ${step.path.split('.')[1] ?? ''}` });
  const scoreOf = (content: unknown) => (content === 'from bob' ? 9 : 4);
  return succeeded({ scores: proposals.map(({ alias, content }) => ({ alias, score: scoreOf(content) })) });
};

describe.concurrent('a run of agents', () => {
  it('goes from an agent by a flow to a Council, each told what it needs, and gives outputs and usage', async () => {
    const { work, runner } = await aTeam(answerByKind);
    const steps = [
      anAgent('write', { goal: 'On {{input.subject}}.', outputs: { draft: 'draft' } }),
      {
        ...{ name: 'shorten', type: 'llm_flow', prompt: 'Shorten: {{write.draft}}', role: 'writer' },
        ...{ outputs: { summary: 'summary' }, placement: world.node.placement },
      },
      { name: 'choose', type: 'council', council: 'board', topic: 'Publish {{shorten.summary}}?' },
    ];
    const outputs = { winner: { from: '{{choose.winner}}' }, text: { from: '{{choose.proposal.text}}' } };
    const pipelineSpec = { parameters: [{ name: 'subject' }], steps, outputs };
    // What stands in a value is no template.
    await work.add('story', { pipelineSpec, inputs: { subject: 'tea {{inputs.x}}' } });
    const done = await work.reaches('story', 'Succeeded');
    expect(done.status?.outputs).toEqual({ winner: 'member-2', text: 'as it is' });
    for (const step of ['write', 'shorten', 'choose'])
      expect(stepOf(done, step)?.attempts, step).toMatchObject([{ number: 1, result: 'Succeeded', used: usage }]);
    expect(done.status?.usage).toEqual({ promptTokens: 900, completionTokens: 150, costUnits: '1.5' });

    const model = { url: 'http://vllm.models:8000/v1', name: 'llama-70b', apiKeyVariable: 'CONCLAVE_VALUE_1' };
    const { task, pod } = runner.taskOf('write');
    expect(task).toMatchObject({
      ...{
        step: { type: 'llm_agent', attempt: 1 },
        outputs: ['draft'],
        limits: { maxTurns: 20, wallTimeSeconds: 600 },
      },
      work: {
        ...{
          kind: 'agent',
          goal: [{ text: 'On ' }, { name: 'input.subject', value: 'tea {{inputs.x}}' }, { text: '.' }],
        },
        role: { name: 'writer', prompt: 'You write.', tools: [{ name: 'file', readOnly: true }], model },
      },
    });
    expect(pod.spec.containers).toMatchObject([
      {
        name: 'agent',
        env: [{ name: 'CONCLAVE_VALUE_1', valueFrom: { secretKeyRef: { name: 'keys', key: 'llama' } } }],
      },
    ]);
    expect(pod.metadata.labels).toMatchObject({ 'conclave.dev/role': 'writer', 'conclave.dev/step': 'write' });
    const draft = 'draft of: On tea {{inputs.x}}.';
    const prompt = `Shorten: ${draft}`;
    const parts = [{ text: 'Shorten: ' }, { name: 'write.draft', value: draft }];
    expect(runner.taskOf('shorten').task.work).toMatchObject({ kind: 'flow', completions: [{ parts, model }] });
    expect(runner.taskOf('choose').task.work).toMatchObject({
      ...{
        kind: 'council',
        council: 'board',
        topic: `Publish ${prompt}?`,
        strategy: 'peer_review',
        seed: 7,
        quorum: 2,
      },
      members: ['member-1', 'member-2', 'member-3'].map((name) => ({ name, role: { prompt: 'You write.', model } })),
    });
  });

  it('may be a Council alone', async () => {
    const { work, runner } = await aTeam(answerByKind);
    await work.add('ask', { councilRef: { name: 'board' }, topic: 'Which way?' });
    await work.reaches('ask', 'Succeeded');
    expect(runner.given.map(({ task }) => task.work)).toMatchObject([{ kind: 'council', topic: 'Which way?' }]);
  });

  it('may be a Council whose members have pods of their own: one Job for each stage, and the Council counts it', async () => {
    const { work, runner } = await aTeam(speakAsMembers);
    const members = ['ann', 'bob', 'cid'].map((name) => ({ name, roleRef: { name: 'writer' } }));
    await create(work, councilKind, 'apart', { members, isolation: 'pods', placement: world.node.placement });
    await work.add('ask', { councilRef: { name: 'apart' }, topic: 'Which way?' });
    const done = await work.reaches('ask', 'Succeeded');
    expect(stepOf(done, 'deliberate')).toMatchObject({
      outputs: { winner: 'bob', proposal: 'from bob', reason: 'HighestScore' },
      iterations: { count: 2, succeeded: '0-1' },
    });
    expect(done.status?.usage).toEqual({ promptTokens: 1800, completionTokens: 300, costUnits: '3' });
    expect(runner.given.map(({ task }) => task.step.path).toSorted()).toEqual(
      [0, 1].flatMap((stage) => ['ann', 'bob', 'cid'].map((name) => `deliberate[${stage}].${name}`)),
    );
    expect(runner.given.map(({ task: { work: given } }) => 'members' in given && given.members.length)).toEqual(
      Array.from({ length: 6 }, () => 1),
    );
    expect(world.node.jobsOf(work.namespace)).toHaveLength(2);
    const council = () => work.client.get(resourceTypeOf(councilKind), { namespace: work.namespace, name: 'apart' });
    await until('the Council counts it', async () => ((await council()) as Council).status?.deliberations === 1);
  });

  it('calls a tool of an MCP server that comes as an image, beside the runner', async () => {
    const { work, runner } = await aTeam(() => succeeded({ rows: 3 }));
    await create(work, methodKind, 'ask-db', { type: 'mcp', mcp: { image: 'db:1', port: 9000, tool: 'query' } });
    await work.run('asking', [{ name: 'ask', type: 'function', method: 'ask_db', placement: world.node.placement }]);
    await work.reaches('asking', 'Succeeded');
    const { task, pod } = runner.taskOf('ask');
    expect(task.work).toMatchObject({
      kind: 'method',
      mcp: { name: 'query', mcp: { url: 'http://127.0.0.1:9000/mcp' } },
    });
    expect(pod.spec.initContainers).toMatchObject([{ name: 'tools-1', image: 'db:1', restartPolicy: 'Always' }]);
  });

  it('keeps to the roles and Models of its beginning, whatever is edited meanwhile', async () => {
    const { work, runner } = await aTeam(({ step }) => {
      if (step.path !== 'b' || step.attempt > 1) return succeeded({});
      const error = { reason: 'ModelDown', message: 'no answer', retryable: true };
      return { says: { outcome: 'failed', error }, exitCode: 10 };
    });
    await work.run('steady', [
      anAgent('a'),
      anAgent('b', { dependsOn: ['a'], retryPolicy: { initialBackoffSeconds: 3 } }),
    ]);
    await until('it waits to try again', async () => (await work.get('steady')).status?.phase === 'Waiting');
    const role = { namespace: work.namespace, name: 'writer' };
    await work.client.patch(resourceTypeOf(agentRoleKind), role, { merge: { spec: { prompt: 'You lie.' } } });
    await work.reaches('steady', 'Succeeded');
    expect(runner.taskOf('b').task).toMatchObject({ step: { attempt: 2 }, work: { role: { prompt: 'You write.' } } });
  });
});

describe.concurrent('what agents use', () => {
  it('counts also when a limit ends them, which is not tried again', async () => {
    const { work } = await aTeam(() => ({ says: { outcome: 'limit', usage }, exitCode: 30 }));
    await work.run('limited', [anAgent('a')]);
    const failed = await work.reaches('limited', 'Failed');
    expect(stepOf(failed, 'a')?.attempts).toMatchObject([{ result: 'Failed', reason: 'LimitReached', used: usage }]);
    expect(failed.status?.usage).toEqual(usage);
  });

  it('is reserved by their limits before they begin, and none begins that could exceed the budget', async () => {
    const { work, runner } = await aTeam(() => succeeded({}));
    await work.addTenant({ budget: { perWorkItem: { tokens: 1_000 } } });
    const limits = { maxTokens: 600 };
    // The first leaves 650, the second 300: too little for a third, which could use 600.
    await work.run('frugal', [
      anAgent('a', { limits }),
      anAgent('b', { limits, dependsOn: ['a'] }),
      anAgent('c', { limits, dependsOn: ['b'] }),
    ]);
    const failed = await work.reaches('frugal', 'Failed');
    expect(phasesOf(failed)).toMatchObject({ a: 'Succeeded', b: 'Succeeded', c: 'Failed' });
    expect(stepOf(failed, 'c')).toMatchObject({ reason: 'BudgetExceeded' });
    expect(runner.given.map(({ task }) => task.limits?.maxTokens)).toEqual([600, 600]);
  });
});

describe.concurrent('a Model', () => {
  it('that is not served yet is waited for without a Job, and the work item says so', async () => {
    const { work } = await aTeam(() => succeeded({}));
    await create(work, modelKind, 'own', { modelName: 'own', dedicated: { image: 'vllm:1', source: 'org/model' } });
    await work.run('patient', [anAgent('a', { modelRef: { name: 'own' } })]);
    const waiting = async () => (await work.get('patient')).status?.waitingFor?.find(({ kind }) => kind === 'model');
    await until('it waits for the Model', async () => (await waiting()) !== undefined);
    expect(await waiting()).toMatchObject({
      name: 'own',
      step: 'a',
      message: expect.stringContaining('not served yet'),
    });
    expect(world.node.jobsOf(work.namespace)).toEqual([]);
  });

  it('that is a sidecar comes with the Job of each agent that asks it, and has the GPUs', async () => {
    const { work, runner } = await aTeam(() => succeeded({}));
    const sidecar = { image: 'vllm:1', source: 'org/model', gpus: 2 };
    await create(work, modelKind, 'beside', { modelName: 'm', sidecar });
    await work.run('alone', [anAgent('a', { modelRef: { name: 'beside' } })]);
    await work.reaches('alone', 'Succeeded');
    const { task, pod } = runner.taskOf('a');
    expect(task.work).toMatchObject({ role: { model: { url: 'http://127.0.0.1:8000/v1', name: 'm' } } });
    const [server] = pod.spec.initContainers ?? [];
    expect(server).toMatchObject({ image: 'vllm:1', restartPolicy: 'Always' });
    expect(server).toHaveProperty(['resources', 'limits', 'nvidia.com/gpu'], '2');
    expect(JSON.stringify(pod.spec.containers)).not.toContain('nvidia.com/gpu');
  });
});
