/** Programs of users in their sandbox: what they may do, and each attack that it has to stop. */
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRoot, launch, type Launched } from './run-launcher.ts';

const python = (program: string, more: object = {}): Promise<Launched> =>
  launch({ runtime: 'python', program, ...more });
const javascript = (program: string, more: object = {}): Promise<Launched> =>
  launch({ runtime: 'javascript', program, ...more });

/** Runs lines as the body of `execute`, and answers with what they return. */
const body = (lines: string): string =>
  `import ctypes, errno, os, signal, socket, sys, time\ndef execute(inputs):\n${lines.trim().replaceAll(/^/gm, '    ')}\n`;

/** The error that a system call made from Python gives, by name. */
const callsKernel = (name: string, call: string): string =>
  body(`
libc = ctypes.CDLL(None, use_errno=True)
number = {"x86_64": ${call.split('|')[0]}, "aarch64": ${call.split('|')[1]}}[os.uname().machine]
answer = libc.syscall(number, ${call.split('|')[2]})
return {"${name}": errno.errorcode[ctypes.get_errno()] if answer == -1 else "done"}`);

describe('a program in Python', () => {
  it('is called with the inputs and answers with an object', async () => {
    const { exitCode, outputs, log } = await python(
      'def execute(inputs):\n    print("adding")\n    return {"sum": inputs["a"] + inputs["b"], "text": "ü"}',
      { inputs: { a: 1, b: 2 } },
    );
    expect({ exitCode, outputs }).toEqual({ exitCode: 0, outputs: { sum: 3, text: 'ü' } });
    expect(log).toBe('adding\n');
  });

  it.each([
    ['a text', 'return "x"', { result: 'x' }],
    ['nothing', 'pass', { result: null }],
    ['a list', 'return (1, 2)', { result: [1, 2] }],
  ])('may answer with %s', async (_what, line, outputs) => {
    expect(await python(`def execute(inputs):\n    ${line}`)).toMatchObject({ exitCode: 0, outputs });
  });

  it('may be asynchronous and use threads and processes', async () => {
    const program = `
import asyncio, subprocess, threading
async def execute(inputs):
    await asyncio.sleep(0.01)
    seen = []
    thread = threading.Thread(target=lambda: seen.append(1))
    thread.start(); thread.join()
    process = await asyncio.create_subprocess_exec("echo", "hello", stdout=asyncio.subprocess.PIPE)
    return {"seen": seen, "said": (await process.communicate())[0].decode()}`;
    expect(await python(program)).toMatchObject({ exitCode: 0, outputs: { seen: [1], said: 'hello\n' } });
  });

  it('that raises is told with its own lines', async () => {
    const program = 'def total(x):\n    raise ValueError("no amount")\ndef execute(inputs):\n    return total(1)';
    const { exitCode, reason, message, log } = await python(program);
    expect({ exitCode, reason }).toEqual({ exitCode: 20, reason: 'ProgramFailed' });
    expect(message).toBe('ValueError: no amount (line 2 in total, called from line 4 in execute)');
    expect(log).not.toContain('python_host');
  });

  it('may say that trying again helps', async () => {
    const program = 'class Busy(Exception):\n    retryable = True\ndef execute(inputs):\n    raise Busy("later")';
    expect(await python(program)).toMatchObject({ exitCode: 10, reason: 'ProgramFailed' });
  });

  it.each([
    ['a mistake in its syntax', 'def execute(:', 'ProgramInvalid', 'line 1'],
    ['no function', 'x = 1', 'ProgramInvalid', 'no function `execute(inputs)`'],
    ['an exit', 'import os\ndef execute(i):\n    os._exit(3)', 'ProgramFailed', 'exit code 3'],
    ['NaN', 'def execute(i):\n    return {"x": float("nan")}', 'ResultNotJson', 'JSON'],
    ['a set', 'def execute(i):\n    return {"x": {1}}', 'ResultNotJson', 'set'],
    ['a number that JSON would change', 'def execute(i):\n    return {"x": 2**53 + 1}', 'ResultNotJson', 'too large'],
    ['half a character', 'def execute(i):\n    return {"x": "\\ud800"}', 'ResultNotJson', 'surrogates'],
    ['endless depth', 'def execute(i):\n    x = []\n    x.append(x)\n    return x', 'ResultNotJson', 'ircular'],
    [
      'great depth',
      'def execute(i):\n    x = []\n    for _ in range(100000): x = [x]\n    return x',
      'ResultNotJson',
      'recursion',
    ],
    ['a message without end', 'def execute(i):\n    raise ValueError("\\u0001" * 10**7)', 'ProgramFailed', '…'],
  ])('with %s fails for good', async (_what, program, reason, message) => {
    const launched = await python(program);
    expect(launched).toMatchObject({ exitCode: 20, reason });
    expect(launched.message).toContain(message);
    expect(launched.outputs).toBeUndefined();
  });
});

