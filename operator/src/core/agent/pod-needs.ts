import type { AgentRole } from '../../api/agent-role.ts';
import type { Model } from '../../api/model.ts';
import type { ToolAccess } from '../../api/runner-work.ts';
import type { Resources } from '../../api/placement.ts';
import type { ServerSpec } from '../model/render-server.ts';
import { checkHostOf, checkToolHosts, type HostRules } from './check-hosts.ts';
import type { WorkProblem } from './work-problem.ts';

type McpServer = NonNullable<NonNullable<AgentRole['spec']['tools']>[number]['mcp']>;
type SecretKey = NonNullable<McpServer['headersFrom']>[number]['secretKeyRef'];

/** A variable of the container whose value the kubelet reads from elsewhere: it stands in no document. */
export interface ReferredVariable {
  readonly name: string;
  readonly valueFrom:
    | { readonly secretKeyRef: SecretKey }
    | { readonly configMapKeyRef: SecretKey }
    | { readonly fieldRef: { readonly fieldPath: string } };
}

/** A Model whose server runs in the Pod, beside what asks it. */
export interface ModelBeside {
  readonly name: string;
  readonly port: number;
  readonly spec: Model['spec'];
  readonly server: ServerSpec;
}

/** An MCP server that runs in the Pod, beside what calls it. */
export type ToolServer = Pick<McpServer, 'command' | 'env' | 'secretEnv'> & {
  readonly name: string;
  readonly image: string;
  readonly port: number;
};

/** A container that runs commands of the agent, and reaches nothing but the workspace. */
export interface ShellBeside {
  readonly resources: Resources | undefined;
}

const usualPort = 8000;
/** The key of servers beside an agent: nobody knows the UID of a Pod who may not read it. */
export const keyBeside = { fieldRef: { fieldPath: 'metadata.uid' } } as const;

/** Collects, while work is resolved, what its container needs beside the task, and the first thing that is wrong. */
export class PodNeeds {
  #problem: WorkProblem | undefined;
  readonly #variables = new Map<string, ReferredVariable>();
  readonly #servers = new Map<string, ToolServer>();
  readonly #models = new Map<string, ModelBeside>();
  readonly #asked = new Set<string>();
  #shell: ShellBeside | undefined;
  readonly #hosts: HostRules;
  readonly #takenPorts: ReadonlySet<number>;

  /** Models keep away from `takenPorts`: unlike tools they can listen anywhere. */
  constructor(hosts: HostRules = { namespace: '' }, takenPorts: ReadonlySet<number> = new Set()) {
    [this.#hosts, this.#takenPorts] = [hosts, takenPorts];
  }

  get problem(): WorkProblem | undefined {
    return this.#problem;
  }

  get variables(): readonly ReferredVariable[] {
    return [...this.#variables.values()];
  }

  get servers(): readonly ToolServer[] {
    return [...this.#servers.values()];
  }

  get models(): readonly ModelBeside[] {
    return [...this.#models.values()];
  }

  /** Undefined where the agent runs no commands. */
  get shell(): ShellBeside | undefined {
    return this.#shell;
  }

  /** Names of the Models with servers of their own that it asks. */
  get asked(): readonly string[] {
    return [...this.#asked].sort();
  }

  /** Notes that a Model with a server of its own is asked. */
  asks(name: string): void {
    this.#asked.add(name);
  }

  /** Notes that the agent may run commands, which all together may use no more than that. */
  runsCommands(resources: Resources | undefined): void {
    this.#shell = { resources };
  }

  /** The first problem counts; one that waiting may mend gives way to one that it cannot. */
  fail(problem: WorkProblem): void {
    const isWorse = this.#problem?.awaitedModel !== undefined && problem.awaitedModel === undefined;
    if (this.#problem === undefined || isWorse) this.#problem = problem;
  }

  /** Notes that a URL is called from the pod, which the Tenant has to allow; `field` says in words where it stands. */
  reaches(url: string, field: string): void {
    const problem = checkHostOf(url, field, this.#hosts);
    if (problem !== undefined) this.fail(problem);
  }

  /** The same of all hosts that a tool may call. */
  mayCall(tool: Pick<ToolAccess, 'name' | 'allowedHosts'>): void {
    const problem = checkToolHosts(tool, this.#hosts);
    if (problem !== undefined) this.fail(problem);
  }

  /** The name of the variable that holds a key of a Secret; the same for the same key. */
  secret({ name, key }: SecretKey): string {
    return this.#variable({ secretKeyRef: { name, key } });
  }

  /** The same of a ConfigMap. */
  configMap({ name, key }: SecretKey): string {
    return this.#variable({ configMapKeyRef: { name, key } });
  }

  /** How the tools of an MCP server are reached; one that comes as an image is put into the Pod, once for all that use it. */
  server(
    tool: string,
    { url, headersFrom = [], image, ...server }: McpServer,
  ): Pick<NonNullable<ToolAccess['mcp']>, 'url' | 'headerVariables'> {
    const headers = headersFrom.map(({ name, secretKeyRef }) => [name, this.secret(secretKeyRef)] as const);
    const headerVariables = headers.length === 0 ? {} : { headerVariables: Object.fromEntries(headers) };
    if (image === undefined) {
      this.reaches(url ?? '', `the \`url\` of the server of the tool '${tool}'`);
      return { url: url ?? '', ...headerVariables };
    }
    const { port = usualPort, command, env, secretEnv } = server;
    this.#addServer(tool, { image, port, command, env, secretEnv });
    // Where streamable HTTP is spoken by convention (Model Context Protocol, 2025-06-18).
    return { url: `http://127.0.0.1:${port}/mcp`, ...headerVariables };
  }

  /** How a Model is reached whose server is put into the Pod, once for all that ask it. */
  model({ metadata, spec }: Model, server: ServerSpec): { readonly url: string; readonly apiKeyVariable: string } {
    const { port } = this.#models.get(metadata.name) ?? this.#addModel(metadata.name, { spec, server });
    return { url: `http://127.0.0.1:${port}/v1`, apiKeyVariable: this.#variable(keyBeside) };
  }

  #addModel(name: string, parts: Pick<ModelBeside, 'spec' | 'server'>): ModelBeside {
    const taken = new Set([...this.#takenPorts, ...this.models.map(({ port }) => port)]);
    let port = usualPort;
    while (taken.has(port)) port += 1;
    const model = { name: `model-${this.#models.size + 1}`, port, ...parts };
    this.#models.set(name, model);
    return model;
  }

  #addServer(tool: string, server: Omit<ToolServer, 'name'>): void {
    const what = JSON.stringify(server);
    if (this.#servers.has(what)) return;
    const rival = this.servers.find(({ port }) => port === server.port);
    if (rival === undefined) {
      this.#servers.set(what, { name: `tools-${this.#servers.size + 1}`, ...server });
      return;
    }
    const message = `the server of the tool '${tool}' listens on port ${server.port}, as the one with the image ${rival.image} does in the same pod; give one of them another \`port\``;
    this.fail({ reason: 'PortTaken', message });
  }

  #variable(valueFrom: ReferredVariable['valueFrom']): string {
    const what = JSON.stringify(valueFrom);
    const known = this.#variables.get(what);
    if (known !== undefined) return known.name;
    const name = `CONCLAVE_VALUE_${this.#variables.size + 1}`;
    this.#variables.set(what, { name, valueFrom });
    return name;
  }
}
