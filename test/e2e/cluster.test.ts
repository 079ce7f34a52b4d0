/** The scripts that give a real cluster, as a user runs them. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addedSince, findProcesses, namespacesOf, processesIn, takeSnapshot, type MachineSnapshot } from './machine.ts';

const hack = fileURLToPath(new URL('../../hack', import.meta.url));
const home = process.env.CONCLAVE_HOME ?? join(homedir(), '.cache/conclave');
const suffix = randomBytes(3).toString('hex');
const main = `e2e-${suffix}`;
const other = `e2e-other-${suffix}`;

/** What the restricted Pod Security Standard asks for, and no writable root. */
const restricted = {
  runAsNonRoot: true,
  runAsUser: 65532,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function hackScript(script: string, args: string[], input = '', env: NodeJS.ProcessEnv = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(hack, script), args, { stdio: 'pipe', env: { ...process.env, ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, stdout, stderr });
    });
    // A program that ends early leaves its input unread: its exit code says the rest.
    child.stdin.on('error', () => undefined).end(input);
  });
}

/** Fails the test, with what was said, unless the script ends with 0. */
async function succeed(script: string, args: string[], input?: string): Promise<string> {
  const { status, stdout, stderr } = await hackScript(script, args, input);
  expect(status, `hack/${script} ${args.join(' ')}\n${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

const kubectl = (...args: string[]): Promise<string> => succeed('kubectl', ['--instance', main, ...args]);
const kubectlOn = (instance: string, ...args: string[]): Promise<string> =>
  succeed('kubectl', ['--instance', instance, ...args]);
const apply = (instance: string, ...objects: unknown[]): Promise<string> => {
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  return succeed('kubectl', ['--instance', instance, 'apply', '-f', '-'], JSON.stringify(list));
};

function aPod(name: string, command: string, spec: Record<string, unknown> = {}): unknown {
  const container = { name: 'main', image: 'localhost/conclave/busybox:1', command: ['sh', '-c', command] };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers: [{ ...container, ...spec }] },
  };
}

function aJob(name: string, annotations: Record<string, string>): unknown {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'fake' },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { annotations },
        spec: {
          restartPolicy: 'Never',
          containers: [{ name: 'agent', image: 'none', resources: { limits: { 'nvidia.com/gpu': 1 } } }],
        },
      },
    },
  };
}

const initOf = (instance: string): number => {
  const inits = findProcesses('node-init.sh', join(home, 'clusters', instance)).filter((pid) =>
    /^NSpid:\s+\d+\s+1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')),
  );
  expect(inits).toHaveLength(1);
  return inits[0]!;
};

/** Other clusters may come and go on the machine while this test runs; only what is ours counts. */
function ours(snapshot: MachineSnapshot, interfaces: readonly string[]): MachineSnapshot {
  const isOurs = (line: string): boolean =>
    line.includes(suffix) || interfaces.some((name) => line.split(/\s+/).includes(name));
  const shared = new Set(['processes', 'links', 'addresses', 'routes', 'sockets', 'cgroups']);
  return Object.fromEntries(
    Object.entries(snapshot)
      .map(([kind, list]) => [kind, shared.has(kind) ? list.filter(isOurs) : list] as const)
      .filter(([, list]) => list.length > 0),
  );
}

const interfaceOf = (instance: string): string => {
  const { slot } = JSON.parse(readFileSync(join(home, 'clusters', instance, 'instance.json'), 'utf8')) as {
    slot: number;
  };
  return `conclave${slot}`;
};

describe('hack/up, hack/kubectl and hack/down', () => {
  let before: MachineSnapshot;
  let firstWords: string;

  beforeAll(async () => {
    // Packages that are installed, and images that are built, stay on the machine: what a cluster leaves is compared.
    await succeed('up', ['--instance', main, '--embedded', '--install']);
    await succeed('image', ['--no-load', '--install']);
    await succeed('down', ['--instance', main]);
    before = takeSnapshot();
    firstWords = await succeed('up', ['--instance', main, '--embedded', '--fake', '20']);
  });

  afterAll(async () => {
    for (const instance of [main, other]) await hackScript('down', ['--instance', instance]);
  });

  it('ends with the commands to use', () => {
    expect(firstWords).toContain(`Cluster '${main}' is ready: an embedded cluster`);
    for (const command of [`./hack/kubectl --instance ${main} get nodes`, `./hack/down --instance ${main}`]) {
      expect(firstWords).toContain(command);
    }
  });

  it('gives 21 ready nodes with GPUs', async () => {
    const nodes = JSON.parse(await kubectl('get', 'nodes', '-o', 'json')) as {
      items: {
        status: { allocatable: Record<string, string>; conditions: { type: string; status: string }[] };
      }[];
    };
    const ready = nodes.items.filter(({ status }) =>
      status.conditions.some((it) => it.type === 'Ready' && it.status === 'True'),
    );
    expect(ready).toHaveLength(21);
    expect(ready.filter(({ status }) => Number(status.allocatable['nvidia.com/gpu']) >= 8)).toHaveLength(21);
  });

  it('runs a real pod, restricted, that finds services by name and reaches the API server', async () => {
    const command =
      'echo I am $(id -u); nslookup kubernetes.default.svc.cluster.local; nc -w 5 $KUBERNETES_SERVICE_HOST 443 </dev/null && echo reached';
    await apply(
      main,
      aPod('hello', command, { securityContext: restricted, resources: { limits: { 'nvidia.com/gpu': 1 } } }),
    );
    await kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/hello', '--timeout=60s');
    const log = await kubectl('logs', 'hello');
    const address = await kubectl('get', 'service', 'kubernetes', '-o', 'jsonpath={.spec.clusterIP}');
    expect(log).toContain('I am 65532');
    expect(log).toContain(`Address: ${address}`);
    expect(log).toContain('reached');
    expect(await kubectl('get', 'pod', 'hello', '-o', 'jsonpath={.spec.nodeName}')).toBe('conclave-node');
  });

  it('lets this machine call pods and services, and run programs in a pod', async () => {
    const server = 'mkdir /tmp/www; echo it works >/tmp/www/page; exec httpd -f -p 8080 -h /tmp/www';
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'server', namespace: 'default' },
      spec: { selector: { app: 'server' }, ports: [{ port: 80, targetPort: 8080 }] },
    };
    await apply(main, aPod('server', server), service);
    await kubectl('wait', '--for=condition=Ready', 'pod/server', '--timeout=60s');
    const podAddress = await kubectl('get', 'pod', 'server', '-o', 'jsonpath={.status.podIP}');
    const serviceAddress = await kubectl('get', 'service', 'server', '-o', 'jsonpath={.spec.clusterIP}');
    const read = (url: string): Promise<string> =>
      fetch(url, { signal: AbortSignal.timeout(2_000) }).then((it) => it.text());
    await expect.poll(() => read(`http://${podAddress}:8080/page`), { timeout: 10_000 }).toBe('it works\n');
    await expect.poll(() => read(`http://${serviceAddress}/page`), { timeout: 10_000 }).toBe('it works\n');
    const echoed = await succeed('kubectl', ['--instance', main, 'exec', '-i', 'server', '--', 'cat'], 'said\n');
    expect(echoed).toBe('said\n');
    expect(await kubectl('exec', 'server', '--', 'wget', '-qO-', 'http://server.default.svc/page')).toBe('it works\n');
  });

  it('ends pods of fake nodes as their annotations say', async () => {
    await apply(
      main,
      aJob('good', { 'kwok.conclave.dev/termination-message': '{"verdict": "done"}' }),
      aJob('bad', {
        'kwok.conclave.dev/run-milliseconds': '300',
        'kwok.conclave.dev/exit-code': '20',
        'kwok.conclave.dev/termination-message': 'refused: "no"',
      }),
    );
    await kubectl('-n', 'fake', 'wait', '--for=condition=Complete', 'job/good', '--timeout=30s');
    await kubectl('-n', 'fake', 'wait', '--for=condition=Failed', 'job/bad', '--timeout=30s');
    const terminated = '{.items[0].status.containerStatuses[0].state.terminated}';
    const stateOf = async (job: string): Promise<{ exitCode: number; message: string }> => {
      const pods = ['get', 'pods', '-l', `job-name=${job}`, '-o', `jsonpath=${terminated}`];
      return JSON.parse(await kubectl('-n', 'fake', ...pods)) as { exitCode: number; message: string };
    };
    expect(await stateOf('good')).toMatchObject({ exitCode: 0, message: '{"verdict": "done"}' });
    expect(await stateOf('bad')).toMatchObject({ exitCode: 20, message: 'refused: "no"' });
  });

  it('keeps an audit log that says who did what', () => {
    const log = readFileSync(join(home, 'clusters', main, 'log/audit.log'), 'utf8');
    const events = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { verb: string; user: { username: string }; objectRef?: { name?: string } });
    const creation = events.find(({ verb, objectRef }) => verb === 'create' && objectRef?.name === 'server');
    expect(creation?.user.username).toBe('admin');
  });

  it('builds the image, small enough, and runs it without privileges and without a writable root', async () => {
    const said = await succeed('image', ['--instance', main]);
    const [, megabytes] = /^localhost\/conclave:dev: (\d+) MB/.exec(said) ?? [];
    expect(Number(megabytes)).toBeGreaterThan(50);
    expect(Number(megabytes)).toBeLessThan(450);
    const image = 'localhost/conclave:dev';
    const securityContext = { ...restricted, runAsUser: undefined };
    const command = ['conclave', '--help'];
    await apply(main, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'product', namespace: 'default' },
      spec: {
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 0,
        containers: [
          { name: 'operator', image, securityContext },
          { name: 'cli', image, command, securityContext },
        ],
      },
    });
    const ended = '{.status.containerStatuses[?(@.name=="cli")].state.terminated.exitCode}';
    await kubectl('wait', `--for=jsonpath=${ended}=0`, 'pod/product', '--timeout=60s');
    expect(await kubectl('logs', 'product', '-c', 'cli')).toContain('Usage: conclave');
    await expect
      .poll(() => kubectl('logs', 'product', '-c', 'operator'), { timeout: 20_000, interval: 500 })
      .toContain('the operator starts');
    await kubectl('delete', 'pod', 'product', '--wait=false');
  });

  it('starts again at once what runs already', async () => {
    const uid = await kubectl('get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}');
    const start = performance.now();
    await succeed('up', ['--instance', main]);
    expect(performance.now() - start).toBeLessThan(5_000); // well below 1 s on an idle machine
    expect(await kubectl('get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}')).toBe(uid);
  });

  it('repairs a cluster of which a part has died, and keeps what it holds', async () => {
    const inside = namespacesOf(initOf(main));
    const [scheduler] = findProcesses('kube kube-scheduler').filter((pid) =>
      [...namespacesOf(pid)].some((namespace) => inside.has(namespace)),
    );
    process.kill(scheduler!, 'SIGKILL');
    await succeed('up', ['--instance', main]);
    await apply(main, aPod('after-repair', 'true'));
    await kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/after-repair', '--timeout=60s');
    expect(await kubectl('get', 'pod', 'hello', '-o', 'name')).toBe('pod/hello\n');
  });

  it('runs a second cluster beside the first, and taking it down leaves the first alone', async () => {
    await succeed('up', ['--instance', other, '--embedded']);
    await kubectlOn(other, 'create', 'namespace', 'only-here');
    expect((await hackScript('kubectl', ['--instance', main, 'get', 'namespace', 'only-here'])).stderr).toContain(
      'NotFound',
    );
    await apply(other, aPod('hello', 'echo from the other'));
    await kubectlOn(other, 'wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/hello', '--timeout=60s');
    expect(await kubectlOn(other, 'logs', 'hello')).toBe('from the other\n');

    await succeed('down', ['--instance', other]);
    expect(await kubectl('exec', 'server', '--', 'wget', '-qO-', 'http://server.default.svc/page')).toBe('it works\n');
  });

  it('takes up a cluster that is there by its context, starts nothing, and leaves it alone', async () => {
    const noted = `e2e-noted-${suffix}`;
    const env = { KUBECONFIG: join(home, 'clusters', main, 'admin.kubeconfig') };
    const { status, stdout } = await hackScript('up', ['--instance', noted, '--context', 'conclave'], '', env);
    expect(stdout).toContain("the existing cluster of context 'conclave'");
    expect(status).toBe(0);
    expect(await kubectlOn(noted, 'get', 'pod', 'hello', '-o', 'name')).toBe('pod/hello\n');
    expect(await succeed('down', ['--instance', noted])).toContain('it goes on as it was');
    expect(await kubectl('get', 'pod', 'hello', '-o', 'name')).toBe('pod/hello\n');
  });

  it('leaves nothing behind', async () => {
    const namespaces = new Set([...namespacesOf(initOf(main))].filter((it) => !namespacesOf(process.pid).has(it)));
    const interfaces = [interfaceOf(main)];
    // What is to be gone is there now: the comparison below could fail.
    expect(processesIn(namespaces).filter((it) => /kube|containerd/.test(it)).length).toBeGreaterThan(7);
    const running = ours(addedSince(before), interfaces);
    expect(Object.keys(running)).toEqual(
      expect.arrayContaining(['processes', 'links', 'addresses', 'routes', 'cgroups']),
    );

    await succeed('down', ['--instance', main]);

    expect(processesIn(namespaces)).toEqual([]);
    // The kernel takes namespaces apart a moment after their last process.
    await expect.poll(() => ours(addedSince(before), interfaces), { timeout: 10_000 }).toEqual({});
    expect(existsSync(join(home, 'clusters', main))).toBe(false);
  });

  it('says that there is no such cluster when it is gone', async () => {
    const { status, stderr } = await hackScript('kubectl', ['--instance', main, 'get', 'nodes']);
    expect(status).toBe(1);
    expect(stderr).toContain(`hack/up --instance ${main}`);
    expect(await succeed('down', ['--instance', main])).toBe(`There is no cluster '${main}'.\n`);
  });
});
