import OpenAI from 'openai';
import { afterEach, describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../operator/src/api/json.ts';
import { validateJson } from '../../operator/src/core/json-schema/validate-json.ts';
import { ModelSimulator, type SimulatorOptions } from './model-simulator.ts';
import { parseScript } from './script.ts';

const running: ModelSimulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.stop()));
});

interface Wanted extends Partial<SimulatorOptions> {
  readonly script?: string;
  readonly headers?: Record<string, string>;
}

/** A stand-in, and a client of it that repeats nothing. */
async function start({ script = '', headers = {}, ...options }: Wanted = {}) {
  const rules = parseScript(script, 'test.yaml');
  const simulator = await ModelSimulator.start({
    model: 'tiny',
    maxModelLen: 4096,
    seed: 1,
    latencyMs: 0,
    rules,
    ...options,
  });
  running.push(simulator);
  const { url } = simulator;
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'secret', maxRetries: 0, defaultHeaders: headers });
  const ask = (content: string, more: object = {}) =>
    client.chat.completions.create({ model: 'tiny', messages: [{ role: 'user', content }], ...more, stream: false });
  const stream = (content: string, more: object = {}) =>
    client.chat.completions.create({ model: 'tiny', messages: [{ role: 'user', content }], ...more, stream: true });
  return { simulator, url, client, ask, stream };
}

const contentOf = (completion: OpenAI.ChatCompletion) => completion.choices[0]!.message.content;

const schema: JsonObject = {
  type: 'object',
  properties: {
    verdict: { enum: ['approve', 'reject'] },
    score: { type: 'number', minimum: 0, maximum: 10 },
    findings: { type: 'array', items: { type: 'string', minLength: 3 }, minItems: 1, maxItems: 4 },
  },
  required: ['verdict', 'score', 'findings'],
  additionalProperties: false,
};
const inSchema = { response_format: { type: 'json_schema', json_schema: { name: 'review', schema, strict: true } } };
const lookUp = {
  type: 'function',
  function: {
    name: 'lookUp',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    },
  },
};

/** What a streamed answer comes to. */
async function collect(chunks: AsyncIterable<OpenAI.ChatCompletionChunk>) {
  const all: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of chunks) all.push(chunk);
  const deltas = all.flatMap(({ choices }) => choices.map(({ delta }) => delta));
  return {
    all,
    content: deltas.map(({ content }) => content ?? '').join(''),
    arguments: deltas.map(({ tool_calls: calls }) => calls?.[0]?.function?.arguments ?? '').join(''),
    names: deltas.flatMap(({ tool_calls: calls }) => calls?.[0]?.function?.name ?? []),
    finish: all.flatMap(({ choices }) => choices.map((choice) => choice.finish_reason ?? [])).flat(),
    usage: all.at(-1)?.usage,
  };
}

