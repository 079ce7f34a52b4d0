import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { CertificateAuthority } from '../../testing/certificate-authority.ts';
import { NameServer, type NameAnswers } from '../../testing/name-server.ts';
import { answerJson, ScriptedServer, type Script } from '../../testing/scripted-server.ts';
import { HttpCaller, type HttpCallerOptions } from './http-caller.ts';
import type { HttpAnswer, HttpFailure, HttpRequest } from './http-request.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function serve(script: Script, tls?: Parameters<typeof ScriptedServer.start>[1]) {
  const server = await ScriptedServer.start(script, tls);
  cleanUps.push(() => server.stop());
  return server;
}

async function serveNames(answers: NameAnswers) {
  const server = await NameServer.start(answers);
  cleanUps.push(() => server.stop());
  return server;
}

/** A server that speaks as it likes: it gets each connection once something arrived on it. */
async function serveRaw(onData: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined).on('data', () => onData(socket)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
}

const never = new AbortController().signal;

function call(request: Partial<HttpRequest> & { readonly url: string }, options: HttpCallerOptions = {}) {
  const caller = new HttpCaller({ allowLoopback: true, ...options });
  return caller.call({ method: 'GET', timeoutMs: 5_000, ...request }, never);
}

async function answerTo(...given: Parameters<typeof call>): Promise<HttpAnswer> {
  const answer = await call(...given);
  if (answer.kind === 'failure') throw new Error(`${answer.reason}: ${answer.message}`);
  return answer;
}

async function failureOf(...given: Parameters<typeof call>): Promise<HttpFailure> {
  const failure = await call(...given);
  if (failure.kind === 'answer') throw new Error(`answered ${failure.status}`);
  return failure;
}

const ok: Script = (_, response) => answerJson(response, 200, {});

