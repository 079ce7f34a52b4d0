/** A real cluster with an operator, for tests of whole stories. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A WorkItem, as far as stories are told by it. */
export interface WorkItem {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status: {
    readonly phase: string;
    readonly message?: string;
    readonly outputs?: Readonly<Record<string, unknown>>;
    readonly usage?: Readonly<Record<string, unknown>>;
    readonly steps: readonly {
      readonly path: string;
      readonly phase: string;
      readonly reason: string;
      readonly attempts?: readonly { readonly resultDigest?: string; readonly used?: object }[];
      readonly iterations?: { readonly succeeded?: string; readonly resultsRef?: string };
    }[];
  };
}

const server = 'conclave-server.conclave-system.svc';

/** A cluster whose pods are real and whose operator runs on this machine, and a namespace in it. */
export class E2eCluster {
  readonly instance: string;
  readonly namespace: string;
  readonly #isOurs: boolean;
  readonly #background: ChildProcess[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'conclave-e2e-'));
  readonly #port = 20_000 + (randomBytes(2).readUInt16BE() % 10_000);
  #token: string | undefined;

  /** A cluster that is there already, `CONCLAVE_E2E_INSTANCE`, is used as it is, images included. */
  constructor(name: string) {
    const existing = process.env.CONCLAVE_E2E_INSTANCE;
    const suffix = randomBytes(3).toString('hex');
    this.#isOurs = existing === undefined;
    this.instance = existing ?? `e2e-${name}-${suffix}`;
    this.namespace = `${name}-${suffix}`;
  }

  async start(): Promise<void> {
    if (this.#isOurs) this.run('up', ['--embedded', '--install']);
    await this.begin('run', '--health-port', '0');
    this.run('kubectl', ['create', 'namespace', this.namespace]);
  }

  /** Without an operator: with its images alone. */
  startBare(): void {
    if (this.#isOurs) {
      this.run('up', ['--embedded', '--install']);
      this.run('image', ['--install']);
    }
    this.run('kubectl', ['create', 'namespace', this.namespace]);
  }

  stop(): void {
    if (!this.#isOurs) this.run('kubectl', ['delete', 'namespace', this.namespace]);
    for (const child of this.#background) child.kill('SIGTERM');
    if (this.#isOurs) this.run('down', []);
    rmSync(this.#folder, { recursive: true });
  }

  /** Runs a script of hack/ to its end, and gives what it said. */
  run(script: string, args: readonly string[], input = ''): string {
    const { status, stdout, stderr } = this.try(script, args, input);
    expect(status, `hack/${script} ${args.join(' ')}\n${stdout}\n${stderr}`).toBe(0);
    return stdout;
  }

  /** Runs a script of hack/ to its end, however it ends. */
  try(script: string, args: readonly string[], input = '') {
    const options = { input, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 } as const;
    return spawnSync(join(root, 'hack', script), ['--instance', this.instance, ...args], options);
  }

  kubectl(...args: readonly string[]): string {
    return this.run('kubectl', ['-n', this.namespace, ...args]);
  }

  /** Starts a script that goes on; resolves once it has said something. */
  begin(script: string, ...args: string[]): Promise<void> {
    const child = spawn(join(root, 'hack', script), ['--instance', this.instance, ...args]);
    this.#background.push(child);
    child.stderr.on('data', () => undefined);
    return new Promise((resolve, reject) => {
      child.stdout.on('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`hack/${script} ended with ${code ?? 'a signal'}`)));
    });
  }

  /** Every WorkItem of the namespace, once all have ended. */
  endedWorkItems(timeoutSeconds: number): ReadonlyMap<string, WorkItem> {
    const ended = ['--for=jsonpath={.status.finishedAt}', `--timeout=${timeoutSeconds}s`];
    this.kubectl('wait', ...ended, 'workitems', '--all');
    const { items } = JSON.parse(this.kubectl('get', 'workitems', '-o', 'json')) as { items: readonly WorkItem[] };
    return new Map(items.map((item) => [item.metadata.name, item]));
  }

  /** Lets `download` reach the server of artifacts. */
  async openArtifacts(): Promise<void> {
    const inSystem = (...args: string[]) => this.run('kubectl', ['-n', 'conclave-system', ...args]);
    this.#token = inSystem('create', 'token', 'conclave-operator').trim();
    const authorities = inSystem('get', 'configmap', 'conclave-ca', '-o', String.raw`jsonpath={.data.ca\.crt}`);
    writeFileSync(join(this.#folder, 'ca.crt'), authorities);
    const target = ['service/conclave-server', `${this.#port}:8443`];
    await this.begin('kubectl', '-n', 'conclave-system', 'port-forward', ...target);
  }

  /** An artifact of a WorkItem, as the server gives it. */
  download({ metadata }: WorkItem, digest: unknown): Buffer {
    const query = `namespace=${this.namespace}&workItem=${metadata.uid}`;
    const url = `https://${server}:${this.#port}/v1/artifacts/${String(digest)}?${query}`;
    const { stdout, stderr } = spawnSync('curl', [
      ...['--silent', '--show-error', '--fail', '--cacert', join(this.#folder, 'ca.crt')],
      ...['--resolve', `${server}:${this.#port}:127.0.0.1`, '--header', `Authorization: Bearer ${this.#token}`, url],
    ]);
    expect(stderr.toString()).toBe('');
    return stdout;
  }
}
