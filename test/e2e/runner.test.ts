/** Pods as the operator makes them: foreign code under the restricted Pod Security Standard, and what is collected of it. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const hack = fileURLToPath(new URL('../../hack', import.meta.url));
/** A cluster that is there already is used as it is, images included. */
const existing = process.env.CONCLAVE_E2E_INSTANCE ?? process.env.CONCLAVE_E2E_SHARED;
const instance = existing ?? `e2e-runner-${randomBytes(3).toString('hex')}`;

function run(script: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync(`${hack}/${script}`, ['--instance', instance, ...args], {
    input,
    encoding: 'utf8',
  });
  expect(status, `hack/${script} ${args.join(' ')}\n${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

const securityContext = {
  ...{ runAsNonRoot: true, runAsUser: 65532, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};
const volumeMounts = [
  { name: 'shared', mountPath: '/conclave' },
  { name: 'task', mountPath: '/conclave/task.json', subPath: 'task.json', readOnly: true },
  { name: 'scratch', mountPath: '/tmp' },
];
const runtime = { image: 'localhost/conclave-runtime:dev', imagePullPolicy: 'Never', securityContext, volumeMounts };
const product = { ...runtime, image: 'localhost/conclave:dev' };
const collector = { name: 'collect', ...product, command: ['node', '/app/dist/cmd/agent.js', 'collect'] };

function aPod(name: string, task: object, initContainers: readonly object[]): object {
  const head = { apiVersion: 'conclave.dev/v1alpha1', kind: 'Task', inputs: { a: 1 }, deadlineSeconds: 20 };
  const fieldRef = { fieldPath: "metadata.annotations['conclave.dev/task']" };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'restricted',
      annotations: { 'conclave.dev/task': JSON.stringify({ ...head, ...task }) },
    },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 5,
      initContainers,
      containers: [collector],
      volumes: [
        { name: 'shared', emptyDir: { sizeLimit: '1Gi' } },
        { name: 'scratch', emptyDir: { sizeLimit: '1Gi' } },
        { name: 'task', downwardAPI: { items: [{ path: 'task.json', fieldRef }] } },
      ],
    },
  };
}

interface ContainerStatus {
  readonly name: string;
  readonly state: { readonly terminated?: { readonly exitCode: number; readonly message?: string } };
}

interface Ended {
  readonly phase: string;
  readonly initContainerStatuses: readonly ContainerStatus[];
  readonly containerStatuses: readonly ContainerStatus[];
}

/** Runs a pod to its end and answers with how each container ended: exit code, and message as JSON. */
function end(name: string, task: object, initContainers: readonly object[]) {
  run('kubectl', ['apply', '-f', '-'], JSON.stringify(aPod(name, task, initContainers)));
  for (let tries = 0; ; tries++) {
    const text = run('kubectl', ['get', 'pod', name, '-n', 'restricted', '-o', 'jsonpath={.status}']);
    const status = JSON.parse(text) as Ended;
    if (status.phase === 'Succeeded' || status.phase === 'Failed') return describeEnd(status);
    if (tries > 120) throw new Error(`pod ${name} does not end: ${text}`);
    spawnSync('sleep', ['0.5']);
  }
}

function describeEnd({ initContainerStatuses, containerStatuses }: Ended): Record<string, unknown> {
  const ended = [...initContainerStatuses, ...containerStatuses].flatMap(({ name, state: { terminated } }) => {
    if (terminated === undefined) return [];
    const { exitCode, message = '' } = terminated;
    return [[name, { exitCode, ...(message.startsWith('{') && { message: JSON.parse(message) as unknown }) }] as const];
  });
  return Object.fromEntries(ended);
}

const code = { name: 'code', ...runtime };
const work = (program: string) => ({ work: { kind: 'code', runtime: 'python', program } });

describe('pods that run foreign code', () => {
  beforeAll(() => {
    if (existing === undefined) {
      run('up', ['--embedded', '--install']);
      run('image', ['--install']);
    }
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'restricted', labels } };
    run('kubectl', ['apply', '-f', '-'], JSON.stringify(namespace));
  });
  afterAll(() => {
    run('kubectl', ['delete', 'namespace', 'restricted']);
    if (existing === undefined) run('down', []);
  });

  it('give the outputs of a program as the message of the collector', () => {
    const program = 'def execute(inputs):\n    return {"b": inputs["a"] + 1}';
    const message = { outcome: 'succeeded', outputs: { b: 2 } };
    expect(end('good', work(program), [code])).toEqual({ code: { exitCode: 0 }, collect: { exitCode: 0, message } });
  });

  it('let a program reach neither the API server nor the launcher, nor forge what it leaves', () => {
    const program = `
import errno, os, signal, socket
def attempt(action):
    try:
        action()
        return "done"
    except OSError as error:
        return errno.errorcode[error.errno]
def execute(inputs):
    os.symlink("/etc/passwd", "/conclave/result.json")
    open("/dev/termination-log", "w").write('{"outcome":"succeeded","outputs":{"forged":true}}')
    return {
        "server": attempt(lambda: socket.create_connection((os.environ.get("KUBERNETES_SERVICE_HOST", "10.96.0.1"), 443), 2)),
        "kill": attempt(lambda: os.kill(1, signal.SIGKILL)),
        "memory": attempt(lambda: open("/proc/1/mem", "rb")),
        "task": attempt(lambda: open("/conclave/task.json", "w")),
        "root": attempt(lambda: open("/opt/x", "w")),
        "token": os.path.exists("/var/run/secrets"),
        "seccomp": open("/proc/self/status").read().split("Seccomp:")[1].split()[0],
        "filters": int(open("/proc/self/status").read().split("Seccomp_filters:")[1].split()[0]) > 1,
        "user": os.getuid(),
    }`;
    const outputs = {
      ...{ server: 'EPERM', kill: 'EPERM', memory: 'EACCES', task: 'EROFS', root: 'EROFS' },
      ...{ token: false, seccomp: '2', filters: true, user: 65532 },
    };
    const message = { outcome: 'succeeded', outputs };
    expect(end('hostile', work(program), [code])).toEqual({ code: { exitCode: 0 }, collect: { exitCode: 0, message } });
  });

  it('say why a program failed, as the message of its own container, and collect nothing', () => {
    const program = 'def execute(inputs):\n    open("/conclave/result.json", "w").write("{}")\n    return 1 / 0';
    const error = {
      ...{ reason: 'ProgramFailed', message: 'ZeroDivisionError: division by zero (line 3 in execute)' },
      retryable: false,
    };
    const message = { outcome: 'failed', error };
    expect(end('failing', work(program), [code])).toEqual({ code: { exitCode: 20, message } });
  });

  it('run the command of a Method in an image of its own, and take its last line', () => {
    const launcher = { name: 'launcher', ...runtime, args: ['copy'] };
    const method = {
      ...{ ...runtime, name: 'method', image: 'localhost/conclave/busybox:1' },
      command: ['/conclave/bin/busybox', 'sh', '/conclave/bin/launch.sh'],
      args: ['sh', '-c', 'echo working; echo "{\\"got\\": $(cat)}"'],
    };
    const message = { outcome: 'succeeded', outputs: { got: { a: 1 } } };
    expect(end('method', { work: { kind: 'method', method: 'm' } }, [launcher, method])).toEqual({
      ...{ launcher: { exitCode: 0 }, method: { exitCode: 0 } },
      collect: { exitCode: 0, message },
    });
  });
});
