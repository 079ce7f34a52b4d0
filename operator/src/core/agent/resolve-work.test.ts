import { describe, expect, it } from 'vitest';
import type { AgentRoleSpec } from '../../api/agent-role.ts';
import type { Council, CouncilSpec } from '../../api/council.ts';
import type { Method } from '../../api/method.ts';
import type { RunnerTask } from '../../api/runner-task.ts';
import { aCouncil, aModel, aRole } from '../../testing/a-world.ts';
import { anAttempt, type AttemptSketch, aStep } from '../../testing/an-attempt.ts';
import { aMethod } from '../../testing/planned-run.ts';
import type { KnownRecord } from '../context/known-record.ts';
import { type AgentAttempt, resolveWork } from './resolve-work.ts';

type Pinned = Partial<AgentAttempt['pinned']>;

const large = aModel('large', { modelName: 'llama-70b', endpoint: { url: 'http://large/v1' }, contextLength: 8192 });
const small = aModel('small', { modelName: 'llama-8b', endpoint: { url: 'http://small/v1' } });
const writer = aRole('writer', {
  ...{ role: 'developer', prompt: 'You write.', modelRef: { name: 'large' } },
  tools: [
    { name: 'file', readOnly: true },
    { name: 'http', allowedHosts: ['a.example.com'] },
  ],
});
const asked = { name: 'llama-70b', url: 'http://large/v1', contextLength: 8192, maxConcurrentRequests: 64 };
const askedSmall = { name: 'llama-8b', url: 'http://small/v1', maxConcurrentRequests: 64 };

const attemptOf = (
  step: object,
  more: Pinned & { method?: Method; start?: AttemptSketch['start'] } = {},
): AgentAttempt => {
  const { method, start, ...pinned } = more;
  const parsed = aStep(step);
  return {
    ...anAttempt({ start: { step: parsed, ...(parsed.role === undefined ? {} : { role: parsed.role }), ...start } }),
    pinned: { roles: [writer], models: [large, small], methods: [], councils: [], ...pinned },
    method,
  };
};

/** What a step is resolved to. @throws Error when something stands in the way */
function resolved(...[step, more]: Parameters<typeof attemptOf>) {
  const found = resolveWork(attemptOf(step, more));
  if ('problem' in found) throw new Error(found.problem.message);
  return found.resolved;
}

/** What stands in the way of a step, in a word and in words. */
function problemOf(...[step, more]: Parameters<typeof attemptOf>) {
  const found = resolveWork(attemptOf(step, more));
  return 'problem' in found ? `${found.problem.reason}: ${found.problem.message}` : 'none';
}

type Work<Kind extends RunnerTask['work']['kind']> = Extract<RunnerTask['work'], { kind: Kind }>;
const agentOf = (...args: Parameters<typeof attemptOf>) => resolved(...args).work as Work<'agent'>;
const flowOf = (...args: Parameters<typeof attemptOf>) => resolved(...args).work as Work<'flow'>;
const councilOf = (...args: Parameters<typeof attemptOf>) => resolved(...args).work as Work<'council'>;

const agent = { type: 'llm_agent', role: 'writer' };