describe('a program in JavaScript', () => {
  it.each([
    ['an exported function', 'export function execute({ a }) { return { b: a + 1 }; }'],
    ['an exported function, asynchronous', 'export const execute = async ({ a }) => ({ b: a + 1 });'],
    ['a default export', 'export default ({ a }) => ({ b: a + 1 });'],
    ['a declared function', 'function execute({ a }) { return { b: a + 1 }; } // the end'],
    ['a declared function of a module', 'import "node:os";\nfunction execute({ a }) { return { b: a + 1 }; }'],
    ['module.exports', 'module.exports = { execute({ a }) { return { b: a + 1 }; } };'],
    [
      'a script that requires',
      'const { EOL } = require("node:os");\nexports.execute = ({ a }) => ({ b: a + EOL.length });',
    ],
  ])('may be %s', async (_what, program) => {
    expect(await javascript(program, { inputs: { a: 1 } })).toMatchObject({ exitCode: 0, outputs: { b: 2 } });
  });

  it('may use workers', async () => {
    const program = `import { Worker } from 'node:worker_threads';
export const execute = () => new Promise((resolve, reject) => {
  const worker = new Worker("require('node:worker_threads').parentPort.postMessage({ b: 5 })", { eval: true });
  worker.on('message', resolve).on('error', reject);
});`;
    expect(await javascript(program)).toMatchObject({ exitCode: 0, outputs: { b: 5 } });
  });

  it('that throws is told with its own lines, and may say that trying again helps', async () => {
    const program = `function total() { throw Object.assign(new RangeError('busy'), { retryable: true }); }
export function execute() {
  return total();
}`;
    const launched = await javascript(program);
    expect(launched).toMatchObject({ exitCode: 10, reason: 'ProgramFailed' });
    expect(launched.message).toBe('RangeError: busy (line 1 in total, called from line 3 in execute)');
  });

  it.each([
    ['NaN', 'export const execute = () => ({ x: NaN });', 'ResultNotJson', 'NaN'],
    ['a bigint', 'export const execute = () => ({ x: 1n });', 'ResultNotJson', 'BigInt'],
    ['no function', 'export const x = 1;', 'ProgramInvalid', 'no function `execute(inputs)`'],
    [
      'a promise that never ends',
      'export const execute = () => new Promise(() => {});',
      'ProgramFailed',
      'exit code 13',
    ],
  ])('with %s fails for good', async (_what, program, reason, message) => {
    const launched = await javascript(program);
    expect(launched).toMatchObject({ exitCode: 20, reason });
    expect(launched.message).toContain(message);
  });

  it('reaches no server', async () => {
    const program = `import net from 'node:net';
export const execute = () => new Promise((resolve) => {
  net.connect(6443, '127.0.0.1').on('connect', () => resolve({ code: 'connected' })).on('error', resolve);
});`;
    expect(await javascript(program)).toMatchObject({ outputs: { code: 'EPERM' } });
  });
});

describe('the network', () => {
  let server: Server;
  let port = 0;
  let connections = 0;

  beforeAll(async () => {
    server = createServer(() => connections++);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
  });
  afterAll(() => server.close());

  it('cannot be reached by any kind of socket, nor by a program that is started', async () => {
    const program = body(`
import subprocess
kinds = {"tcp": (2, 1), "tcp6": (10, 1), "udp": (2, 2), "raw": (2, 3), "netlink": (16, 3), "packet": (17, 3),
         "vsock": (40, 1), "alg": (38, 5), "high bits": (2 + 2**32, 1)}
seen = {}
libc = ctypes.CDLL(None, use_errno=True)
for name, (family, kind) in kinds.items():
    answer = libc.socket(ctypes.c_ulong(family), kind, 0)
    seen[name] = errno.errorcode[ctypes.get_errno()] if answer == -1 else "open"
child = "import socket; socket.create_connection(('127.0.0.1', inputs['port']))".replace("inputs['port']", str(inputs["port"]))
started = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True)
return {"seen": seen, "started": started.stderr.strip().splitlines()[-1]}`);
    const { outputs } = await python(program, { inputs: { port } });
    expect(new Set(Object.values(outputs?.['seen'] ?? {}))).toEqual(new Set(['EPERM']));
    expect(outputs?.['started']).toBe('PermissionError: [Errno 1] Operation not permitted');
    expect(connections).toBe(0);
  });

  it('leaves sockets between processes of the program alone', async () => {
    const program = body('a, b = socket.socketpair()\na.send(b"hi")\nreturn {"got": b.recv(2).decode()}');
    expect(await python(program)).toMatchObject({ outputs: { got: 'hi' } });
  });
});

