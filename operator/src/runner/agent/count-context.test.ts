import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunnerTask } from '../../api/runner-task.ts';
import type { AgentWork, CouncilWork, FlowWork, ModelAccess } from '../../api/runner-work.ts';
import { aTask } from '../../testing/a-runner-task.ts';
import { AgentBench } from '../../testing/agent-bench.ts';
import { ScriptedModel } from '../../testing/scripted-model.ts';
import { ScriptedServer, type Script } from '../../testing/scripted-server.ts';
import { withCountedContext } from './count-context.ts';
import { markOf } from './prompts/fence.ts';
import { takeSecrets } from './secrets.ts';
import { Transcript } from './transcript.ts';

type Pack = NonNullable<AgentWork['context']>;

const lines = ['plan', 'build', 'test'].map((name) => `Result of the step ${name}: {"text":"${'x'.repeat(100)}"}`);
const aPack = (maxTokens = 200): Pack => ({
  ...{ text: lines.join('\n'), tokens: 100, maxTokens },
  sources: ['plan@sha256:1', 'build@sha256:2', 'test@sha256:3'],
});

async function aModel(tokensOf?: (text: string) => number): Promise<ScriptedModel> {
  const model = await ScriptedModel.start([{ text: 'Done.' }]);
  onTestFinished(() => model.stop());
  model.tokensOf = tokensOf;
  return model;
}

const flow = (context: Pack | undefined, ...models: readonly ModelAccess[]): FlowWork => ({
  ...{ kind: 'flow', completions: models.map((model, index) => ({ name: `c${index}`, model })) },
  ...(context && { context }),
});

async function count(work: RunnerTask['work'], environment: NodeJS.ProcessEnv = {}) {
  const secrets = takeSecrets(aTask({ work }), environment);
  const transcript = new Transcript(secrets);
  const { signal } = new AbortController();
  const counted = await withCountedContext(work, { secrets, transcript, signal, headers: { 'x-conclave-step': 's' } });
  const context = 'context' in counted ? counted.context : undefined;
  return { counted, context, transcript: transcript.toBytes().toString() };
}

