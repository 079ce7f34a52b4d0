/** Commands of agents in their sandbox: what they may do, and each attack that it has to stop. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isRoot } from './run-launcher.ts';
import { ShellBench } from './run-shell.ts';

let shell: ShellBench;
beforeAll(async () => {
  shell = await ShellBench.start();
});
afterAll(() => shell.stop());

describe('a command', () => {
  it('runs in the workspace, and leaves files there', async () => {
    writeFileSync(join(shell.workspace, 'numbers'), '3\n1\n2\n');
    expect(await shell.run('sort numbers > sorted && cat sorted')).toBe('[exit code 0]\n1\n2\n3\n');
    expect(readFileSync(join(shell.workspace, 'sorted'), 'utf8')).toBe('1\n2\n3\n');
  });

  it.each([
    [
      'its exit code, and errors among what it printed',
      'echo out; echo wrong >&2; exit 3',
      '[exit code 3]\nout\nwrong\n',
    ],
    ['the signal that ended it', 'kill -ABRT $$', '[ended by SIGABRT]\n'],
    ['text for bytes that are none', String.raw`printf 'a\377b\303'`, '[exit code 0]\na\uFFFDb\uFFFD'],
    ['that it asked for input, of which there is none', 'read answer || echo none', '[exit code 0]\nnone\n'],
    ['what a shell says of a mistake', 'if', '[exit code 2]'],
  ])('is told with %s', async (_, command, expected) => {
    expect(await shell.run(command)).toContain(expected);
  });

  it('has nothing in its environment but where programs and its own files are', async () => {
    const told = await shell.run('unset PWD OLDPWD; env | sort; echo x > "$TMPDIR/kept"');
    const expected = [`HOME=${shell.scratch}`, 'PATH=/usr/local/bin:/usr/bin:/bin', `TMPDIR=${shell.scratch}`];
    expect(told.split('\n').filter((line) => /^[A-Z]+=/.test(line))).toEqual(expected);
    expect(await shell.run('cat "$TMPDIR/kept"')).toContain('x');
  });

  it('of a program without end is told by the beginning and the end of what it prints', async () => {
    const told = await shell.run('echo first; head -c 1073741824 /dev/zero | tr "\\0" x; echo; echo last', {
      timeoutSeconds: 300,
    });
    expect(told).toMatch(/^\[exit code 0\]\nfirst\nx+\n\[10737\d{5} bytes are left out here\]\nx+\nlast\n$/);
    expect(told.length).toBeLessThan(30_000);
  });

  it('that takes too long is ended, also when it does not want to be', async () => {
    const told = await shell.run("trap '' TERM INT HUP; echo begun; while :; do sleep 1; done", { timeoutSeconds: 1 });
    expect(told).toBe('[it took longer than 1 s and was ended]\nbegun\n');
  });

  it('ends when nobody waits for it any more, and the next one runs', async () => {
    const work = new AbortController();
    const running = shell.run('echo $$ > pid; while :; do date > beat; sleep 0.05; done', {}, work.signal);
    await expect.poll(() => existsSync(join(shell.workspace, 'beat')), { timeout: 60_000 }).toBe(true);
    work.abort(new Error('the work is over'));
    await expect(running).rejects.toThrow('the work is over');
    expect(shell.line.isQuiet()).toBe(true);
    const beat = statSync(join(shell.workspace, 'beat')).mtimeMs;
    await sleep(500);
    expect(statSync(join(shell.workspace, 'beat')).mtimeMs).toBe(beat);
    expect(await shell.run('echo next')).toBe('[exit code 0]\nnext\n');
  });
});

describe('nothing stays of a command but files', () => {
  it.each([
    ['in the background', 'while :; do date > beat1; sleep 0.02; done &', 'beat1'],
    ['in a session of its own', "setsid sh -c 'while :; do date > beat2; sleep 0.02; done' &", 'beat2'],
    [
      'left by two parents',
      'setsid sh -c \'(setsid sh -c "while :; do date > beat3; sleep 0.02; done" &) &\' &',
      'beat3',
    ],
    ['that holds what is printed open', '(trap "" HUP; while :; do date > beat4; echo; sleep 0.02; done) &', 'beat4'],
  ])('when it runs %s', async (_, command, file) => {
    const path = join(shell.workspace, file);
    expect(await shell.run(`${command}\nuntil [ -e ${file} ]; do sleep 0.01; done`)).toContain('[exit code 0]');
    const beat = statSync(path).mtimeMs;
    await sleep(500);
    expect(statSync(path).mtimeMs).toBe(beat);
  });

  it.runIf(isRoot)('when it is a bomb of processes', async () => {
    expect(await shell.run('bomb() { bomb | bomb & }; bomb; sleep 60', { timeoutSeconds: 3 })).toContain('was ended');
    expect(await shell.run('ls -d /proc/[0-9]* | wc -l', { timeoutSeconds: 60 })).toMatch(/\n[1-5]\n$/);
  });
});

/** What a call in Python comes to: the name of its error, or `done`. */
const attempts = (calls: Readonly<Record<string, string>>) => `
import ctypes, errno, json, os, socket
libc = ctypes.CDLL(None, use_errno=True)
machine = os.uname().machine
def attempt(call):
    try:
        answer = eval(call)
    except OSError as error:
        return errno.errorcode.get(error.errno)
    return errno.errorcode[ctypes.get_errno()] if answer == -1 else "done"
print(json.dumps({name: attempt(call) for name, call in json.loads(${JSON.stringify(JSON.stringify(calls))}).items()}))`;