describe('the answers of the stand-in', () => {
  test('come from loopback, where nobody asks for more', async () => {
    const { url } = await start();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/);
  });

  test('say that they are simulated', async () => {
    const { ask, client } = await start();
    expect((await ask('hello')).model).toBe('tiny (simulated)');
    const models = await client.models.list();
    expect(models.data.map(({ id, owned_by }) => ({ id, owned_by }))).toEqual([{ id: 'tiny', owned_by: 'model-sim' }]);
  });

  test('fit the schema that is asked for', async () => {
    const { ask } = await start();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(`review ${index}`, inSchema)));
    for (const answer of answers)
      expect(validateJson(schema, JSON.parse(contentOf(answer) ?? '') as JsonValue)).toEqual({ findings: [] });
    expect(new Set(answers.map(contentOf)).size).toBeGreaterThan(15);
  });

  test('are the same for the same request, streamed or not, and others for another seed', async () => {
    const { ask, stream } = await start();
    const answer = contentOf(await ask('review', inSchema));
    expect(contentOf(await ask('review', inSchema))).toBe(answer);
    expect((await collect(await stream('review', inSchema))).content).toBe(answer);
    const other = await start({ seed: 2 });
    expect(contentOf(await other.ask('review', inSchema))).not.toBe(answer);
  });

  test('stream the role, the pieces, the end and the usage', async () => {
    const { stream } = await start({ script: '- answer: { content: "one two three four" }' });
    const streamed = await collect(await stream('go', { stream_options: { include_usage: true } }));
    expect(streamed.all[0]!.choices[0]!.delta).toEqual({ role: 'assistant', content: '' });
    expect(streamed.all.length).toBe(1 + 5 + 1 + 1);
    expect(streamed).toMatchObject({ content: 'one two three four', finish: ['stop'] });
    expect(streamed.usage).toMatchObject({ completion_tokens: 5 });
    const without = await collect(await stream('go'));
    expect(without.usage).toBeUndefined();
  });

  test('are cut to the tokens that they may have', async () => {
    const { ask } = await start({ script: '- answer: { content: "one two three four" }' });
    const { choices, usage } = await ask('go', { max_tokens: 2 });
    expect(choices[0]).toMatchObject({ message: { content: 'one two ' }, finish_reason: 'length' });
    expect(usage?.completion_tokens).toBe(2);
  });

  test('come after the latency', async () => {
    const { ask } = await start({ latencyMs: 150 });
    const before = performance.now();
    await ask('go');
    expect(performance.now() - before).toBeGreaterThan(140);
  });
});

describe('tools', () => {
  test('are called with arguments that fit, where they must be', async () => {
    const { ask } = await start();
    for (const tool_choice of ['required', { type: 'function', function: { name: 'lookUp' } }]) {
      const [choice] = (await ask('the weather', { tools: [lookUp], tool_choice })).choices;
      expect(choice!.finish_reason).toBe(tool_choice === 'required' ? 'tool_calls' : 'stop');
      const [call] = choice!.message.tool_calls ?? [];
      if (call?.type !== 'function') throw new Error('no tool was called');
      const given = JSON.parse(call.function.arguments) as JsonValue;
      expect(validateJson(lookUp.function.parameters, given)).toEqual({ findings: [] });
    }
  });

  test('may be called or not where the model chooses, and not again after a result', async () => {
    const { ask, client } = await start();
    const asked = Array.from({ length: 30 }, (_, index) => ask(`city ${index}`, { tools: [lookUp] }));
    const called = (await Promise.all(asked)).filter(({ choices }) => choices[0]!.finish_reason === 'tool_calls');
    expect(called.length).toBeGreaterThan(5);
    expect(called.length).toBeLessThan(25);
    const again = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        client.chat.completions.create({
          model: 'tiny',
          tools: [lookUp as OpenAI.ChatCompletionTool],
          messages: [
            {
              role: 'assistant',
              tool_calls: [{ id: '1', type: 'function', function: { name: 'lookUp', arguments: '{}' } }],
            },
            { role: 'tool', tool_call_id: '1', content: `sun ${index}` },
          ],
        }),
      ),
    );
    expect(again.map(({ choices }) => choices[0]!.finish_reason)).toEqual(again.map(() => 'stop'));
  });

  test('stream their arguments in pieces', async () => {
    const script = '- answer: { toolCalls: [{ name: lookUp, arguments: { city: Llanfairpwllgwyngyll } }] }';
    const { stream } = await start({ script });
    const streamed = await collect(await stream('go', { tools: [lookUp] }));
    expect(streamed).toMatchObject({ names: ['lookUp'], finish: ['tool_calls'], content: '' });
    expect(JSON.parse(streamed.arguments)).toEqual({ city: 'Llanfairpwllgwyngyll' });
    expect(streamed.all.filter(({ choices }) => choices[0]?.delta.tool_calls).length).toBeGreaterThan(2);
  });
});