describe('system calls that are refused', () => {
  it.each([
    ['io_uring_setup', '425|425|1, ctypes.create_string_buffer(256)', 'EPERM'],
    ['ptrace', '101|117|16, os.getppid(), 0, 0', 'EPERM'],
    ['process_vm_readv', '310|270|os.getppid(), 0, 0, 0, 0, 0', 'EPERM'],
    ['unshare', '272|97|0x10000000', 'EPERM'],
    ['clone with new namespaces', '56|220|0x10000011, 0, 0, 0, 0', 'EPERM'],
    ['clone3', '435|435|0, 0', 'ENOSYS'],
    ['keyctl', '250|219|0, -3, 0', 'EPERM'],
    ['bpf', '321|280|0, 0, 0', 'EPERM'],
    ['userfaultfd', '323|282|1', 'EPERM'],
    ['mount', '165|40|0, 0, 0, 0, 0', 'EPERM'],
    ['prlimit64 of the launcher', '302|261|os.getppid(), 0, 0, 0', 'EPERM'],
    ['kill of the launcher', '62|129|os.getppid(), 9', 'EPERM'],
    ['kill of everything', '62|129|-1, 9', 'EPERM'],
    ['tgkill of the launcher', '234|131|os.getppid(), os.getppid(), 9', 'EPERM'],
  ])('%s', async (name, call, expected) => {
    const { outputs, log } = await python(callsKernel(name, call));
    expect(outputs, log).toEqual({ [name]: expected });
  });

  it.runIf(process.arch === 'x64').each([
    ['x32', 'ctypes.CDLL(None).syscall(0x40000000 + 39)'],
    [
      '32 bits',
      `import mmap
code = mmap.mmap(-1, 4096, prot=7)
code.write(b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3")  # getpid by int 0x80
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()`,
    ],
  ])('those of %s, which end the program', async (_what, lines) => {
    const launched = await python(body(`${lines}\nreturn {"survived": True}`));
    expect(launched.outputs).toBeUndefined();
    expect(launched).toMatchObject({ exitCode: 20 });
    expect(['SandboxViolation', 'Crashed']).toContain(launched.reason);
  });

  it('stay refused: the filter cannot be taken off, nor privileges gained', async () => {
    const program = body(`
status = dict(line.split(":\\t") for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
return {name: status[name] for name in ("NoNewPrivs", "Seccomp", "CapEff")}`);
    const { outputs } = await python(program);
    expect(outputs).toEqual({ NoNewPrivs: '1', Seccomp: '2', ...(isRoot && { CapEff: '0000000000000000' }) });
  });
});