describe('a context pack', () => {
  it('has the tokens that its model counts', async () => {
    const model = await aModel((text) => text.length);
    const access = { url: `${model.url}/`, name: 'm', apiKeyVariable: 'CONCLAVE_VALUE_1' };
    const { context, transcript } = await count(flow(aPack(1000), access, access), {
      CONCLAVE_VALUE_1: 'key-123456\n',
    });
    const { text } = aPack();
    expect(context).toEqual({ ...aPack(1000), tokens: text.length });
    expect(transcript).toContain(`The context pack has ${text.length} tokens of 'm', of 1000 that it may have.`);
    expect(model.counted.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { model: 'm', prompt: text, add_special_tokens: false },
    ]);
    expect(model.counted[0]?.headers).toMatchObject({ authorization: 'Bearer key-123456', 'x-conclave-step': 's' });
  });

  it('leaves the mark of the task the same, however it was counted', async () => {
    const marks = [];
    for (const tokensOf of [undefined, (text: string) => text.length, (text: string) => Math.ceil(text.length / 2)]) {
      const bench = await AgentBench.start([{ text: 'Done.' }]);
      onTestFinished(() => bench.stop());
      bench.model.tokensOf = tokensOf;
      const task = aTask({ work: flow(aPack(120), { url: bench.access.url, name: 'm' }) });
      await bench.run(task);
      const [, mark] = /The mark of this task is (\w+)\./.exec(bench.model.asked[0]?.messages[1]?.content ?? '') ?? [];
      marks.push(mark === markOf(task));
    }
    expect(marks).toEqual([true, true, true]);
  });

  it.each([
    ['as long as all the others', (text: string) => Math.ceil(text.length / 2)],
    ['longer at the beginning', (text: string) => Math.ceil(Math.min(text.length, 150) + text.length / 10)],
    ['nearly nothing at the beginning', (text: string) => Math.ceil(Math.max(0, text.length - 250) * 4 + 10)],
  ])('is cut until it fits, where its tokens are %s', async (_, tokensOf) => {
    const model = await aModel(tokensOf);
    const { context, transcript } = await count(flow(aPack(120), { url: model.url, name: 'm' }));
    expect(tokensOf(context?.text ?? '')).toBe(context?.tokens);
    expect(context?.tokens).toBeLessThanOrEqual(120);
    expect(context?.sources.length).toBeLessThan(3);
    expect(context?.sources).toEqual(aPack().sources.slice(0, context?.sources.length));
    expect(context?.text).toMatch(/\d more that are older or less related are left out\.$/);
    expect(transcript).toMatch(/It was cut to [12] of 3 records/);
  });

  it('fits every model that is told of it', async () => {
    const [small, large] = [await aModel((text) => text.length), await aModel((text) => Math.ceil(text.length / 9))];
    const access = (model: ScriptedModel, name: string) => ({ url: model.url, name });
    const role = (model: ModelAccess) => ({ tools: [], model });
    const members = [large, large].map((model, index) => ({
      ...{ name: `m${index}`, weight: 1, role: role(access(model, 'large')) },
    }));
    const council: CouncilWork = {
      ...{ kind: 'council', council: 'c', topic: 't', members, strategy: 'judge', rounds: 1 },
      ...{ judge: role(access(small, 'small')), rubric: [], quorum: 1, seed: 1, context: aPack(250) },
    };
    const { context } = await count(council);
    expect(context?.text.length).toBeLessThanOrEqual(250);
    expect([small.counted.length, large.counted.length]).toEqual([3, 3]);
  });

  it('is left out where nothing of it fits', async () => {
    const model = await aModel((text) => text.length);
    const { context, transcript, counted } = await count(flow(aPack(5), { url: model.url, name: 'm' }));
    expect(context).toBeUndefined();
    expect(counted).toMatchObject({ kind: 'flow' });
    expect(transcript).toContain('No record of the context pack fits into 5 tokens.');
  });

  it.each<[string, Script]>([
    ['has no such path', (_, response) => response.writeHead(404).end('{}')],
    ['answers something else', (_, response) => response.end('<html>')],
    ['counts nothing', (_, response) => response.end('{"count":"1"}')],
    ['says nothing', () => undefined],
    ['breaks off', (_, response) => response.write('{"count":') && response.destroy()],
  ])('stays as it was estimated where the server %s, and it is asked once', async (_, script) => {
    const server = await ScriptedServer.start(script);
    onTestFinished(() => server.stop());
    const { context, transcript } = await count(flow(aPack(5), { url: `${server.url}/v1`, name: 'm' }));
    expect(context).toEqual(aPack(5));
    expect(transcript).toContain("counts as 100 tokens by an estimate: no server of 'm' has counted it in time");
    expect(server.received).toHaveLength(1);
  });

  it('is cut by what was counted first where the server says no more then', async () => {
    let asked = 0;
    const server = await ScriptedServer.start((_, response) => {
      asked += 1;
      response.writeHead(asked === 1 ? 200 : 503).end(JSON.stringify({ count: aPack().text.length }));
    });
    onTestFinished(() => server.stop());
    const { context, transcript } = await count(flow(aPack(350), { url: `${server.url}/v1`, name: 'm' }));
    expect(context?.text).toBe([lines[0], lines[1], '1 more that are older or less related are left out.'].join('\n'));
    expect(context?.sources).toHaveLength(2);
    expect(transcript).toContain('tokens by an estimate');
  });

  it('that is not there is not asked about', async () => {
    const model = await aModel((text) => text.length);
    const access = { url: model.url, name: 'm' };
    expect((await count(flow(undefined, access))).transcript).toBe('');
    expect(model.counted).toEqual([]);
  });
});

describe('an agent', () => {
  it('is told the pack as it was counted, which is on record', async () => {
    const bench = await AgentBench.start([{ text: 'Done.' }]);
    onTestFinished(() => bench.stop());
    bench.model.tokensOf = (text) => text.length;
    const work: AgentWork = { kind: 'agent', role: { tools: [], model: bench.access }, context: aPack(240) };
    const { result } = await bench.run(aTask({ work }));
    const prompt = bench.model.asked[0]?.messages[1]?.content;
    expect(prompt).toContain(`${lines[0] ?? ''}\n2 more that are older`);
    expect(prompt).not.toContain('step build');
    const [first] = aPack().sources;
    expect(result.provenance).toMatchObject({ context: { sources: [first], tokens: expect.any(Number) as number } });
  });
});
