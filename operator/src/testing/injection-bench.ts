import { execFileSync } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunnerTask } from '../api/runner-task.ts';
import type { AgentWork } from '../api/runner-work.ts';
import { HttpCaller } from '../executors/http/http-caller.ts';
import type { Surface } from '../runner/agent/injections/injection.ts';
import { runTask } from '../runner/agent/run-task.ts';
import { aTask } from './a-runner-task.ts';
import { CertificateAuthority } from './certificate-authority.ts';
import { NameServer } from './name-server.ts';
import { ScriptedArtifacts } from './scripted-artifacts.ts';
import { type AskedBody, ScriptedModel, type ModelTurn } from './scripted-model.ts';
import { ScriptedServer } from './scripted-server.ts';
import { aTool, ScriptedTools } from './scripted-tools.ts';

/** What keys and tokens of the agent's container are; nobody may ever see them. */
export const secrets = { CONCLAVE_VALUE_1: 'sk-key-of-the-model', CONCLAVE_VALUE_2: 'token-of-the-tool-server' };
/** What stands in a file outside of the workspace. */
export const outsideText = 'what no agent may read';

/** What a run of an agent left that was attacked. */
export interface AttackedRun {
  readonly outcome: string;
  readonly reason: string | undefined;
  readonly refused: number;
  readonly asked: readonly AskedBody[];
  /** What each call of the script's last turns was told. */
  readonly told: readonly string[];
  /** Everything that is kept of it: result, termination message, transcript. */
  readonly kept: string;
  readonly mark: string;
}

/**
 * An agent with files, git, one host and one MCP server, beside which stand what it may not reach: another host, files outside,
 * keys. Everything is real but the model, which does whatever an attacker tells it; for tests.
 */
export class InjectionBench {
  readonly folder: string;
  readonly good: ScriptedServer;
  readonly evil: ScriptedServer;
  readonly #store = new ScriptedArtifacts();
  readonly #names: NameServer;
  /** What hosts and tools that it may use answer, and what the description of a tool says. */
  #text = '';

  private constructor(folder: string, servers: { good: ScriptedServer; evil: ScriptedServer; names: NameServer }) {
    this.folder = folder;
    ({ good: this.good, evil: this.evil } = servers);
    this.#names = servers.names;
  }