describe('an agent', () => {
  it('is told its role, its Model, its tools and its goal', () => {
    const prompt = [{ text: 'Write a poem on ' }, { name: 'find.subject', value: 'tea' }];
    expect(resolved({ ...agent, goal: 'Write a poem on tea' }, { start: { prompt } }).work).toEqual({
      kind: 'agent',
      role: {
        ...{ name: 'writer', role: 'developer', prompt: 'You write.', model: asked },
        tools: [
          { name: 'file', readOnly: true },
          { name: 'http', allowedHosts: ['a.example.com'] },
        ],
      },
      goal: prompt,
    });
  });

  it('acts without a role where its step names none, by a Model alone and with no tools', () => {
    expect(agentOf({ type: 'llm_agent', modelRef: { name: 'small' } }).role).toEqual({ tools: [], model: askedSmall });
  });

  it('has, without a role, the built-in tools that its step asks for, and no shell', () => {
    const step = { type: 'llm_agent', modelRef: { name: 'small' }, tools: ['file', 'shell', 'docker'] };
    expect(agentOf(step).role.tools).toEqual([{ name: 'file' }]);
  });

  it('has a part of the tools of its role where the step says so, and never others', () => {
    expect(agentOf({ ...agent, tools: ['file', 'git'] }).role.tools).toEqual([{ name: 'file', readOnly: true }]);
  });

  it('has the tools that its kind of role has by default, as far as something provides them', () => {
    const roles = [aRole('writer', { role: 'developer', modelRef: { name: 'large' } })];
    expect(agentOf(agent, { roles }).role.tools).toEqual([{ name: 'git' }, { name: 'file' }]);
  });

  it('is told why earlier work was sent back, and what of artifacts it may not read', () => {
    const roles = [aRole('writer', { modelRef: { name: 'large' }, context: { artifacts: false }, sandboxed: true })];
    const work = agentOf(agent, { roles, start: { feedback: 'Too long.' } });
    expect(work).toMatchObject({ feedback: 'Too long.', role: { readsArtifacts: false, sandboxed: true } });
  });

  it('works by the graph of its Method, with the nodes that its step changes and adds', () => {
    const graph = {
      ...{ entry: 'draft', maxIterations: 7, edges: [{ from: 'draft', to: 'end', when: 'state.ok' }] },
      nodes: [
        { id: 'draft', type: 'llm' as const, prompt: 'Draft {{inputs.a}}.', modelRef: { name: 'small' } },
        { id: 'look', type: 'tool' as const, tool: 'file' },
      ],
    };
    const method = aMethod('g', { type: 'graph', graph });
    const agentConfig = {
      ...{ graph_definition: 'g', temperature: 1 },
      nodes: [{ id: 'draft', model: 'llama-70b', style: 'terse' }, { id: 'check' }],
    };
    const found = resolved({ ...agent, agentType: 'langgraph', agentConfig }, { method });
    expect((found.work as Work<'agent'>).graph).toEqual({
      ...{ entry: 'draft', maxIterations: 7, edges: graph.edges },
      nodes: [
        { id: 'draft', type: 'llm', prompt: 'Draft {{inputs.a}}.', model: asked, style: 'terse' },
        { id: 'look', type: 'tool', tool: 'file' },
        { id: 'check', type: 'llm' },
      ],
    });
    expect(found.configuration).toEqual({ agentType: 'langgraph', temperature: 1 });
  });

  it('asks the Model of its first node where nothing else names one', () => {
    const agentConfig = { nodes: [{ id: 'a', type: 'llm', model: 'small' }], max_iterations: 5 };
    const work = agentOf({ type: 'llm_agent', agentConfig });
    expect([work.role.model, work.graph?.maxIterations]).toEqual([askedSmall, 5]);
  });

  it('has a workspace, with the token for it as a variable', () => {
    const credentialsRef = { name: 'git', key: 'token' };
    const artifact = `sha256:${'a'.repeat(64)}`;
    const workspace = { git: { url: 'https://g/x', ref: 'main', credentialsRef }, artifact };
    const { work, variables } = resolved({ ...agent, workspace });
    const git = { url: 'https://g/x', ref: 'main', tokenVariable: 'CONCLAVE_VALUE_1' };
    expect((work as Work<'agent'>).workspace).toEqual({ git, artifact });
    expect(variables).toEqual([{ name: 'CONCLAVE_VALUE_1', valueFrom: { secretKeyRef: credentialsRef } }]);
  });

  it('answers by the schema of the step, else by that of its graph, else by that of its role', () => {
    const [ofStep, ofMethod, ofRole] = [{ title: 'step' }, { title: 'method' }, { title: 'role' }];
    const roles = [aRole('writer', { modelRef: { name: 'large' }, outputSchema: ofRole })];
    const method = aMethod('g', { type: 'graph', graph: { nodes: [{ id: 'a', type: 'llm' }] }, outputs: ofMethod });
    const byGraph = { ...agent, agentConfig: { graph_definition: 'g' } };
    expect(resolved({ ...byGraph, outputSchema: ofStep }, { roles, method }).outputSchema).toEqual(ofStep);
    expect(resolved(byGraph, { roles, method }).outputSchema).toBe(ofMethod);
    expect(resolved(agent, { roles }).outputSchema).toBe(ofRole);
  });

  it('has limits of which none is left open: the step says them before its role, and time ends with the step', () => {
    const limits = { maxTurns: 3, maxTokens: 1000, wallTimeSeconds: 900 };
    const roles = [aRole('writer', { modelRef: { name: 'large' }, limits })];
    expect(resolved({ ...agent, limits: { maxTurns: 5 } }, { roles }).limits).toEqual({
      ...{ maxTurns: 5, maxToolCalls: 50, maxTokens: 1000, maxOutputTokens: 4096, wallTimeSeconds: 600 },
    });
  });

  it('runs as its role says, and field by field as the step says', () => {
    const role = { resources: { cpu: 1, gpu: 1 }, placement: { nodeSelector: { a: 'b' }, priorityClassName: 'low' } };
    const roles = [aRole('writer', { modelRef: { name: 'large' }, ...role })];
    const step = { ...agent, resources: { cpu: 2 }, placement: { priorityClassName: 'high' } };
    expect(resolved(step, { roles })).toMatchObject({
      resources: { cpu: 2, gpu: 1 },
      placement: { nodeSelector: { a: 'b' }, priorityClassName: 'high' },
    });
  });
});