describe('the launcher', () => {
  it('shows neither its memory, files nor environment, and passes none of them on', async () => {
    const program = body(`
def attempt(path):
    try:
        return open(f"/proc/{os.getppid()}/{path}", "rb").read(8).hex()
    except OSError as error:
        return errno.errorcode[error.errno]
def listing():
    try:
        return os.listdir(f"/proc/{os.getppid()}/fd")
    except OSError as error:
        return errno.errorcode[error.errno]
own = [int(name) for name in os.listdir("/proc/self/fd")]
return {"mem": attempt("mem"), "environ": attempt("environ"), "fd": listing(), "own": len(own),
        "stdin": os.readlink("/proc/self/fd/0"), "secret": os.environ.get("SECRET_OF_THE_LAUNCHER")}`);
    expect((await python(program)).outputs).toEqual({
      ...{ mem: 'EACCES', environ: 'EACCES', fd: 'EACCES', secret: null, stdin: '/dev/null' },
      own: 5, // 0, 1, 2, the answer, and the folder that is being listed
    });
  });

  it('ends all that the program started before it writes the result, also what left its session', async () => {
    const program = body(`
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            for path in ("result.json", "../termination-log"):
                try:
                    open(f"{inputs['folder']}/{path}", "w").write("forged")
                except OSError:
                    pass
        os._exit(0)
    os._exit(0)
return {"mine": True}`)
      .replace("inputs['folder']", `os.path.dirname(json_path)`)
      .replace(
        'def execute',
        'import glob\njson_path = max(glob.glob("/tmp/launch-*/shared/task.json"), key=os.path.getctime)\ndef execute',
      );
    for (let round = 0; round < 3; round++) {
      expect(await python(program)).toMatchObject({ exitCode: 0, outputs: { mine: true } });
    }
  });

  it('is not fooled by what the program puts where the result goes', async () => {
    const find = 'import glob, os\nshared = max(glob.glob("/tmp/launch-*/shared"), key=os.path.getctime)\n';
    const link = `${find}def execute(i):\n    os.symlink("/etc/passwd", shared + "/result.json")\n    return {"mine": True}`;
    expect(await python(link)).toMatchObject({ exitCode: 0, outputs: { mine: true } });
    const folder = `${find}def execute(i):\n    os.makedirs(shared + "/result.json/x")\n    return {"mine": True}`;
    expect(await python(folder)).toMatchObject({ exitCode: 20, reason: 'ResultUnwritable' });
  });

  it('believes no answer that is none, whatever is written into its pipe', async () => {
    const write = (text: string): string =>
      `import os, sys\ndef execute(i):\n    os.write(int(sys.argv[2]), ${JSON.stringify(text)}.encode())\n    os._exit(0)`;
    expect(await python(write('{"value": 1, "outcome": "x"}'))).toMatchObject({ exitCode: 0, outputs: { result: 1 } });
    for (const text of ['{"value": ', '[]', '{"error": {"reason": "X"}}', '{"value": 1e999}', '['.repeat(100_000)]) {
      expect(await python(write(text)), text.slice(0, 40)).toMatchObject({ exitCode: 20, reason: 'ResultNotJson' });
    }
  });

  it('ends the program when the pod is asked to end', async () => {
    const program = 'import time\ndef execute(inputs):\n    print("begun", flush=True)\n    time.sleep(60)';
    const launched = await python(program, { signal: 'SIGTERM', deadlineSeconds: 60 });
    expect(launched).toMatchObject({ exitCode: 10, reason: 'Interrupted' });
    expect(launched.durationMs).toBeLessThan(30_000);
  });
});

describe('limits', () => {
  it('end a program that takes too long, children included', async () => {
    const program = body('import subprocess\nsubprocess.Popen(["sleep", "1000"])\nwhile True: pass');
    const launched = await python(program, { deadlineSeconds: 1 });
    expect(launched).toMatchObject({ exitCode: 30, reason: 'TimedOut', message: 'it took longer than 1 s' });
  });

  it('end a program whose result is too large', async () => {
    const launched = await python('def execute(inputs):\n    return "x" * (9 * 1024 * 1024)');
    expect(launched).toMatchObject({ exitCode: 30, reason: 'ResultTooLarge' });
  });

  it('keep the beginning of a log without end', async () => {
    const program = body('sys.stdout.write("x" * 20_000_000)\nreturn {"done": True}');
    const { exitCode, log } = await python(program);
    expect(exitCode).toBe(0);
    expect(log.length).toBeLessThan(5_000_000);
    expect(log).toContain('[the rest is left out]');
  });

  it.runIf(isRoot)('bound a bomb of processes, which ends with the program', async () => {
    const program = body(`
deadline = time.monotonic() + 2
while time.monotonic() < deadline:
    try:
        os.fork()
    except BlockingIOError:
        time.sleep(0.1)
while True: time.sleep(1)`);
    const launched = await python(program, { deadlineSeconds: 4 });
    expect(launched).toMatchObject({ exitCode: 30, reason: 'TimedOut' });
    expect(launched.durationMs).toBeLessThan(60_000);
  });

  it('are set: no core dumps, no files without end', async () => {
    const program = body(`
import resource
open("large", "wb").truncate(300 * 1024 * 1024)`);
    const launched = await python(program);
    expect(launched).toMatchObject({ exitCode: 20, reason: 'ProgramFailed' });
    expect(launched.message).toContain('File too large');
  });
});
