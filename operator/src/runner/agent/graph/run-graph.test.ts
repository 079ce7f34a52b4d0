import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AgentWork, GraphNode, RoleContract } from '../../../api/runner-work.ts';
import type { RunnerTask } from '../../../api/runner-task.ts';
import { aTask } from '../../../testing/a-runner-task.ts';
import { AgentBench } from '../../../testing/agent-bench.ts';
import type { ModelTurn } from '../../../testing/scripted-model.ts';

type Graph = NonNullable<AgentWork['graph']>;
type Script = Parameters<typeof AgentBench.start>[0];

const llm = (id: string, more: Partial<GraphNode> = {}): GraphNode => ({ id, type: 'llm', ...more });
const agent = (id: string, more: Partial<GraphNode> = {}): GraphNode => ({ id, type: 'agent', ...more });
const tool = (id: string, name: string, more: Partial<GraphNode> = {}): GraphNode => ({
  ...{ id, type: 'tool', tool: name, ...more },
});
const says = (text: string): ModelTurn => ({ text });
const calls = (name: string, given: unknown): ModelTurn => ({ calls: [{ name, arguments: given }] });

async function aGraph(
  script: Script,
  graph: Partial<Graph> & Pick<Graph, 'nodes'>,
  { task = {}, role = {} }: { readonly task?: Partial<RunnerTask>; readonly role?: Partial<RoleContract> } = {},
) {
  const bench = await AgentBench.start(script);
  onTestFinished(() => bench.stop());
  await mkdir(bench.workspace);
  await writeFile(join(bench.workspace, 'notes.md'), 'Tea at five. sk-12345678');
  const contract: RoleContract = { prompt: 'You write.', tools: [{ name: 'file' }], model: bench.access, ...role };
  const work: AgentWork = {
    kind: 'agent',
    role: contract,
    goal: [{ text: 'Tell of tea.' }],
    graph: { maxIterations: 10, ...graph },
  };
  const whole = aTask({ inputs: { path: 'notes.md' }, ...task, work });
  const { result, exitCode } = await bench.run(whole, { environment: { CONCLAVE_VALUE_1: 'sk-12345678' } });
  return { bench, result, exitCode, asked: bench.model.asked };
}

/** An object in an object, and so on. */
const deep = `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`;

/** A list of numbers, gone through for each of them, again and again. */
const numbers = JSON.stringify(Array.from({ length: 40 }, (_, index) => index));
const forEver = ['i', 'j', 'k', 'l'].reduceRight(
  (inner, name) => `${numbers}.all(${name}, ${inner})`,
  'i + j + k + l >= 0',
);

const toldOf = (body: { readonly messages: readonly { readonly content: string | null }[] } | undefined) =>
  body?.messages[1]?.content ?? '';