describe('a Model', () => {
  it('is asked with a key and an authority that stand in no document', () => {
    const apiKeySecretRef = { name: 'keys', key: 'large' };
    const caConfigMap = { name: 'ca', key: 'ca.crt' };
    const price = { inputPerMillionTokens: '1', outputPerMillionTokens: '2', gpuHour: '3' };
    const endpoint = { url: 'https://large/v1', apiKeySecretRef, caConfigMap };
    const { work, variables } = resolved(agent, { models: [aModel('large', { endpoint, price })] });
    expect((work as Work<'agent'>).role.model).toEqual({
      ...{ name: 'large', url: 'https://large/v1', maxConcurrentRequests: 64 },
      ...{ apiKeyVariable: 'CONCLAVE_VALUE_1', caVariable: 'CONCLAVE_VALUE_2' },
      price: { inputPerMillionTokens: '1', outputPerMillionTokens: '2' },
    });
    expect(variables).toEqual([
      { name: 'CONCLAVE_VALUE_1', valueFrom: { secretKeyRef: apiKeySecretRef } },
      { name: 'CONCLAVE_VALUE_2', valueFrom: { configMapKeyRef: caConfigMap } },
    ]);
  });

  it('may be answered for by another, as the Tenant said when the run began', () => {
    const modelOverrides = [{ from: 'large', to: 'small' }];
    expect(agentOf(agent, { modelOverrides }).role.model).toEqual(askedSmall);
  });

  it('of the step is asked rather than that of its role', () => {
    expect(agentOf({ ...agent, modelRef: { name: 'small' } }).role.model).toEqual(askedSmall);
  });
});

describe('a Model beside the agent', () => {
  const beside = (name: string) => aModel(name, { sidecar: { image: 'vllm', source: name } });
  const models = [beside('large'), beside('small')];
  const tool = (port?: number) => ({ name: 'db', mcp: { image: 'db:1', ...(port !== undefined && { port }) } });

  it('is asked on this machine, with the UID of the pod as its key', () => {
    const { work, variables, models: found } = resolved(agent, { models });
    expect(work).toMatchObject({
      role: { model: { url: 'http://127.0.0.1:8000/v1', apiKeyVariable: 'CONCLAVE_VALUE_1' } },
    });
    expect(variables).toEqual([{ name: 'CONCLAVE_VALUE_1', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } }]);
    expect(found).toMatchObject([{ name: 'model-1', port: 8000, server: { source: 'large' } }]);
  });

  it('comes once for all that ask it, and has a port of its own', () => {
    const prompts = ['small', 'large', 'small'].map((name, index) => ({
      ...{ name: `c${index}`, prompt: 'x' },
      modelRef: { name },
    }));
    const method = aMethod('f', { type: 'flow', flow: { completions: prompts } });
    const step = { type: 'llm_flow', flow: 'f' };
    const found = resolved(step, { models, method, start: { step: aStep(step), method: 'f' } });
    expect(found.models.map(({ name, port, server }) => [name, port, server.source])).toEqual([
      ['model-1', 8000, 'small'],
      ['model-2', 8001, 'large'],
    ]);
    expect((found.work as Work<'flow'>).completions.map(({ model }) => model.url)).toEqual([
      'http://127.0.0.1:8000/v1',
      'http://127.0.0.1:8001/v1',
      'http://127.0.0.1:8000/v1',
    ]);
  });

  it.each([
    [undefined, 8001],
    [8001, 8000],
  ])('keeps away from the port of a tool: %s', (port, expected) => {
    const role = aRole('writer', { modelRef: { name: 'large' }, tools: [tool(port)] });
    const { models: found, servers } = resolved(agent, { models, roles: [role] });
    expect(found[0]?.port).toBe(expected);
    expect(servers[0]?.port).toBe(port ?? 8000);
  });
});