const comeTo = async (calls: Readonly<Record<string, string>>) =>
  JSON.parse(await shell.python(attempts(calls))) as Record<string, string>;

describe('the network, and other containers of the pod,', () => {
  it('are reached by no socket', async () => {
    const families = { tcp: '2, 1', tcp6: '10, 1', udp: '2, 2', raw: '2, 3', netlink: '16, 3', packet: '17, 3' };
    const more = { unix: '1, 1', unixDatagrams: '1, 2', vsock: '40, 1', algorithms: '38, 5', tipc: '30, 5' };
    const kinds = Object.entries({ ...families, ...more });
    const calls = Object.fromEntries(kinds.map(([name, kind]) => [name, `libc.socket(${kind}, 0)`]));
    expect(new Set(Object.values(await comeTo(calls)))).toEqual(new Set(['EPERM']));
  });

  it('are reached by no pair of sockets that could send elsewhere, though programs may speak with their own', async () => {
    const pair = (kind: string) => `libc.socketpair(${kind}, 0, (ctypes.c_int * 2)())`;
    const refused = { datagrams: pair('1, 2'), raw: pair('1, 3'), flags: pair('1, 0x80802'), tipc: pair('30, 5') };
    expect(new Set(Object.values(await comeTo(refused)))).toEqual(new Set(['EPERM']));
    expect(await comeTo({ stream: pair('1, 0x80001'), packets: pair('1, 5') })).toEqual({
      stream: 'done',
      packets: 'done',
    });
    let connections = 0;
    const server = createServer(() => (connections += 1));
    const name = `conclave-test-${process.pid}`;
    await new Promise<void>((resolve) => server.listen(`\0${name}`, resolve));
    onTestFinished(() => void server.close());
    const elsewhere = (kind: string) => String.raw`
import errno, socket
a, b = socket.socketpair(socket.AF_UNIX, socket.${kind})
for act in (lambda: a.connect("\0${name}"), lambda: a.sendto(b"x", "\0${name}"), lambda: a.listen()):
    try: print(act())
    except OSError as error: print(errno.errorcode[error.errno])`;
    // A packet with an address goes to the pair all the same.
    expect(await shell.python(elsewhere('SOCK_SEQPACKET'))).toBe('EPERM\n1\nEINVAL\n');
    expect(await shell.python(elsewhere('SOCK_STREAM'))).toBe('EPERM\nEISCONN\nEINVAL\n');
    expect(connections).toBe(0);
  });

  it('are not reached by memory, semaphores or queues that a pod shares', async () => {
    const numbers = {
      ...{ shmget: [29, 194], shmat: [30, 196], shmctl: [31, 195], semget: [64, 190], semop: [65, 193] },
      ...{ semctl: [66, 191], semtimedop: [220, 192], msgget: [68, 186], msgsnd: [69, 189], msgrcv: [70, 188] },
      ...{ msgctl: [71, 187], mq_open: [240, 180], mq_unlink: [241, 181] },
    };
    const column = process.arch === 'arm64' ? 1 : 0;
    const calls = Object.fromEntries(
      Object.entries(numbers).map(([name, each]) => [name, `libc.syscall(${each[column]}, 0, 0, 0, 0, 0)`]),
    );
    expect(new Set(Object.values(await comeTo(calls)))).toEqual(new Set(['EPERM']));
  });

  it('stay out of reach of programs that a command starts', async () => {
    let connections = 0;
    const server = createServer(() => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const told = await shell.run(
      `bash -c 'echo > /dev/tcp/127.0.0.1/${port}'; node -e 'fetch("http://127.0.0.1:${port}").catch((e) => console.log(e.cause.code))'`,
    );
    expect(told).toContain('not permitted');
    expect(connections).toBe(0);
  });
});

describe('the shell itself', () => {
  it('cannot be spoken to by its commands, nor another put into its place', async () => {
    const connect = `socket.socket(socket.AF_UNIX).connect(${JSON.stringify(shell.socket)})`;
    expect(await comeTo({ connect })).toEqual({ connect: 'EPERM' });
    if (!isRoot) return;
    for (const command of [`rm ${shell.socket}`, `touch ${shell.folder}/x`, `mv ${shell.socket} ${shell.folder}/x`])
      expect(await shell.run(command), command).toContain('Read-only file system');
  });

  it('shows neither its memory, files nor environment, and passes none of them on', async () => {
    const told = await shell.run(
      'for name in mem environ fd/0 maps; do cat /proc/$PPID/$name 2>&1 | tr -d "\\0" | head -c 200; done; ls /proc/self/fd | wc -l',
    );
    expect(told).not.toContain('hunter2');
    expect(told.match(/Permission denied/g)).toHaveLength(4);
    expect(told).toMatch(/\n4\n$/); // 0, 1, 2, and the folder that is being listed
  });

  it('cannot be ended, stopped or traced by its commands', async () => {
    const others = { all: 'os.kill(-1, 9)', namespace: 'libc.unshare(0x10000000)', trace: 'libc.ptrace(16, 1, 0, 0)' };
    expect(new Set(Object.values(await comeTo(others)))).toEqual(new Set(['EPERM']));
    const told = await shell.run('kill -9 $PPID; kill -STOP $PPID; echo on');
    expect(told.match(/not permitted/g)).toHaveLength(2);
    expect(await shell.run('echo on')).toContain('on');
  });

  it('bounds what a command leaves: no core dumps, no files without end', async () => {
    expect(await shell.run('ulimit -c; head -c 300000000 /dev/zero > large; wc -c < large; rm large')).toContain(
      '\n268435456\n',
    );
  });

  it('takes commands of any text, and refuses those that cannot be one', async () => {
    expect(await shell.run(`printf %s '${'ü'.repeat(16_000)}' | wc -c`)).toContain('\n32000\n');
    await expect(shell.run('echo \0')).rejects.toThrow('zero byte');
    await expect(shell.run('echo \ud800')).rejects.toThrow('half a character');
  });

  it('that dies is told as such, and asked again at the next call', async () => {
    const bench = await ShellBench.start({ patience: { comingMs: 60_000, answerMs: 60_000, settlingMs: 100 } });
    onTestFinished(() => bench.stop());
    const running = bench.run('touch begun; sleep 600');
    await expect.poll(() => existsSync(join(bench.workspace, 'begun')), { timeout: 60_000 }).toBe(true);
    await Promise.all([
      expect(running).rejects.toThrow('ToolUnavailable: the shell ended while the command ran'),
      bench.end('SIGKILL'),
    ]);
    expect(bench.line.isQuiet()).toBe(false);
    bench.startServer();
    expect(await bench.run('echo again')).toBe('[exit code 0]\nagain\n');
    expect(bench.line.isQuiet()).toBe(true);
  });

  it('that is not there is told as such', async () => {
    const bench = await ShellBench.start({ patience: { comingMs: 500, answerMs: 60_000, settlingMs: 60_000 } });
    onTestFinished(() => bench.stop());
    await bench.end('SIGKILL');
    await expect(bench.run('echo')).rejects.toThrow('ToolUnavailable: the shell is not there now');
  });

  it.each([
    ['while it waits', undefined],
    ['while a command runs', 'touch begun; sleep 600'],
  ])('ends at once when the pod ends, %s', async (_, command) => {
    const bench = await ShellBench.start();
    onTestFinished(() => bench.stop());
    await bench.run('true');
    const running = command === undefined ? undefined : bench.run(command).catch(() => undefined);
    if (command !== undefined)
      await expect.poll(() => existsSync(join(bench.workspace, 'begun')), { timeout: 60_000 }).toBe(true);
    const begin = performance.now();
    await bench.end('SIGTERM');
    expect(performance.now() - begin).toBeLessThan(8_000);
    await running;
  });
});