describe('the script', () => {
  const script = `
- when: { role: qa, step: test, call: 2 }
  answer: { content: second }
- when: { role: qa }
  answer: { content: quality }
- when: { contains: release }
  answer: { content: shipping }
- when: { tool: lookUp }
  answer: { content: looking }
- answer: { content: whatever }
`;
  test('answers by role, step, call, content and tool; the first rule that matches counts', async () => {
    const { ask } = await start({ script });
    const as = (role: string, step: string) =>
      start({ script, headers: { 'x-conclave-role': role, 'x-conclave-step': step } });
    const qa = await as('qa', 'test');
    expect([contentOf(await qa.ask('a')), contentOf(await qa.ask('a')), contentOf(await qa.ask('a'))]).toEqual([
      ...['quality', 'second', 'quality'],
    ]);
    expect(contentOf(await ask('the release'))).toBe('shipping');
    expect(contentOf(await ask('go', { tools: [lookUp] }))).toBe('looking');
    expect(contentOf(await (await as('po', 'test')).ask('go'))).toBe('whatever');
    const elsewhere = await as('qa', 'review');
    expect([contentOf(await elsewhere.ask('a')), contentOf(await elsewhere.ask('a'))]).toEqual(['quality', 'quality']);
  });

  test('lets a fault happen to the answer of a later rule, so often as it says', async () => {
    const faulty =
      '- answer: { fault: { kind: status, status: 429, ms: 1500, times: 2 } }\n- answer: { content: fine }';
    const { ask, url } = await start({ script: faulty });
    await expect(ask('go')).rejects.toMatchObject({ status: 429, type: 'TooManyRequests' });
    const body = JSON.stringify({ messages: [{ role: 'user', content: 'go' }] });
    const refused = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2']);
    expect(contentOf(await ask('go'))).toBe('fine');
  });
});

const demand = (url: string, body: unknown) => fetch(`${url}/faults`, { method: 'POST', body: JSON.stringify(body) });

describe('faults on demand', () => {
  test('happen until they are deleted', async () => {
    const { ask, url } = await start();
    expect((await demand(url, { fault: { kind: 'status' } })).status).toBe(201);
    await expect(ask('go')).rejects.toMatchObject({ status: 500 });
    await expect(ask('go')).rejects.toMatchObject({ status: 500 });
    expect(await (await fetch(`${url}/faults`)).json()).toEqual([{ when: {}, fault: { kind: 'status', status: 500 } }]);
    expect((await fetch(`${url}/faults`, { method: 'DELETE' })).status).toBe(204);
    expect(contentOf(await ask('go'))).toBeTypeOf('string');
  });

  test('happen to those whom they are meant for', async () => {
    const { ask, url } = await start();
    await demand(url, { when: { contains: 'doomed' }, fault: { kind: 'status', status: 503, times: 1 } });
    expect(contentOf(await ask('go'))).toBeTypeOf('string');
    await expect(ask('a doomed request')).rejects.toMatchObject({ status: 503 });
    expect(contentOf(await ask('a doomed request'))).toBeTypeOf('string');
  });

  test('are refused when they make no sense', async () => {
    const { url } = await start();
    const refused = await demand(url, { fault: { kind: 'earthquake' } });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { message: expect.stringContaining('body.fault.kind') } });
  });

  test('delay an answer', async () => {
    const { ask, url } = await start();
    await demand(url, { fault: { kind: 'latency', ms: 150 } });
    const before = performance.now();
    await ask('go');
    expect(performance.now() - before).toBeGreaterThan(140);
  });

  test('keep an answer back until the client goes, or cut it', async () => {
    const { client, ask, url } = await start();
    await demand(url, { fault: { kind: 'hang', times: 1 } });
    const messages = [{ role: 'user' as const, content: 'go' }];
    const waiting = client.chat.completions.create({ model: 'tiny', messages }, { timeout: 200 });
    await expect(waiting).rejects.toThrow(OpenAI.APIConnectionTimeoutError);
    await demand(url, { fault: { kind: 'hang', ms: 10 } });
    await expect(ask('go')).rejects.toThrow(OpenAI.APIConnectionError);
  });

  test('cut an answer in the middle, streamed or not', async () => {
    const { stream, ask, url } = await start({ script: '- answer: { content: "a long story about ten small words" }' });
    await demand(url, { fault: { kind: 'half-stream' } });
    const got: string[] = [];
    const reading = (async () => {
      for await (const { choices } of await stream('go')) got.push(choices[0]?.delta.content ?? '');
    })();
    await expect(reading).rejects.toThrow();
    expect(got.join('')).toMatch(/^a long story/);
    expect(got.join('')).not.toMatch(/words$/);
    await expect(ask('go')).rejects.toThrow();
  });

  test('break JSON and arguments', async () => {
    const { ask, url } = await start();
    await demand(url, { fault: { kind: 'wrong-json', times: 1 } });
    const broken = contentOf(await ask('review', inSchema)) ?? '';
    expect(() => JSON.parse(broken) as unknown).toThrow();
    await demand(url, { fault: { kind: 'wrong-arguments', times: 1 } });
    const [call] = (await ask('go', { tools: [lookUp], tool_choice: 'required' })).choices[0]!.message.tool_calls ?? [];
    if (call?.type !== 'function') throw new Error('no tool was called');
    const { parameters } = lookUp.function;
    expect(validateJson(parameters, JSON.parse(call.function.arguments) as JsonValue)).not.toEqual({ findings: [] });
  });
});