describe('a Model that the operator serves', () => {
  const dedicated = aModel('large', { dedicated: { image: 'vllm', source: 'x' } });
  const served = { ...dedicated, status: { url: 'http://model-large.ns.svc:8000/v1' } };

  it('is asked with its key, and noted as needed', () => {
    const { work, variables, asked: names } = resolved(agent, { models: [served] });
    expect(work).toMatchObject({ role: { model: { url: served.status.url, apiKeyVariable: 'CONCLAVE_VALUE_1' } } });
    expect(variables).toMatchObject([{ valueFrom: { secretKeyRef: { name: 'model-large', key: 'api-key' } } }]);
    expect(names).toEqual(['large']);
  });
});

describe('servers of tools', () => {
  const withTools = (...tools: NonNullable<(typeof writer)['spec']['tools']>) => ({
    roles: [aRole('writer', { modelRef: { name: 'large' }, tools })],
  });

  it('at an address are asked with headers that stand in no document', () => {
    const secretKeyRef = { name: 'keys', key: 'db' };
    const headersFrom = [{ name: 'Authorization', secretKeyRef }];
    const mcp = { url: 'https://db.example.com/mcp', headersFrom, allow: ['query'] };
    const { work, variables, servers } = resolved(agent, withTools({ name: 'db', mcp }));
    const headerVariables = { Authorization: 'CONCLAVE_VALUE_1' };
    expect((work as Work<'agent'>).role.tools).toEqual([
      { name: 'db', mcp: { url: mcp.url, headerVariables, allow: ['query'] } },
    ]);
    expect([variables.length, servers]).toEqual([1, []]);
  });

  it('that come as images run in the Pod, once for all tools that they provide', () => {
    const server = { image: 'db:1', port: 9000, command: ['serve'], env: { A: 'b' } };
    const [read, write] = [
      { ...server, allow: ['read'] },
      { ...server, allow: ['write'] },
    ];
    const { work, servers } = resolved(agent, withTools({ name: 'r', mcp: read }, { name: 'w', mcp: write }));
    const url = 'http://127.0.0.1:9000/mcp';
    expect((work as Work<'agent'>).role.tools).toEqual([
      { name: 'r', mcp: { url, allow: ['read'] } },
      { name: 'w', mcp: { url, allow: ['write'] } },
    ]);
    expect(servers).toEqual([{ name: 'tools-1', ...server }]);
  });

  it('cannot listen on the same port of one Pod', () => {
    const tools = withTools({ name: 'a', mcp: { image: 'a:1' } }, { name: 'b', mcp: { image: 'b:1' } });
    expect(problemOf(agent, tools)).toBe(
      "PortTaken: the server of the tool 'b' listens on port 8000, as the one with the image a:1 does in the same pod; give one of them another `port`",
    );
  });
});