describe('a call', () => {
  it('sends method, path, headers and body, and gives status, headers and body of the answer', async () => {
    const server = await serve((_, response) => {
      response.writeHead(201, { 'X-Mixed': 'Case', 'x-many': ['a', 'b'] }).end('said');
    });
    const url = `${server.url}/a%2Fb?x=1`;
    const answer = await answerTo({ url, method: 'POST', headers: { 'X-A': 'b' }, body: 'told', idempotencyKey: 'k1' });
    expect(server.received[0]).toMatchObject({ method: 'POST', url: '/a%2Fb?x=1', body: 'told' });
    expect(server.received[0]?.headers).toMatchObject({
      'x-a': 'b',
      'idempotency-key': 'k1',
      'user-agent': 'conclave',
    });
    expect(answer).toMatchObject({ status: 201, url, headers: { 'x-mixed': 'Case', 'x-many': 'a, b' } });
    expect(answer.body.toString()).toBe('said');
  });

  it('sends a body that is read as it goes', async () => {
    const server = await serve(ok);
    const body = async function* () {
      yield Buffer.from('one ');
      await Promise.resolve();
      yield Buffer.from('two');
    };
    await answerTo({ url: server.url, method: 'PUT', body });
    expect(server.received[0]?.body).toBe('one two');
  });

  it("leaves a user's own idempotency key", async () => {
    const server = await serve(ok);
    await answerTo({ url: server.url, headers: { 'Idempotency-Key': 'mine' }, idempotencyKey: 'ours' });
    expect(server.received[0]?.headers['idempotency-key']).toBe('mine');
  });

  it('gives an answer of any status code', async () => {
    const server = await serve((_, response) => answerJson(response, 503, {}));
    expect(await answerTo({ url: server.url })).toMatchObject({ status: 503 });
  });

  it('rejects when it is called off, before and while it goes on', async () => {
    const server = await serve(() => undefined);
    const caller = new HttpCaller({ allowLoopback: true });
    const request = { method: 'GET', url: server.url, timeoutMs: 5_000 } as const;
    await expect(caller.call(request, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
    const controller = new AbortController();
    const going = caller.call(request, controller.signal);
    setTimeout(() => controller.abort(new Error('stopped later')), 50);
    await expect(going).rejects.toThrow('stopped later');
  });
});

describe('a URL that may not be called is refused before anything is sent:', () => {
  const cases: Record<string, [url: string, reason: string]> = {
    'another scheme': ['file:///etc/passwd', 'InvalidUrl'],
    'a scheme of other protocols': ['gopher://example.com/', 'InvalidUrl'],
    'no URL at all': ['example.com', 'InvalidUrl'],
    'credentials in it': ['http://user:word@127.0.0.1/', 'InvalidUrl'],
    'a user alone': ['http://example.com@127.0.0.1/', 'InvalidUrl'],
    'a line break': ['http://127.0.0.1/\r\nx: y', 'InvalidUrl'],
    'a space': ['http://127.0.0.1/ HTTP/1.1', 'InvalidUrl'],
    'this machine': ['http://127.0.0.1/', 'AddressNotAllowed'],
    'this machine as one number': ['http://2130706433/', 'AddressNotAllowed'],
    'this machine in hexadecimal': ['http://0x7f.1/', 'AddressNotAllowed'],
    'this machine in octal': ['http://0177.0.0.1/', 'AddressNotAllowed'],
    'this machine by wide digits': ['http://１２７.０.０.１/', 'AddressNotAllowed'],
    'this machine over IPv6': ['http://[::1]/', 'AddressNotAllowed'],
    'this machine inside of IPv6': ['http://[::ffff:127.0.0.1]/', 'AddressNotAllowed'],
    'this machine by its name': ['http://localhost/', 'AddressNotAllowed'],
    'this machine by no address': ['http://0/', 'AddressNotAllowed'],
    'the identity of the machine': ['http://169.254.169.254/latest/meta-data', 'AddressNotAllowed'],
    'a private address': ['http://10.96.0.1/', 'AddressNotAllowed'],
  };
  it.each(Object.entries(cases))('%s', async (_, [url, reason]) => {
    const failure = await failureOf({ url }, { allowLoopback: false });
    expect(failure).toMatchObject({ reason, retryable: false, sent: false, mayHaveHappened: false });
    expect(failure.message).not.toContain('word');
  });

  it.each(['http://169.254.169.254/', 'http://127.0.0.1/', 'http://[fe80::1]/', 'http://[fd00:ec2::254]/'])(
    '%s, even where private addresses may be called',
    async (url) => {
      const failure = await failureOf({ url, allowPrivateNetworks: true }, { allowLoopback: false });
      expect(failure.reason).toBe('AddressNotAllowed');
    },
  );

  it('a host that is not on the list', async () => {
    const server = await serve(ok);
    const allowedHosts = ['api.example.com', '*.example.org'];
    const failure = await failureOf({ url: server.url, allowedHosts });
    expect(failure).toMatchObject({ reason: 'HostNotAllowed', retryable: false });
    expect(failure.message).toBe('the Tenant does not allow 127.0.0.1. Hosts: api.example.com, *.example.org');
    const byTheRole = await failureOf({ url: server.url, allowedHosts: [], allowedBy: 'the role' });
    expect(byTheRole.message).toBe('the role does not allow 127.0.0.1. Hosts: none');
    expect(await answerTo({ url: server.url, allowedHosts: ['127.0.0.1'] })).toMatchObject({ status: 200 });
    expect(server.received).toHaveLength(1);
  });

  it.each([
    ['a line break', 'x-a', 'b\r\nx-evil: 1'],
    ['another control character', 'x-a', 'b\0'],
    ['a name with a space', 'x a', 'b'],
    ['a host of its own', 'Host', 'internal'],
    ['a length of its own', 'content-length', '5'],
    ['a framing of its own', 'Transfer-Encoding', 'chunked'],
    ['too long a value', 'x-a', 'b'.repeat(9_000)],
  ])('a header with %s', async (_, name, value) => {
    const server = await serve(ok);
    const failure = await failureOf({ url: server.url, headers: { [name]: value } });
    expect(failure).toMatchObject({ reason: 'InvalidHeader', sent: false });
    expect(server.received).toHaveLength(0);
  });
});

describe('a name', () => {
  it('is resolved once, and the connection goes to the address that was checked', async () => {
    const names = await serveNames(({ type }, count) =>
      type !== 'A' ? [] : count === 1 ? ['127.0.0.1'] : ['10.0.0.1'],
    );
    const server = await serve(ok);
    const url = `http://rebinding.test:${server.port}/`;
    const caller = new HttpCaller({ allowLoopback: true, dnsServers: [names.address] });
    const request = { method: 'GET', url, timeoutMs: 5_000 } as const;
    expect(await caller.call(request, never)).toMatchObject({ status: 200 });
    expect(names.asked.filter(({ type }) => type === 'A')).toHaveLength(1);
    expect(server.received[0]?.headers.host).toBe(`rebinding.test:${server.port}`);
    expect(await caller.call(request, never)).toMatchObject({ reason: 'AddressNotAllowed', sent: false });
    expect(server.received).toHaveLength(1);
  });

  it('of which one address leads inside is not called at all', async () => {
    const names = await serveNames(({ type }) => (type === 'A' ? ['127.0.0.1', '192.168.0.1'] : []));
    const server = await serve(ok);
    const url = `http://mixed.test:${server.port}/`;
    const failure = await failureOf({ url }, { dnsServers: [names.address] });
    expect(failure.reason).toBe('AddressNotAllowed');
    expect(failure.message).toBe(
      'mixed.test is at 192.168.0.1, a private address; allowPrivateNetworks of the Method lets it be called',
    );
  });

  it('that leads inside over IPv6 alone is not called either', async () => {
    const names = await serveNames(({ type }) => (type === 'A' ? ['127.0.0.1'] : ['fd00::1']));
    const failure = await failureOf({ url: 'http://six.test/' }, { dnsServers: [names.address] });
    expect(failure.message).toContain('six.test is at fd00::1, a private address');
  });

  it('of a Service is asked for in the domain of the cluster, and called by its own', async () => {
    const names = await serveNames(({ type }) => (type === 'A' ? ['127.0.0.1'] : []));
    const server = await serve(ok);
    const url = `http://api.shop.svc:${server.port}/`;
    await answerTo({ url, allowedHosts: ['api.shop.svc'] }, { dnsServers: [names.address], clusterDomain: 'k8s.test' });
    expect(new Set(names.asked.map(({ name }) => name))).toEqual(new Set(['api.shop.svc.k8s.test']));
    expect(server.received[0]?.headers.host).toBe(`api.shop.svc:${server.port}`);
  });

  it('without a dot is a Service of the namespace whose call it is, this machine excepted', async () => {
    const names = await serveNames(({ type }) => (type === 'A' ? ['127.0.0.1'] : []));
    const { port } = await serve(ok);
    const options = { dnsServers: [names.address] };
    await answerTo({ url: `http://orders:${port}/`, scope: 'shop' }, options);
    await answerTo({ url: `http://localhost:${port}/`, scope: 'shop' }, options);
    await answerTo({ url: `http://orders.:${port}/`, scope: 'shop' }, options);
    await answerTo({ url: `http://orders:${port}/` }, options);
    const asked = new Set(names.asked.map(({ name }) => name));
    expect(asked).toEqual(new Set(['orders.shop.svc.cluster.local', 'localhost', 'orders']));
  });

  it('that has no address can be tried again', async () => {
    const names = await serveNames(() => []);
    const failure = await failureOf({ url: 'http://nothing.test/' }, { dnsServers: [names.address] });
    expect(failure).toMatchObject({ reason: 'NameNotResolved', retryable: true, mayHaveHappened: false });
    expect(failure.message).toContain('nothing.test');
  });

  it('whose server is silent takes no longer than the call may', async () => {
    const names = await serveNames(() => 'silence');
    const begun = performance.now();
    const failure = await failureOf({ url: 'http://slow.test/', timeoutMs: 200 }, { dnsServers: [names.address] });
    expect(failure).toMatchObject({ reason: 'TimedOut', sent: false, mayHaveHappened: false });
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

describe('TLS', () => {
  function anAuthority() {
    const directory = mkdtempSync(join(tmpdir(), 'http-caller-'));
    cleanUps.push(() => rmSync(directory, { recursive: true }));
    return new CertificateAuthority(directory);
  }

  it('is verified by name, with authorities of our own beside the usual ones', async () => {
    const authority = anAuthority();
    const server = await serve(ok, authority.issue('server', '/CN=api.test', 'DNS:api.test'));
    const names = await serveNames(({ type }) => (type === 'A' ? ['127.0.0.1'] : []));
    const options = { dnsServers: [names.address], ca: [readFileSync(authority.caFile, 'utf8')] };
    expect(await answerTo({ url: `https://api.test:${server.port}/` }, options)).toMatchObject({ status: 200 });
    const other = await failureOf({ url: `https://other.test:${server.port}/` }, options);
    expect(other).toMatchObject({ reason: 'ConnectionFailed', sent: false, mayHaveHappened: false });
    expect(other.message).toContain("does not match certificate's altnames");
  });

  it('by an authority that is not known is refused', async () => {
    const server = await serve(ok, anAuthority().issue('server', '/CN=server'));
    const failure = await failureOf({ url: server.url });
    expect(failure).toMatchObject({ reason: 'ConnectionFailed', sent: false });
    expect(server.received).toHaveLength(0);
  });
});

describe('a redirect', () => {
  const redirect =
    (code: number, to: string): Script =>
    (_, response) =>
      response.writeHead(code, { location: to }).end();

  it('is followed, and relative ones count from where they were given', async () => {
    const server = await serve((request, response) =>
      request.url === '/a/b' ? redirect(302, '../c')(request, response, 1) : answerJson(response, 200, {}),
    );
    expect(await answerTo({ url: `${server.url}/a/b` })).toMatchObject({ status: 200, url: `${server.url}/c` });
  });

  it('is an answer where none are followed', async () => {
    const server = await serve(redirect(302, '/c'));
    expect(await answerTo({ url: server.url, followRedirects: false })).toMatchObject({ status: 302 });
  });

  it('is followed five times at most', async () => {
    const server = await serve(redirect(302, '/again'));
    expect(await failureOf({ url: server.url })).toMatchObject({ reason: 'RedirectRefused', retryable: false });
    expect(server.received).toHaveLength(6);
  });

  it.each([
    ['a private address', 'http://10.0.0.1/', 'AddressNotAllowed'],
    ["the machine's identity", 'http://169.254.169.254/', 'AddressNotAllowed'],
    ['another scheme', 'ftp://example.com/', 'InvalidUrl'],
    ['credentials', 'http://a:b@127.0.0.1/', 'InvalidUrl'],
    ['nothing', 'http://[', 'RedirectRefused'],
  ])('to %s is refused', async (_, to, reason) => {
    const server = await serve(redirect(302, to));
    expect(await failureOf({ url: server.url })).toMatchObject({ reason, retryable: false });
  });

  it('to a host that is not on the list is refused', async () => {
    const names = await serveNames(({ type }) => (type === 'A' ? ['127.0.0.1'] : []));
    const server = await serve((_, response) => redirect(302, `http://b.test:${server.port}/`)(_, response, 1));
    const options = { dnsServers: [names.address] };
    const url = `http://a.test:${server.port}/`;
    expect(await failureOf({ url, allowedHosts: ['a.test'] }, options)).toMatchObject({ reason: 'HostNotAllowed' });
  });

  it('from https to http is refused', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'http-caller-'));
    cleanUps.push(() => rmSync(directory, { recursive: true }));
    const authority = new CertificateAuthority(directory);
    const plain = await serve(ok);
    const server = await serve(redirect(307, plain.url), authority.issue('server', '/CN=server'));
    const failure = await failureOf({ url: server.url }, { ca: [readFileSync(authority.caFile, 'utf8')] });
    expect(failure.reason).toBe('RedirectRefused');
    expect(plain.received).toHaveLength(0);
  });

  it('to another origin takes no credentials along, whatever they are called; to the same it does', async () => {
    const other = await serve(ok);
    const server = await serve((request, response) =>
      redirect(307, request.url === '/' ? '/second' : other.url)(request, response, 1),
    );
    const headers = { Authorization: 'Bearer t', Cookie: 'c', 'X-Api-Key': 'k', Accept: 'text/csv' };
    await answerTo({ url: server.url, method: 'POST', body: 'told', headers });
    expect(server.received[1]?.headers).toMatchObject({ authorization: 'Bearer t', 'x-api-key': 'k' });
    const [received] = other.received;
    expect(received).toMatchObject({ method: 'POST', body: 'told', headers: { accept: 'text/csv' } });
    expect(Object.keys(received?.headers ?? {})).not.toEqual(expect.arrayContaining(['authorization']));
    expect(Object.keys(received?.headers ?? {})).not.toEqual(expect.arrayContaining(['x-api-key']));
    expect(Object.keys(received?.headers ?? {})).not.toEqual(expect.arrayContaining(['cookie']));
  });

  it.each([
    [303, 'PUT', 'GET'],
    [302, 'POST', 'GET'],
    [301, 'POST', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'PUT', 'PUT'],
    [302, 'DELETE', 'DELETE'],
  ] as const)('%i of a %s becomes a %s', async (code, method, next) => {
    const server = await serve((request, response, count) =>
      count === 1 ? redirect(code, '/next')(request, response, 1) : answerJson(response, 200, {}),
    );
    await answerTo({ url: server.url, method, body: 'told', headers: { 'content-type': 'text/plain' } });
    const isGet = next === 'GET';
    expect(server.received[1]).toMatchObject({ method: next, body: isGet ? '' : 'told' });
    expect(server.received[1]?.headers['content-type']).toBe(isGet ? undefined : 'text/plain');
  });

  it('that only shows the result leaves it uncertain what has happened, one that asks to call elsewhere does not', async () => {
    const shows = await serve(redirect(303, 'http://127.0.0.1:1/'));
    const elsewhere = await serve(redirect(307, 'http://127.0.0.1:1/'));
    const post = { method: 'POST', body: 'x' } as const;
    expect(await failureOf({ ...post, url: shows.url })).toMatchObject({ sent: true, mayHaveHappened: true });
    expect(await failureOf({ ...post, url: elsewhere.url })).toMatchObject({ sent: true, mayHaveHappened: false });
  });
});

describe('an answer', () => {
  it.each([
    ['gzip', gzipSync('packed')],
    ['deflate', deflateSync('packed')],
    ['br', brotliCompressSync('packed')],
    ['zstd', zstdCompressSync('packed')],
  ])('packed by %s is unpacked', async (encoding, body) => {
    const server = await serve((_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(body));
    expect((await answerTo({ url: server.url })).body.toString()).toBe('packed');
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(50_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(50_000_000))],
  ])('that unpacks by %s to more than may be taken is not', async (encoding, body) => {
    const server = await serve((_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(body));
    const failure = await failureOf({ url: server.url, maxResponseBytes: 100_000 });
    expect(failure).toMatchObject({ reason: 'AnswerTooLarge', retryable: false, mayHaveHappened: true });
  });

  it.each([
    ['packed twice', 'gzip, gzip', gzipSync(gzipSync('x'))],
    ['packed in an unknown way', 'snappy', Buffer.from('x')],
    ['packed badly', 'gzip', Buffer.from('no gzip')],
    ['cut short', 'gzip', gzipSync('x'.repeat(1000)).subarray(0, 15)],
  ])('%s is unreadable', async (_, encoding, body) => {
    const server = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(body),
    );
    expect(await failureOf({ url: server.url })).toMatchObject({ reason: 'AnswerUnreadable', retryable: false });
  });

  it('that says it is too large is not read', async () => {
    const server = await serve((_, response) => response.writeHead(200, { 'content-length': 1_000_000 }).write('x'));
    const failure = await failureOf({ url: server.url, maxResponseBytes: 1_000 });
    expect(failure).toMatchObject({ reason: 'AnswerTooLarge', message: 'the answer is larger than 1000 bytes' });
  });

  it('without an end is read no further than it may be large', async () => {
    let written = 0;
    const server = await serve((_, response) => {
      const write = () => {
        while (!response.destroyed && response.write(Buffer.alloc(10_000))) written += 10_000;
      };
      response.on('drain', write).writeHead(200);
      write();
    });
    const failure = await failureOf({ url: server.url, maxResponseBytes: 100_000 });
    expect(failure.reason).toBe('AnswerTooLarge');
    expect(written).toBeLessThan(20_000_000);
  });

  it('with huge headers is not taken', async () => {
    const url = await serveRaw((socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`));
    expect(await failureOf({ url })).toMatchObject({ reason: 'AnswerTooLarge', mayHaveHappened: true });
  });

  it('that comes a byte at a time takes no longer than the call may', async () => {
    const url = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
      const timer = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const begun = performance.now();
    const failure = await failureOf({ url, timeoutMs: 300 });
    expect(failure).toMatchObject({ reason: 'TimedOut', retryable: true, sent: true, mayHaveHappened: true });
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it.each([
    ['never comes', () => undefined, 'TimedOut'],
    ['is cut off before it begins', (socket: Socket) => socket.destroy(), 'AnswerLost'],
    ['is cut off', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx'), 'AnswerLost'],
    ['is no HTTP', (socket: Socket) => socket.end('220 mail.test ESMTP\r\n'), 'AnswerLost'],
  ])('that %s leaves it uncertain what has happened', async (_, script, reason) => {
    const url = await serveRaw(script);
    const failure = await failureOf({ url, method: 'POST', body: 'x', timeoutMs: 500 });
    expect(failure).toMatchObject({ reason, retryable: true, sent: true, mayHaveHappened: true });
  });

  it('cannot come from a port where nobody listens, and nothing has happened', async () => {
    const failure = await failureOf({ url: 'http://127.0.0.1:1/', method: 'POST', body: 'x' });
    expect(failure).toMatchObject({ reason: 'ConnectionFailed', retryable: true, sent: false, mayHaveHappened: false });
    expect(failure.message).toContain('ECONNREFUSED');
  });
});

describe('a host that keeps failing', () => {
  const request = (server: ScriptedServer, more: Partial<HttpRequest> = {}): HttpRequest => ({
    ...{ method: 'GET', url: server.url, timeoutMs: 5_000, scope: 'shop' },
    ...more,
  });
  const fail = (_: unknown, response: Parameters<Script>[1]) => answerJson(response, 500, {});
  const aCaller = () => new HttpCaller({ allowLoopback: true, breakers: { failures: 3, openMs: 300 } });
  const callTimes = async (caller: HttpCaller, times: number, call: HttpRequest) => {
    for (let count = 0; count < times; count += 1) await caller.call(call, never);
  };

  it('is left alone for a while, and then tried by one call', async () => {
    const server = await serve(fail);
    const caller = aCaller();
    await callTimes(caller, 3, request(server));
    const refused = await caller.call(request(server), never);
    expect(refused).toMatchObject({ reason: 'CircuitOpen', retryable: true, sent: false, mayHaveHappened: false });
    expect((refused as HttpFailure).message).toMatch(
      /^127\.0\.0\.1:\d+ has failed 3 times in a row and is tried again at 2\d{3}-.*Z\. Last: it answered 500$/,
    );
    expect(server.received).toHaveLength(3);
    await new Promise((resolve) => setTimeout(resolve, 350));
    server.script = ok;
    const [first, second] = await Promise.all([
      caller.call(request(server), never),
      caller.call(request(server), never),
    ]);
    expect([first, second]).toMatchObject([{ status: 200 }, { reason: 'CircuitOpen' }]);
    expect(await caller.call(request(server), never)).toMatchObject({ status: 200 });
  });

  it('is left alone again when the one call fails', async () => {
    const server = await serve(fail);
    const caller = aCaller();
    await callTimes(caller, 3, request(server));
    await new Promise((resolve) => setTimeout(resolve, 350));
    await callTimes(caller, 2, request(server));
    expect(server.received).toHaveLength(4);
  });

  it('is not left alone for what callers do wrong, or others do', async () => {
    const server = await serve((_, response) => answerJson(response, 404, {}));
    const caller = aCaller();
    await callTimes(caller, 5, request(server));
    expect(server.received).toHaveLength(5);
    server.script = fail;
    await callTimes(caller, 3, request(server, { scope: 'other' }));
    expect(await caller.call(request(server), never)).toMatchObject({ status: 500 });
  });

  it('is not left alone by those who wait for it', async () => {
    const server = await serve(fail);
    const caller = aCaller();
    await callTimes(caller, 5, request(server, { usesBreaker: false }));
    expect(server.received).toHaveLength(5);
  });

  it('counts failures in a row only', async () => {
    const server = await serve((_, response, count) => answerJson(response, count % 3 === 0 ? 200 : 500, {}));
    await callTimes(aCaller(), 9, request(server));
    expect(server.received).toHaveLength(9);
  });
});