describe('requests that vLLM refuses', () => {
  const refused: Record<string, { more: object; status: number; says: string }> = {
    'another model': { more: { model: 'huge' }, status: 404, says: 'The model `huge` does not exist.' },
    'no messages': { more: { messages: [] }, status: 400, says: 'body.messages' },
    'a role that nobody has': {
      more: { messages: [{ role: 'king', content: '' }] },
      status: 400,
      says: 'body.messages[0].role',
    },
    'more tokens than fit': { more: { max_tokens: 5000 }, status: 400, says: 'max_tokens=5000 cannot be greater than' },
    'a prompt that is too long': {
      more: { messages: [{ role: 'user', content: 'word'.repeat(4000) }], max_tokens: 200 },
      status: 400,
      says: "This model's maximum context length is 4096 tokens. However, you requested 200 output tokens and your prompt contains at least 3897 input tokens, for a total of at least 4097 tokens.",
    },
    'a choice without tools': { more: { tool_choice: 'required' }, status: 400, says: '`tools` must be set' },
    'a tool that is not offered': {
      more: { tools: [lookUp], tool_choice: { type: 'function', function: { name: 'other' } } },
      status: 400,
      says: 'does not match any of the specified `tools`',
    },
    'a schema that cannot be used': {
      more: { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'thing' } } } },
      status: 400,
      says: 'the schema of `response_format` cannot be used',
    },
    'options of a stream that is none': { more: { stream_options: {} }, status: 400, says: 'when `stream=True`' },
    'an empty salt': { more: { cache_salt: '' }, status: 400, says: 'must be a non-empty string' },
  };
  test.each(Object.entries(refused))('are those with %s', async (_, { more, status, says }) => {
    const { ask } = await start();
    await expect(ask('go', more)).rejects.toMatchObject({ status, message: expect.stringContaining(says) });
  });

  test('have a body that is no JSON, or a path that is not there', async () => {
    const { url } = await start();
    const broken = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: '{' });
    expect([broken.status, await broken.json()]).toMatchObject([400, { error: { type: 'Bad Request', code: 400 } }]);
    expect((await fetch(`${url}/v1/embeddings`, { method: 'POST' })).status).toBe(404);
  });

  test('lack the key; health and metrics are open', async () => {
    const { ask, client, url } = await start({ apiKey: 'secret' });
    expect(contentOf(await ask('go'))).toBeTypeOf('string');
    await expect(client.withOptions({ apiKey: 'wrong' }).models.list()).rejects.toMatchObject({ status: 401 });
    expect((await demand(url, { fault: { kind: 'status' } })).status).toBe(401);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
  });
});

const tokenizeAt = async (url: string, body: object): Promise<unknown> =>
  (await fetch(`${url}/tokenize`, { method: 'POST', body: JSON.stringify(body) })).json();