describe('a flow', () => {
  it('of a step asks its prompt, with values apart, as its role begins', () => {
    const step = { type: 'llm_flow', prompt: 'Say tea.', role: 'writer', outputSchema: { title: 'x' } };
    const prompt = [{ text: 'Say ' }, { name: 'input.a', value: 'tea' }, { text: '.' }];
    expect(flowOf(step, { start: { prompt } })).toEqual({
      ...{ kind: 'flow', instruction: 'You write.' },
      completions: [{ name: 'answer', parts: prompt, model: asked, outputSchema: { title: 'x' } }],
    });
  });

  it('of a Method asks one completion after the other, by templates', () => {
    const flow = {
      modelRef: { name: 'small' },
      completions: [
        { name: 'a', prompt: '{{inputs.x}}', sampling: { temperature: 0 }, outputSchema: { title: 'a' } },
        { name: 'b', prompt: '{{a}}', modelRef: { name: 'large' }, outputSchema: { title: 'b' } },
      ],
    };
    const { work, limits, outputSchema } = resolved(
      { type: 'llm_flow', flow: 'f', limits: { maxTokens: 500 } },
      { method: aMethod('f', { type: 'flow', flow }) },
    );
    const [a, b] = [{ title: 'a' }, { title: 'b' }];
    expect((work as Work<'flow'>).completions).toEqual([
      {
        name: 'a',
        prompt: '{{inputs.x}}',
        model: askedSmall,
        sampling: { temperature: 0 },
        outputSchema: a,
      },
      { name: 'b', prompt: '{{a}}', model: asked, outputSchema: b },
    ]);
    expect(outputSchema).toBe(flow.completions[1]?.outputSchema);
    expect(limits).toMatchObject({ maxTurns: 4, maxTokens: 500 });
  });

  it('asks the Model of the step before that of the flow, and after that of the completion', () => {
    const completions = [
      { name: 'a', prompt: 'x' },
      { name: 'b', prompt: 'x', modelRef: { name: 'small' } },
    ];
    const method = aMethod('f', { type: 'flow', flow: { modelRef: { name: 'small' }, completions } });
    const work = flowOf({ type: 'llm_flow', flow: 'f', modelRef: { name: 'large' } }, { method });
    expect(work.completions.map(({ model }) => model.name)).toEqual(['llama-70b', 'llama-8b']);
  });
});

