import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authoritySecretName } from '../src/controllers/serving-certificate-controller.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { TextSecrets } from '../src/kube/secret.ts';
import { NameServer } from '../src/testing/name-server.ts';
import { RunningServer } from '../src/testing/running-server.ts';
import { ResultLedger } from './engine-ledger.ts';
import { installCrds } from './install-crds.ts';
import { OperatorProcess } from './operator-process.ts';
import { ignoreGone, PlayedNode } from './played-node.ts';
import { createTestNamespace, namespaces, testKubeconfig, type TestNamespace } from './test-cluster.ts';

/** How an operator is started. */
export interface OperatorStart {
  /** The cluster directly by default. */
  readonly kubeconfig?: string;
  /** The one namespace that it watches; all by default. */
  readonly namespace?: string;
  /** Of its Lease and its Secrets; the world's own by default. The authority must be installed there. */
  readonly leaseNamespace?: string;
  /** Another name is another election. */
  readonly leaseName?: string;
  readonly flags?: readonly string[];
  /** How far its clock is ahead of this machine's, in milliseconds; none by default. */
  readonly aheadMs?: number;
}

/**
 * What operators need around them, for tests that run WorkItems: a cluster with the CRDs, a node that the test plays, and
 * the server of artifacts on real sockets with real records.
 */
export class EngineWorld {
  readonly client: KubeClient;
  readonly node: PlayedNode;
  readonly server: RunningServer;
  readonly ledger: ResultLedger;
  readonly #own: TestNamespace;
  readonly #names: NameServer;
  readonly #folder: string;
  readonly #operators: OperatorProcess[] = [];
  readonly #namespaces: string[] = [];

  private constructor(parts: {
    readonly own: TestNamespace;
    readonly node: PlayedNode;
    readonly server: RunningServer;
    readonly ledger: ResultLedger;
    readonly names: NameServer;
  }) {
    this.#own = parts.own;
    this.client = parts.own.client;
    this.node = parts.node;
    this.server = parts.server;
    this.ledger = parts.ledger;
    this.#names = parts.names;
    this.#folder = mkdtempSync(join(tmpdir(), 'engine-'));
    writeFileSync(this.#tokenFile, 'operator');
  }

  static async start(): Promise<EngineWorld> {
    const own = await createTestNamespace('engine');
    await installCrds(own.client);
    const [node, ledger, server, names] = await Promise.all([
      PlayedNode.start(own.client),
      ResultLedger.start(own.client),
      RunningServer.start(),
      NameServer.start(({ type }) => (type === 'A' ? ['127.0.0.1'] : [])),
    ]);
    const world = new EngineWorld({ own, node, ledger, server, names });
    await world.installAuthority(own.namespace);
    return world;
  }

  /** Operators that are started without more have their Lease and their Secrets here. */
  get namespace(): string {
    return this.#own.namespace;
  }

  /** A namespace of a test's own. */
  async addNamespace(): Promise<string> {
    const name = `engine-${randomUUID().slice(0, 8)}`;
    await this.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    this.#namespaces.push(name);
    return name;
  }

  /** Lets operators whose Secrets are in a namespace trust the server. */
  async installAuthority(namespace: string): Promise<void> {
    const { certificate, key } = this.server.authority;
    const data = { 'tls.crt': certificate, 'tls.key': key };
    await new TextSecrets(this.client, namespace).write({ name: authoritySecretName, type: 'Opaque', data });
  }

  /** An operator as a process of its own. */
  startOperator({ kubeconfig = testKubeconfig(), namespace, ...start }: OperatorStart = {}): OperatorProcess {
    const { leaseNamespace = this.namespace, leaseName = 'operator', flags = [], aheadMs } = start;
    const all = [
      ...['--kubeconfig', kubeconfig, '--lease-namespace', leaseNamespace, '--lease-name', leaseName],
      ...['--server-url', this.server.url, '--server-token', this.#tokenFile, '--dns-server', this.#names.address],
      ...(namespace === undefined ? [] : ['--namespace', namespace]),
      ...flags,
    ];
    const operator = new OperatorProcess(all, aheadMs === undefined ? {} : wrongClock(aheadMs));
    this.#operators.push(operator);
    return operator;
  }

  /** Ends every operator at once, as crashes do. */
  async killOperators(): Promise<void> {
    await Promise.all(this.#operators.splice(0).map((operator) => operator.kill()));
  }

  async stop(): Promise<void> {
    await this.killOperators();
    await Promise.all([this.node.stop(), this.ledger.stop()]);
    await Promise.all([this.server.stop(), this.#names.stop()]);
    rmSync(this.#folder, { recursive: true });
    // Some tests take theirs away themselves.
    for (const name of this.#namespaces) await this.client.delete(namespaces, { name }).catch(ignoreGone);
    await this.#own.remove();
  }

  get #tokenFile(): string {
    return join(this.#folder, 'token');
  }
}

/** The environment of a process whose clock is wrong; the machine's own goes on, and so does what measures by it. */
function wrongClock(aheadMs: number): Readonly<Record<string, string>> {
  const program = `
    const Right = Date;
    globalThis.Date = class extends Right {
      constructor(...parts) { if (parts.length === 0) super(Right.now() + ${aheadMs}); else super(...parts); }
      static now() { return Right.now() + ${aheadMs}; }
    };`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}` };
}
