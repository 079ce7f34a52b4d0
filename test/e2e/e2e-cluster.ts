/** A real cluster with an operator, for tests of whole stories. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { freePort } from '../../hack/cluster/free-port.ts';
import { readInstanceState } from '../../hack/cluster/instance-state.ts';
import { planNetwork } from '../../hack/cluster/network-plan.ts';
import { instancePaths } from '../../hack/cluster/paths.ts';
import { waitUntilWorkCanBeMade } from '../../hack/operator-process/operator-process.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A WorkItem, as far as stories are told by it. */
export interface WorkItem {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
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

/** What `start` installs: the chart, with the rights that it grants and no others, and images as `./hack/image` loads them. */
const values = { 'image.tag': 'dev', 'server.persistence.enabled': 'false' } as const;

/** A cluster whose pods are real, with Conclave in it as the chart installs it, and a namespace of its own. */
export class E2eCluster {
  readonly instance: string;
  readonly namespace: string;
  readonly #isOurs: boolean;
  readonly #background: ChildProcess[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'conclave-e2e-'));
  #port = 0;
  #token: string | undefined;

  /**
   * A cluster that is there already is used as it is, images included; what is installed in it becomes the present chart's,
   * and stays. `CONCLAVE_E2E_INSTANCE` names one for every test, `CONCLAVE_E2E_SHARED` one that `./hack/test` has made for
   * those that need not be `alone`.
   */
  constructor(name: string, { alone = false }: { readonly alone?: boolean } = {}) {
    const existing = process.env.CONCLAVE_E2E_INSTANCE ?? (alone ? undefined : process.env.CONCLAVE_E2E_SHARED);
    const suffix = randomBytes(3).toString('hex');
    this.#isOurs = existing === undefined;
    this.instance = existing ?? `e2e-${name}-${suffix}`;
    this.namespace = `${name}-${suffix}`;
  }

  /** With Conclave, ready to take work. */
  async start(): Promise<void> {
    this.startBare();
    this.#install();
    await waitUntilWorkCanBeMade((args, { input = '' } = {}) => Promise.resolve(this.run('kubectl', args, input)));
  }

  /** With images alone. */
  startBare(): void {
    if (this.#isOurs) {
      this.run('up', ['--embedded', '--install']);
      this.run('image', ['--install']);
    }
    this.run('kubectl', ['create', 'namespace', this.namespace]);
  }

  #install(): void {
    // A StatefulSet that `./hack/run` made differs in what none can change.
    const foreign = ['statefulset', '-l', 'app.kubernetes.io/managed-by!=Helm', '--ignore-not-found'];
    if (!this.#isOurs) this.run('kubectl', ['-n', 'conclave-system', 'delete', ...foreign]);
    // Whatever has changed in an image of the same name: pods of another round are new ones.
    const round = process.env.CONCLAVE_E2E_SHARED ?? this.namespace;
    const rounds = { 'operator.podAnnotations.round': round, 'server.podAnnotations.round': round };
    this.run('helm', [
      ...['upgrade', '--install', 'conclave', join(root, 'charts/conclave')],
      ...['--namespace', 'conclave-system', '--create-namespace', '--take-ownership', '--force-conflicts'],
      ...Object.entries({ ...values, ...rounds }).flatMap(([path, value]) => ['--set', `${path}=${value}`]),
      ...['--wait', '--timeout', '5m'],
    ]);
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

  /** This machine, as pods reach it. */
  hostAddress(): string {
    const state = readInstanceState(instancePaths(this.instance));
    if (state?.kind !== 'embedded') throw new Error('this test needs the embedded cluster');
    return planNetwork(state.slot).hostAddress;
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

  /** Lets `download` reach the server's pod of now. */
  async openArtifacts(): Promise<void> {
    this.#port = await freePort();
    const inSystem = (...args: string[]) => this.run('kubectl', ['-n', 'conclave-system', ...args]);
    this.#token = inSystem('create', 'token', 'conclave-operator').trim();
    const authorities = inSystem('get', 'configmap', 'conclave-ca', '-o', String.raw`jsonpath={.data.ca\.crt}`);
    writeFileSync(join(this.#folder, 'ca.crt'), authorities);
    const target = ['service/conclave-server', `${this.#port}:8443`];
    await this.begin('kubectl', '-n', 'conclave-system', 'port-forward', ...target);
  }

  /** An artifact of a WorkItem, as the server gives it. */
  download({ metadata }: WorkItem, digest: unknown): Buffer {
    const query = `namespace=${metadata.namespace}&workItem=${metadata.uid}`;
    const url = `https://${server}:${this.#port}/v1/artifacts/${String(digest)}?${query}`;
    const { stdout, stderr } = spawnSync('curl', [
      ...['--silent', '--show-error', '--fail', '--cacert', join(this.#folder, 'ca.crt')],
      ...['--resolve', `${server}:${this.#port}:127.0.0.1`, '--header', `Authorization: Bearer ${this.#token}`, url],
    ]);
    expect(stderr.toString()).toBe('');
    return stdout;
  }
}