describe('a deliberation', () => {
  const judge = aRole('judge', { modelRef: { name: 'small' } });
  const proposalSchema = { title: 'proposal' };
  const board = aCouncil('board', {
    ...{ strategy: 'judge', modelRef: { name: 'small' }, judge: { roleRef: { name: 'judge' } }, proposalSchema },
    members: [
      { name: 'ann', roleRef: { name: 'writer' }, weight: 2, sampling: { seed: 1 } },
      { name: 'ben', roleRef: { name: 'writer' }, modelRef: { name: 'large' } },
    ],
    ...{ rubric: [{ name: 'clarity', description: 'Is it clear?' }], minimumScore: 5, earlyStop: { agreement: 0.8 } },
    ...{ quorum: 2, rounds: 3, seed: 42, limits: { maxTokens: 10_000 }, timeoutSeconds: 60 },
  });
  const step = { type: 'council', council: 'board', topic: 'Which way?' };
  const pinned = (council: Council = board) => ({ councils: [council], roles: [writer, judge] });

  it('is told its members, its judge and its rules', () => {
    const role = { name: 'writer', role: 'developer', prompt: 'You write.', tools: [], outputSchema: proposalSchema };
    const found = resolved(step, { ...pinned(), start: { feedback: 'Again.' } });
    expect(found.work).toEqual({
      ...{ kind: 'council', council: 'board', topic: 'Which way?', strategy: 'judge', feedback: 'Again.' },
      members: [
        { name: 'ann', weight: 2, role: { ...role, sampling: { seed: 1 }, model: askedSmall } },
        { name: 'ben', weight: 1, role: { ...role, model: asked } },
      ],
      judge: { name: 'judge', role: 'judge', prompt: 'Do it.', tools: [], model: askedSmall },
      rubric: [{ name: 'clarity', description: 'Is it clear?', weight: 1 }],
      ...{ rounds: 3, quorum: 2, minimumScore: 5, earlyStopAgreement: 0.8, seed: 42 },
    });
    expect(found.limits).toEqual({
      ...{ maxTurns: 14, maxToolCalls: 0, maxTokens: 10_000, maxOutputTokens: 4096, wallTimeSeconds: 60 },
    });
  });

  it('has three members of one role, one round and more than half of them as its quorum unless it says otherwise', () => {
    const work = councilOf(step, pinned(aCouncil('board', { roleRef: { name: 'writer' } })));
    expect(work.members.map(({ name }) => name)).toEqual(['member-1', 'member-2', 'member-3']);
    expect(work).toMatchObject({ rounds: 1, quorum: 2, rubric: [], strategy: 'peer_review' });
    expect(councilOf(step, pinned(aCouncil('board', { roleRef: { name: 'writer' }, strategy: 'debate' }))).rounds).toBe(
      2,
    );
  });

  it('is the same at each attempt, and another one in another step', () => {
    const shared = pinned(aCouncil('board', { roleRef: { name: 'writer' } }));
    const seedOf = (start: AttemptSketch['start']) => councilOf(step, { ...shared, start }).seed;
    expect(seedOf({ attempt: 1 })).toBe(seedOf({ attempt: 2 }));
    expect(seedOf({ path: 'a' })).not.toBe(seedOf({ path: 'b' }));
    expect(seedOf({})).toBeLessThanOrEqual(4_294_967_295);
  });

  it('runs as its Council says, and field by field as the step says', () => {
    const council = aCouncil('board', { roleRef: { name: 'writer' }, resources: { memory: '1Gi', cpu: 1 } });
    expect(resolved({ ...step, resources: { cpu: 2 } }, pinned(council)).resources).toEqual({ memory: '1Gi', cpu: 2 });
  });

  describe('in pods', () => {
    const inPods = pinned({ ...board, spec: { ...board.spec, isolation: 'pods' } });
    const seat = {
      deliberation: 'choose',
      maxTokens: 900,
      stage: { kind: 'propose', round: 1, member: 'ben' },
    } as const;
    const seated = (more: object = {}) =>
      resolved(step, { ...inPods, start: { path: 'choose[0].ben', timeoutSeconds: 20, seat: { ...seat, ...more } } });

    it('tells a member of itself alone, and not by what its proposals are shuffled', () => {
      const { work, limits } = seated();
      const { members, judge: itsJudge, stage, seed, quorum } = work as Work<'council'>;
      expect(members).toEqual([
        expect.objectContaining({ name: 'ben', role: expect.objectContaining({ model: asked }) as object }),
      ]);
      expect({ itsJudge, stage, seed, quorum }).toEqual({ itsJudge: undefined, stage: seat.stage, seed: 0, quorum: 2 });
      expect(JSON.stringify(work)).not.toContain('ann');
      expect(limits).toEqual({
        ...{ maxTurns: 2, maxToolCalls: 0, maxTokens: 900, maxOutputTokens: 4096, wallTimeSeconds: 20 },
      });
    });

    it('tells the judge of no member', () => {
      const { work } = seated({ stage: { kind: 'judge', round: 3 } });
      expect(work).toMatchObject({ members: [], judge: { name: 'judge', model: askedSmall } });
    });

    it('asks for the Models of those alone who speak', () => {
      const apart = { ...inPods, models: [large], start: { seat } };
      expect(problemOf(step, apart)).toBe('none');
      expect(problemOf(step, { ...inPods, models: [large] })).toMatch(/^ModelNotFound/);
    });
  });
});

describe("an MCP server's tool", () => {
  const mcp = { url: 'https://tools.example.com/mcp', tool: 'query' };
  const method = aMethod('ask-db', { type: 'mcp', mcp, outputs: { title: 'rows' }, inputs: { required: ['sql'] } });
  const step = { type: 'function', method: 'ask_db' };

  it('is called with what the step gives', () => {
    const { work, outputSchema, limits } = resolved(step, { method, start: { inputs: { sql: 'x' } } });
    const tool = { name: 'query', mcp: { url: mcp.url, allow: ['query'] } };
    expect(work).toEqual({ kind: 'method', method: 'ask-db', mcp: tool });
    expect([outputSchema, limits]).toEqual([{ title: 'rows' }, undefined]);
  });

  it('may come as an image', () => {
    const own = aMethod('ask-db', { type: 'mcp', mcp: { image: 'db:1', tool: 'query' } });
    expect(resolved(step, { method: own }).servers).toEqual([{ name: 'tools-1', image: 'db:1', port: 8000 }]);
  });

  it('is not called with what its Method does not take', () => {
    expect(problemOf(step, { method })).toMatch(/^SchemaMismatch: the inputs/);
  });
});