describe('a graph', () => {
  it('without edges goes from one node to the next, and its last answer is the outputs', async () => {
    const { asked, result, exitCode } = await aGraph(
      [says('A draft.'), says('{"text": "Better."}')],
      { nodes: [llm('draft', { prompt: 'Draft.' }), llm('mend')] },
      { task: { outputs: ['text'] } },
    );
    expect(result).toMatchObject({ outcome: 'succeeded', outputs: { text: 'Better.' } });
    expect(exitCode).toBe(0);
    expect(toldOf(asked[0])).toMatch(/# Your role\nYou write.\n\n# Your task\nTell of tea.\n\nDraft.\n\n# Your answer/);
    expect(toldOf(asked[1])).toContain("Your part is 'mend', of these that work together: draft, mend.");
    expect(toldOf(asked[1])).toMatch(/<<<DATA ([0-9a-f]{24}) answer of draft\nA draft.\n\1 DATA>>>/);
  });

  it('gives a prompt that names what it needs that alone', async () => {
    const nodes = [llm('a', { prompt: '1' }), llm('b', { prompt: '2' }), llm('c', { prompt: 'See {{a}}.' })];
    const { asked } = await aGraph([says('one'), says('two'), says('three')], { nodes });
    expect(toldOf(asked[2])).toMatch(/See \n<<<DATA [0-9a-f]{24} a\none\n/);
    expect(toldOf(asked[2])).not.toContain('two');
  });

  it('takes the first edge that holds, and goes round until one leads out', async () => {
    const verdict = { type: 'object', required: ['good'], properties: { good: { type: 'boolean' } } };
    const { result, asked } = await aGraph(
      [says('first'), says('{"good": false}'), says('second'), says('{"good": true}')],
      {
        entry: 'write',
        nodes: [llm('judge', { outputSchema: verdict }), llm('write')],
        edges: [
          { from: 'write', to: 'judge' },
          { from: 'judge', to: 'end', when: 'state.judge.good && state.write == "second"' },
          { from: 'judge', to: 'write', when: 'has(state.write)' },
          { from: 'judge', to: 'judge' },
        ],
      },
    );
    expect(result).toMatchObject({ outcome: 'succeeded', outputs: { good: true } });
    expect(asked).toHaveLength(4);
    expect(toldOf(asked[2])).toContain('answer of judge');
  });

  it('lets an agent work with tools in a node, on a model of its own', async () => {
    const script: Script = [calls('file_write', { path: 'a', content: 'x' }), says('Written.'), says('Done.')];
    const { result, asked } = await aGraph(script, { nodes: [agent('write'), llm('close')] });
    expect(result).toMatchObject({
      ...{ outputs: { answer: 'Done.' }, toolCalls: [{ tool: 'file', calls: 1, refused: 0 }] },
    });
    expect(asked.map(({ tools }) => tools?.length ?? 0)).toEqual([3, 3, 0]);
    const url = 'http://127.0.0.1:1/v1';
    const other = await aGraph([], { nodes: [llm('a', { model: { url, name: 'other' } }), llm('b')] });
    expect(other.result).toMatchObject({
      error: { reason: 'ModelUnavailable' },
      provenance: { models: ['m', 'other'] },
    });
  });

  it('calls a tool with what the state has, and without the secrets in what it gives', async () => {
    const { result, asked } = await aGraph([says('It is at five.')], {
      nodes: [tool('read', 'file_read', { arguments: { path: '{{inputs.path}}' } }), llm('tell')],
    });
    expect(result).toMatchObject({ outcome: 'succeeded', toolCalls: [{ tool: 'file', calls: 1, refused: 0 }] });
    expect(toldOf(asked[0])).toMatch(/answer of read\nTea at five. \[secret\]\n/);
  });

  it('calls a tool with the answer before it where nothing else is said', async () => {
    const { result } = await aGraph([says('{"path": "notes.md"}')], {
      nodes: [llm('choose'), tool('read', 'file_read')],
    });
    expect(result.outputs).toEqual({ answer: 'Tea at five. [secret]' });
  });

  it('asks once more for a last answer that is not what the step declares, wherever it is the last', async () => {
    const { result, asked } = await aGraph(
      [says('{"x": 1}'), says('{"done": true}')],
      {
        nodes: [llm('a'), llm('b')],
        edges: [
          { from: 'a', to: 'end', when: 'true' },
          { from: 'a', to: 'b' },
        ],
      },
      { task: { outputs: ['done', 'x'] } },
    );
    expect(asked).toHaveLength(2);
    expect(asked[1]?.messages.at(-1)?.content).toContain("Declared but not in the result: 'done'");
    expect(result.error).toMatchObject({
      reason: 'OutputMissing',
      message: expect.stringMatching(/^In the node 'a': /),
    });
  });

  it('has 64 nodes, with names that objects have already', async () => {
    const ids = ['__proto__', 'constructor', ...Array.from({ length: 62 }, (_, index) => `n${index}`)];
    const { result, asked } = await aGraph(
      (_, count) => says(`{"n": ${count}}`),
      {
        ...{ nodes: ids.map((id) => llm(id, { prompt: 'Go.' })), maxIterations: 1 },
        edges: ids.map((from, index) => ({
          ...{ from, to: ids[index + 1] ?? 'end', when: index === 1 ? 'state.constructor.n == 2' : 'size(state) > 1' },
        })),
      },
      { task: { limits: { ...aTask({}).limits, maxTurns: 64, maxTokens: 10_000_000 } } },
    );
    expect(result).toMatchObject({ outcome: 'succeeded', outputs: { n: 64 } });
    expect(asked).toHaveLength(64);
    expect(({} as { n?: number }).n).toBeUndefined();
  });
});

describe('a graph is refused before anything is spent', () => {
  const two = [llm('a'), llm('b')];
  it.each<[string, Partial<Graph> & Pick<Graph, 'nodes'>, string, string]>([
    [
      'for a type of node that is not known',
      { nodes: [llm('a'), llm('b', { type: 'human' })] },
      'NotServed',
      "'human'",
    ],
    ['for an entry that is not there', { nodes: two, entry: 'c' }, 'GraphInvalid', "'c'"],
    ['for two nodes of one name', { nodes: [llm('a'), llm('a')] }, 'GraphInvalid', "'a'"],
    ['for a node called as the end is', { nodes: [llm('end')] }, 'GraphInvalid', "'end'"],
    ['for a node called as the inputs are', { nodes: [llm('inputs')] }, 'GraphInvalid', "'inputs'"],
    ['for a call of nothing', { nodes: [llm('a', { type: 'tool' })] }, 'GraphInvalid', "'a'"],
    ['for an edge to nowhere', { nodes: two, edges: [{ from: 'a', to: 'c' }] }, 'GraphInvalid', "'c'"],
    ['for an edge from the end', { nodes: two, edges: [{ from: 'end', to: 'end' }] }, 'GraphInvalid', "'end'"],
    [
      'for an edge to what objects have',
      { nodes: two, edges: [{ from: 'a', to: 'toString' }] },
      'GraphInvalid',
      'toString',
    ],
    [
      'for a condition that is none',
      { nodes: two, edges: [{ from: 'a', to: 'b', when: 'state.' }] },
      'GraphInvalid',
      "'a'",
    ],
    [
      'for a condition over more',
      { nodes: two, edges: [{ from: 'a', to: 'b', when: 'run.x' }] },
      'GraphInvalid',
      "'run'",
    ],
    ['for braces', { nodes: two, edges: [{ from: 'a', to: 'b', when: '{{a.x}} > 1' }] }, 'GraphInvalid', 'a.x'],
    ['for a tool that is not given', { nodes: [llm('a'), tool('b', 'http_request')] }, 'ToolNotAllowed', "node 'b'"],
    ['for a tool that is not known', { nodes: [llm('a'), tool('b', 'do_magic')] }, 'ToolUnknown', "node 'b'"],
  ])('%s', async (_, graph, reason, told) => {
    const { result, exitCode, asked } = await aGraph([], graph);
    expect(result).toMatchObject({ outcome: 'failed', error: { reason, retryable: false } });
    expect(result.error?.message).toContain(told);
    expect(exitCode).toBe(20);
    expect(asked).toHaveLength(0);
  });

  it('and the call that it would have made is counted', async () => {
    const { result } = await aGraph([], { nodes: [tool('b', 'http_request')] });
    expect(result.toolCalls).toEqual([{ tool: 'http', calls: 0, refused: 1 }]);
  });
});

describe('a graph ends', () => {
  const round = (ids: readonly string[]) =>
    ids.map((from, index) => ({ from, to: ids[(index + 1) % ids.length] ?? '' }));
  it.each<[string, Script, Partial<Graph> & Pick<Graph, 'nodes'>, string, string]>([
    [
      ...(['when no edge holds', [says('x')]] as const),
      { nodes: [llm('a')], edges: [{ from: 'a', to: 'end', when: 'state.a == "y"' }] },
      ...(['NoEdgeHolds', "In the node 'a': None of its edges holds."] as const),
    ],
    [
      ...(['when an edge cannot be evaluated', [says('x')]] as const),
      { nodes: [llm('a'), llm('b')], edges: [{ from: 'a', to: 'b', when: 'state.b.n > 1' }] },
      ...(['EdgeFailed', "In the node 'a': The edge to 'b': "] as const),
    ],
    [
      ...(['when an edge is neither true nor false', [says('x')]] as const),
      { nodes: [llm('a')], edges: [{ from: 'a', to: 'end', when: 'state.a' }] },
      ...(['EdgeFailed', 'expected true or false'] as const),
    ],
    [
      ...(['when an edge would take for ever', [says('x')]] as const),
      {
        nodes: [llm('a')],
        edges: [{ from: 'a', to: 'end', when: forEver }],
      },
      ...(['EdgeFailed', 'takes too much work'] as const),
    ],
    [
      'when a tool fails',
      [],
      { nodes: [tool('a', 'file_read', { arguments: { path: 'b' } })] },
      'ToolFailed',
      'b does',
    ],
    ['when a call is nonsense', [], { nodes: [tool('a', 'file_read', { arguments: {} })] }, 'ArgumentsInvalid', 'path'],
    [
      'when a prompt names what was not answered',
      [],
      { nodes: [llm('a', { prompt: '{{b}}' }), llm('b')] },
      'StepNotFound',
      'b',
    ],
    [
      ...(['when a call names what was not answered', []] as const),
      { nodes: [tool('a', 'file_read', { arguments: { path: '{{b.c}}' } }), llm('b')] },
      ...(['StepNotFound', 'b'] as const),
    ],
    ['when the model refuses', [{ refusal: 'No.' }], { nodes: [llm('a')] }, 'Refused', "In the node 'a'"],
    [
      ...(['when an answer never fits', [says('x'), says('y')]] as const),
      { nodes: [llm('a', { outputSchema: { type: 'object' } }), llm('b')] },
      ...(['AnswerInvalid', 'asked for twice'] as const),
    ],
    [
      ...(['when an answer is too deep', [says(deep), says(deep)]] as const),
      { nodes: [llm('a'), llm('b')] },
      ...(['AnswerInvalid', 'nested deeper'] as const),
    ],
  ])('%s', async (_, script, graph, reason, told) => {
    const { result, exitCode } = await aGraph(script, graph, { task: { outputs: ['text'] } });
    expect(result).toMatchObject({ outcome: 'failed', error: { reason, retryable: false } });
    expect(result.error?.message).toContain(told);
    expect(exitCode).toBe(20);
  });

  it.each<[string, Partial<Graph> & Pick<Graph, 'nodes'>, Partial<RunnerTask['limits']>, number, string]>([
    [
      'entries of a node',
      { nodes: [llm('a'), llm('b')], edges: round(['a', 'b']), maxIterations: 3 },
      {},
      6,
      'more than 3',
    ],
    [
      'entries of a node that is its own',
      { nodes: [llm('a')], edges: round(['a']), maxIterations: 1 },
      {},
      1,
      'more than 1',
    ],
    [
      'turns, over all nodes',
      { nodes: [llm('a'), agent('b')], edges: round(['a', 'b']) },
      { maxTurns: 5 },
      5,
      'All 5 turns',
    ],
    [
      'tokens, over all nodes',
      { nodes: [llm('a'), agent('b')], edges: round(['a', 'b']) },
      { maxTokens: 4000 },
      11,
      'tokens',
    ],
    [
      ...(['calls of tools, over all nodes'] as const),
      { nodes: [tool('a', 'file_list', { arguments: { path: '.' } }), llm('b')], edges: round(['a', 'b']) },
      ...([{ maxToolCalls: 2 }, 2, 'All 2 calls'] as const),
    ],
  ])('by its limit of %s', async (_, graph, limits, requests, told) => {
    const usual = aTask({}).limits;
    const answers = () => ({ text: 'x', promptTokens: 300 });
    const { result, exitCode, asked } = await aGraph(answers, graph, { task: { limits: { ...usual, ...limits } } });
    expect(result).toMatchObject({ outcome: 'limit', error: { reason: 'LimitReached' } });
    expect(result.error?.message).toContain(told);
    expect(exitCode).toBe(30);
    expect(asked).toHaveLength(requests);
    const { promptTokens = 0, completionTokens = 0 } = result.usage ?? {};
    expect(promptTokens + completionTokens).toBeLessThanOrEqual(limits?.maxTokens ?? Infinity);
  });

  it('by its limit of time', async () => {
    const limits = { ...aTask({}).limits, wallTimeSeconds: 0.5 };
    const { result } = await aGraph([{ text: 'x', stallAfter: 1 }], { nodes: [llm('a')] }, { task: { limits } });
    expect(result).toMatchObject({ outcome: 'limit', error: { message: 'It took 0.5 s.' } });
  });
});