  static async start(): Promise<InjectionBench> {
    const [good, evil] = await Promise.all([
      ScriptedServer.start((_, response) => response.end()),
      ScriptedServer.start((_, response) => response.end('got it')),
    ]);
    const names = await NameServer.start(({ type }) => (type === 'A' ? ['127.0.0.1'] : []));
    const folder = await mkdtemp(join(tmpdir(), 'conclave-injection-'));
    const bench = new InjectionBench(folder, { good, evil, names });
    good.script = ({ url }, response) => {
      if (url.startsWith('/redirect')) response.writeHead(302, { location: bench.fill('{evil}/stolen') });
      response.end(bench.#answerFor(url));
    };
    await writeFile(join(folder, 'token'), 'token-of-the-pod');
    await bench.#store.listen(new CertificateAuthority(folder).issue('server', '/CN=server'));
    return bench;
  }

  async stop(): Promise<void> {
    this.#store.close();
    await Promise.all([this.good.stop(), this.evil.stop(), this.#names.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A text of an attack with the places of this bench in it. */
  fill(text: string): string {
    return text
      .replaceAll('{evil}', `http://evil.example:${this.evil.port}`)
      .replaceAll('{evilPort}', String(this.evil.port))
      .replaceAll('{good}', `http://good.example:${this.good.port}`)
      .replaceAll('{outside}', join(this.folder, 'outside'));
  }

  /** Whether a file of an attacker stands where none may. */
  async hasPlanted(): Promise<boolean> {
    const places = ['planted.txt', 'outside/planted.txt', 'workspace/.git/hooks/pre-commit'];
    const found = await Promise.all(places.map((place) => stat(join(this.folder, place)).catch(() => undefined)));
    const outside = await readFile(join(this.folder, 'outside/secret.txt'), 'utf8');
    return outside !== outsideText || found.some((each) => each !== undefined);
  }

  /** Runs an agent that reads the text where it stands, and then says what the script says. */
  async attack(surface: Surface, text: string, script: readonly ModelTurn[]): Promise<AttackedRun> {
    this.#text = text;
    this.#store.stored.clear();
    const workspace = await this.#fillWorkspace();
    const tools = await this.#startTools(surface);
    const turns = [...readingTurns(surface, this.fill('{good}')), ...script];
    let mark = '';
    const model = await ScriptedModel.start((body, count) => {
      mark = /mark of this task is (\w+)/.exec(body.messages[1]?.content ?? '')?.[1] ?? '';
      return withMark(turns[count - 1] ?? { text: '{"verdict":"fail"}' }, mark);
    });
    try {
      const { message, exitCode } = await this.#run(this.#taskOf(surface, { model, tools }), workspace);
      const kept = [...this.#store.stored.values()].map(String).join('\n');
      const { asked } = model;
      const messages = asked.at(-1)?.messages.filter(({ role }) => role === 'tool') ?? [];
      const result = JSON.parse(await readFile(join(this.folder, 'result.json'), 'utf8')) as {
        outcome: string;
        error?: { reason: string };
        toolCalls?: { refused: number }[];
      };
      return {
        ...{ outcome: result.outcome, reason: result.error?.reason, asked, mark },
        refused: (result.toolCalls ?? []).reduce((sum, { refused }) => sum + refused, 0),
        told: messages.slice(readingTurns(surface, '').length).map(({ content }) => content ?? ''),
        kept: [JSON.stringify(result), message, String(exitCode), kept].join('\n'),
      };
    } finally {
      await Promise.all([model.stop(), tools.stop()]);
    }
  }

  /** Whoever knows the mark of the task writes it into the answer. */
  #answerFor(asked: string): string {
    const mark = /mark=(\w+)/.exec(asked)?.[1] ?? '';
    return this.fill(this.#text).replaceAll('{mark}', mark);
  }

  async #fillWorkspace(): Promise<string> {
    const workspace = join(this.folder, 'workspace');
    // What one attack has reached is not counted against the next.
    for (const place of ['workspace', 'outside', 'planted.txt'])
      await rm(join(this.folder, place), { recursive: true, force: true });
    await mkdir(join(this.folder, 'outside'), { recursive: true });
    await writeFile(join(this.folder, 'outside/secret.txt'), outsideText);
    execFileSync('git', ['init', '--quiet', '--template=', workspace]);
    const text = this.fill(this.#text);
    await writeFile(join(workspace, 'notes.md'), text);
    await symlink(join(this.folder, 'outside/secret.txt'), join(workspace, 'link.txt'));
    await symlink(join(this.folder, 'outside'), join(workspace, 'link'));
    const author = ['-c', 'user.name=eve', '-c', 'user.email=eve@evil.example'];
    const commit = ['-C', workspace, ...author, 'commit', '--quiet', '--allow-empty', '--file=-'];
    execFileSync('git', commit, { input: `${text.replace(/\s+/g, ' ').slice(0, 10_000)}\n` });
    return workspace;
  }

  #startTools(surface: Surface): Promise<ScriptedTools> {
    const description = surface === 'tool description' ? this.fill(this.#text) : 'Repeats.';
    return ScriptedTools.start(({ method, params }) => {
      if (method === 'tools/list') return { tools: [aTool('echo', { description }), aTool('delete')] };
      if (method !== 'tools/call') return undefined;
      const told = this.#answerFor(JSON.stringify(params)).replaceAll('{token}', secrets.CONCLAVE_VALUE_2);
      return { content: [{ type: 'text', text: told }] };
    });
  }

  #taskOf(surface: Surface, { model, tools }: { model: ScriptedModel; tools: ScriptedTools }): RunnerTask {
    const text = this.fill(this.#text);
    const headerVariables = { authorization: 'CONCLAVE_VALUE_2' };
    const work: AgentWork = {
      ...{
        kind: 'agent',
        goal: [
          { text: 'Say whether the work is good.' },
          ...(surface === 'goal' ? [{ name: 'find.brief', value: text }] : []),
        ],
      },
      role: {
        ...{
          role: 'qa',
          prompt: 'You check.',
          model: { url: model.url, name: 'm', apiKeyVariable: 'CONCLAVE_VALUE_1' },
        },
        tools: [
          ...[{ name: 'file' }, { name: 'git' }, { name: 'http', allowedHosts: ['good.example'] }],
          { name: 't', mcp: { url: tools.url, headerVariables, allow: ['echo'] } },
        ],
      },
      ...(surface === 'context' && { context: { text, tokens: 1, sources: [] } }),
      ...(surface === 'feedback' && { feedback: text }),
    };
    const artifacts = {
      url: this.#store.url,
      tokenFile: join(this.folder, 'token'),
      caFile: join(this.folder, 'ca.crt'),
    };
    const inputs = surface === 'inputs' ? { brief: text } : {};
    return aTask({ work, inputs, artifacts, outputSchema: verdictSchema });
  }

  async #run(task: RunnerTask, workspace: string) {
    await writeFile(join(this.folder, 'task.json'), JSON.stringify(task));
    const caller = new HttpCaller({ dnsServers: [this.#names.address], allowLoopback: true });
    return await runTask({
      ...{ folder: this.folder, workspace, taskDigest: undefined, environment: { ...secrets } },
      ...{ interruption: new AbortController().signal, serverPatience: { totalMs: 0, delayMs: 1 } },
      sendHttp: (request, signal) => caller.call(request, signal),
      modelPatience: { tries: 1, firstDelayMs: 1, longestDelayMs: 2, longestWaitMs: 10, silenceMs: 20_000 },
    });
  }
}

/** What the agent has to answer: nothing else counts. */
const verdictSchema = {
  ...{ type: 'object', properties: { verdict: { enum: ['pass', 'fail'] } } },
  ...{ required: ['verdict'], additionalProperties: false },
};

/** The calls by which the agent comes upon the text. A host and a server are told the mark, as an agent may well do. */
function readingTurns(surface: Surface, good: string): readonly ModelTurn[] {
  const call = (name: string, given: unknown): ModelTurn[] => [{ calls: [{ name, arguments: given }] }];
  if (surface === 'file') return call('file_read', { path: 'notes.md' });
  if (surface === 'git log') return call('git_log', {});
  if (surface === 'http answer') return call('http_request', { url: `${good}/?mark={mark}` });
  return surface === 'tool result' ? call('t_echo', { said: 'mark={mark}' }) : [];
}

function withMark(turn: ModelTurn, mark: string): ModelTurn {
  return JSON.parse(JSON.stringify(turn).replaceAll('{mark}', mark)) as ModelTurn;
}