describe('/tokenize', () => {
  test('counts four characters a token', async () => {
    const { url } = await start();
    const tokens = { count: 2, max_model_len: 4096, tokens: [expect.any(Number), expect.any(Number)] };
    expect(await tokenizeAt(url, { model: 'tiny', prompt: 'nine char' })).toMatchObject({ count: 3 });
    expect(await tokenizeAt(url, { prompt: 'seven c', return_token_strs: true })).toEqual({
      ...tokens,
      token_strs: ['seve', 'n c'],
    });
  });

  test('counts a chat as the chat itself does', async () => {
    const { url, client } = await start();
    const messages = [{ role: 'user' as const, content: 'How long is a piece of string?' }];
    const tools = [lookUp as OpenAI.ChatCompletionTool];
    const { usage } = await client.chat.completions.create({ model: 'tiny', messages, tools });
    expect(await tokenizeAt(url, { model: 'tiny', messages, tools })).toMatchObject({ count: usage?.prompt_tokens });
  });
});

/** The value of a series, summed over its labels. */
async function metric(url: string, name: string, label = ''): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes(label));
  expect(lines.length).toBeGreaterThan(0);
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

describe('/metrics', () => {
  test('counts tokens, and those of prompts that began like earlier ones', async () => {
    const { ask, url } = await start({ script: '- answer: { content: "one two three" }' });
    const first = await ask(`${'shared '.repeat(60)}first`);
    const second = await ask(`${'shared '.repeat(60)}again`);
    const prompts = first.usage!.prompt_tokens + second.usage!.prompt_tokens;
    expect(await metric(url, 'vllm:prompt_tokens_total')).toBe(prompts);
    expect(await metric(url, 'vllm:prefix_cache_queries_total')).toBe(prompts);
    expect(await metric(url, 'vllm:prefix_cache_hits_total')).toBe(96);
    expect(second.usage!.prompt_tokens_details?.cached_tokens).toBe(96);
    expect(await metric(url, 'vllm:generation_tokens_total')).toBe(8);
    expect(await metric(url, 'vllm:request_success_total', 'finished_reason="stop"')).toBe(2);
  });

  test('keeps the prompts of tenants with different salts apart', async () => {
    const { ask, url } = await start();
    const prompt = 'shared '.repeat(60);
    for (const cache_salt of ['one', 'two', undefined]) await ask(prompt, { cache_salt });
    expect(await metric(url, 'vllm:prefix_cache_hits_total')).toBe(0);
    await ask(prompt, { cache_salt: 'two' });
    expect(await metric(url, 'vllm:prefix_cache_hits_total')).toBeGreaterThan(0);
  });

  test('shows requests while they run, and how they ended', async () => {
    const { client, url } = await start();
    await demand(url, { fault: { kind: 'hang' } });
    const messages = [{ role: 'user' as const, content: 'go' }];
    const abort = new AbortController();
    const waiting = client.chat.completions.create({ model: 'tiny', messages }, { signal: abort.signal });
    waiting.catch(() => undefined);
    await expect.poll(() => metric(url, 'vllm:num_requests_running'), { timeout: 30_000 }).toBe(1);
    expect(await metric(url, 'vllm:kv_cache_usage_perc')).toBeGreaterThan(0);
    abort.abort();
    await expect(waiting).rejects.toThrow(OpenAI.APIUserAbortError);
    await expect.poll(() => metric(url, 'vllm:num_requests_running'), { timeout: 30_000 }).toBe(0);
    expect(await metric(url, 'vllm:kv_cache_usage_perc')).toBe(0);
    expect(await metric(url, 'vllm:request_success_total', 'finished_reason="abort"')).toBe(1);
    expect(await metric(url, 'vllm:num_requests_waiting')).toBe(0);
  });
});

describe('stopping', () => {
  test('cuts what is under way', async () => {
    const { ask, simulator, url } = await start();
    await demand(url, { fault: { kind: 'hang' } });
    const waiting = ask('go');
    waiting.catch(() => undefined);
    await expect.poll(() => metric(url, 'vllm:num_requests_running'), { timeout: 30_000 }).toBe(1);
    await simulator.stop();
    running.length = 0;
    await expect(waiting).rejects.toThrow(OpenAI.APIConnectionError);
  });
});