describe('what stands in the way of an agent', () => {
  const flow = { type: 'llm_flow', flow: 'f' };
  const council = { type: 'council', council: 'board', topic: 'x' };
  const cases: Record<string, readonly [step: object, more: Parameters<typeof attemptOf>[1], problem: string]> = {
    'a role that is not there': [
      agent,
      { roles: [], start: { step: aStep(agent) } },
      "RoleNotFound: there is no AgentRole 'writer'",
    ],
    'no word of a Model': [
      agent,
      { roles: [aRole('writer')] },
      "ModelNotNamed: nothing says which Model the step 'build' asks; say it in `modelRef` of the step or of its AgentRole",
    ],
    'a Model that is not there': [
      agent,
      { models: [] },
      "ModelNotFound: there is no Model 'large', which the step 'build' asks",
    ],
    'a graph that is not there': [
      { ...agent, agentConfig: { graph_definition: 'g' } },
      {},
      "MethodNotFound: there is no Method 'g'",
    ],
    'a flow that is not there': [
      { ...flow, modelRef: { name: 'small' } },
      {},
      "MethodNotFound: there is no Method 'f'",
    ],
    'inputs that its role does not take': [
      agent,
      { roles: [{ ...writer, spec: { ...writer.spec, inputSchema: { required: ['a'] } } }] },
      'SchemaMismatch: ',
    ],
    'a workspace that is no artifact': [
      { ...agent, workspace: { artifact: 'latest' } },
      {},
      "InputInvalid: `workspace.artifact` must be the digest of an artifact, and came to 'latest'",
    ],
    'a Council that is not there': [council, {}, "CouncilNotFound: there is no Council 'board'"],
    'a Council whose members act by a role that is not there': [
      council,
      { councils: [aCouncil('board', { roleRef: { name: 'poet' } })] },
      "RoleNotFound: there is no AgentRole 'poet', which the member 'member-1' of the Council 'board' acts by",
    ],
  };

  it.each(Object.entries(cases))('is %s', (_, [step, more, problem]) => {
    expect(problemOf(step, more)).toContain(problem);
  });

  it('is a Model that is not served yet, which is waited for', () => {
    const models = [aModel('large', { dedicated: { image: 'vllm', source: 'x' } })];
    expect(resolveWork(attemptOf(agent, { models }))).toMatchObject({ problem: { awaitedModel: 'large' } });
  });

  it('is rather what waiting does not mend', () => {
    const models = [aModel('large', { dedicated: { image: 'vllm', source: 'x' } })];
    const step = { ...agent, workspace: { artifact: 'latest' } };
    expect(resolveWork(attemptOf(step, { models }))).toMatchObject({ problem: { reason: 'InputInvalid' } });
  });
});

describe('hosts that the Tenant does not allow', () => {
  const mcp = (url: string) => aMethod('call', { type: 'mcp', mcp: { tool: 'find', url } });
  const reach = (allowedHosts: readonly string[], ...[step, more]: Parameters<typeof attemptOf>) => {
    const found = resolveWork({ ...attemptOf(step, more), allowedHosts });
    return 'problem' in found ? `${found.problem.reason}: ${found.problem.message}` : 'none';
  };
  const served = aRole('writer', {
    modelRef: { name: 'large' },
    tools: [{ name: 'audit', mcp: { url: 'https://tools.test/mcp' } }],
  });
  const git = { url: 'https://git.test/shop.git' };
  const method = mcp('https://tools.test/mcp');

  it.each<[string, string, string[], ...Parameters<typeof attemptOf>]>([
    ['of a Model', '"large" in the `endpoint.url` of the Model \'large\'', ['a.example.com'], agent],
    ['of a tool', '"a.example.com" in `allowedHosts` of the tool \'http\'', ['large'], agent],
    [
      'of a server',
      '"tools.test" in the `url` of the server of the tool \'audit\'',
      ['large'],
      agent,
      { roles: [served] },
    ],
    [
      'of a repository',
      '"git.test" in the `workspace.git.url` of the step',
      ['large', 'a.example.com'],
      { ...agent, workspace: { git } },
    ],
    [
      'of a Method',
      '"tools.test" in the `url` of the server of the tool \'find\'',
      ['x'],
      { type: 'function', method: 'call' },
      { method },
    ],
    [
      'of a flow',
      '"small" in the `endpoint.url`',
      ['large'],
      { type: 'llm_flow', prompt: 'x', modelRef: { name: 'small' } },
    ],
  ])('are an end with a reason: %s', (_, message, allowed, ...attempt) => {
    const problem = reach(allowed, ...attempt);
    expect(problem).toContain('HostNotAllowed: the Tenant of the namespace ');
    expect(problem).toContain(`does not allow the host ${message}`);
  });

  it('are none where it allows them, nor where a step leaves the tool out', () => {
    expect(reach(['large', 'a.example.com', 'git.test'], { ...agent, workspace: { git } })).toBe('none');
    expect(reach(['large'], { ...agent, tools: ['file'] })).toBe('none');
    expect(reach(['large', 'tools.test'], agent, { roles: [served] })).toBe('none');
  });

  it('are none of servers that run in the cluster or beside the agent', () => {
    const models = [{ ...aModel('large', { dedicated: { image: 'v', source: 'x' } }), status: { url: 'http://m/v1' } }];
    const roles = [aRole('writer', { modelRef: { name: 'large' }, tools: [{ name: 'audit', mcp: { image: 'i' } }] })];
    expect(reach([], agent, { models, roles })).toBe('none');
  });
});

describe('the context pack', () => {
  const known: KnownRecord[] = [
    { kind: 'result', name: 'plan', fields: { summary: 'Tea.', notes: 'Cheap.' }, distance: 1, at: '' },
  ];
  const writerThat = (context: AgentRoleSpec['context']) => [
    aRole('writer', { modelRef: { name: 'large' }, ...(context && { context }) }),
  ];
  const told = (text: string) => ({
    context: { text: `Result of the step plan: ${text}`, sources: [expect.any(String)] },
  });

  it('is cut for the role of an agent, and of a flow', () => {
    const roles = writerThat({ hiddenFields: ['notes'] });
    expect(agentOf(agent, { roles, start: { known } })).toMatchObject(told('{"summary":"Tea."}'));
    const flow = { type: 'llm_flow', role: 'writer', prompt: 'Go.' };
    expect(flowOf(flow, { roles, start: { known } })).toMatchObject(told('{"summary":"Tea."}'));
    expect(agentOf(agent, { roles: writerThat(undefined), start: { known } })).toMatchObject(
      told('{"notes":"Cheap.","summary":"Tea."}'),
    );
  });

  it('is there for no agent that acts by no role, and where nothing may be told', () => {
    const step = { type: 'llm_agent', modelRef: { name: 'small' } };
    expect(agentOf(step, { start: { known } })).not.toHaveProperty('context');
    expect(agentOf(agent, { roles: writerThat({ fields: [] }), start: { known } })).not.toHaveProperty('context');
  });

  it('is cut for all the roles of a Council at once, its judge among them', () => {
    const roles = [
      aRole('critic', { modelRef: { name: 'large' }, context: { hiddenFields: ['notes'] } }),
      aRole('writer', { modelRef: { name: 'large' } }),
      aRole('nobody', { context: { fields: [] } }),
    ];
    const council = { type: 'council', council: 'c', topic: 'Tea?' };
    const members = ['a', 'b'].map((name) => ({ name, roleRef: { name: 'writer' } }));
    const of = (spec: Partial<CouncilSpec>) =>
      councilOf(council, { roles, councils: [aCouncil('c', spec)], start: { known } });
    expect(of({ members })).toMatchObject(told('{"notes":"Cheap.","summary":"Tea."}'));
    const judged = of({ members, strategy: 'judge', judge: { roleRef: { name: 'critic' } } });
    expect(judged).toMatchObject(told('{"summary":"Tea."}'));
    expect(of({ roleRef: { name: 'critic' } })).toMatchObject(told('{"summary":"Tea."}'));
  });
});
