import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority, type IssuedCertificate } from '../testing/certificate-authority.ts';
import { answerJson, ScriptedServer, type Script } from '../testing/scripted-server.ts';
import { ResponseTooLarge, TooManyRequests, Unauthorized, Unreachable } from './api-error.ts';
import { Credentials } from './credentials.ts';
import { loadKubeconfig } from './kubeconfig.ts';
import type { RequestOutcome } from './request-observer.ts';
import { Transport, type Call } from './transport.ts';

let directory: string;
let authority: CertificateAuthority;
let serving: IssuedCertificate;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'transport-'));
  authority = new CertificateAuthority(directory);
  serving = authority.issue('server', '/CN=server');
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const ok: Script = (request, response) => {
  answerJson(response, 200, { clientName: request.clientName, body: request.body });
};

function accepts(token: string): Script {
  return (request, response) => {
    if (request.headers.authorization === `Bearer ${token}`) answerJson(response, 200, {});
    else answerJson(response, 401, { kind: 'Status', code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
  };
}

/** An HTTPS server that asks for client certificates of our authority. */
async function startServer(script: Script, certificate = serving): Promise<ScriptedServer> {
  const ca = readFileSync(authority.caFile);
  const tls = { ...certificate, ca, requestCert: true, rejectUnauthorized: false };
  const server = await ScriptedServer.start(script, tls);
  cleanUps.push(() => server.stop());
  return server;
}

interface Setting {
  readonly user?: object;
  readonly cluster?: object;
  readonly refreshMs?: number;
  readonly maxResponseBytes?: number;
  /** The plugin that gives credentials never answers. */
  readonly pluginHangs?: boolean;
}

function startTransport(server: string, setting: Setting = {}) {
  const file = join(mkdtempSync(join(directory, 'config-')), 'config');
  const write = (user: object) => {
    const cluster = { server, 'certificate-authority': authority.caFile, ...setting.cluster };
    const context = { cluster: 'c', user: 'u' };
    const named = {
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context }],
    };
    writeFileSync(file, JSON.stringify({ ...named, 'current-context': 'x' }));
  };
  write(setting.user ?? {});
  const load = () =>
    setting.pluginHangs === true ? new Promise<never>(() => undefined) : loadKubeconfig({ kubeconfig: file });
  const outcomes: RequestOutcome[] = [];
  const warnings: string[] = [];
  const problems: string[] = [];
  const transport = new Transport({
    credentials: new Credentials({ load, refreshMs: setting.refreshMs ?? 10_000 }),
    userAgent: 'conclave-operator/1.2.3',
    observer: {
      requestFinished: (outcome) => outcomes.push(outcome),
      serverWarned: (_, warning) => warnings.push(warning),
      credentialsFailed: ({ message }) => problems.push(message),
    },
    ...(setting.maxResponseBytes === undefined ? {} : { maxResponseBytes: setting.maxResponseBytes }),
  });
  cleanUps.push(() => transport.close());
  return { transport, write, outcomes, warnings, problems };
}

const target = { verb: 'get', resource: 'pods' };
const get: Call = { target, method: 'GET', path: '/api/v1/pods', timeoutMs: 5_000 };
const put: Call = { ...get, method: 'PUT', body: '{}' };

describe('transport', () => {
  it('sends path, query, body and headers below the server URL, and reads the answer', async () => {
    const server = await startServer(ok);
    const { transport, outcomes } = startTransport(`${server.url}/k8s/clusters/c1/`);
    const query = { fieldSelector: 'a=b,c', limit: 5, watch: undefined };
    const contentType = 'application/merge-patch+json';
    const answer = await transport.send({ ...put, method: 'PATCH', query, contentType, body: '{"a":"ä"}' });
    expect(JSON.parse(answer.body)).toEqual({ body: '{"a":"ä"}' });
    const [received] = server.received;
    expect(received?.url).toBe('/k8s/clusters/c1/api/v1/pods?fieldSelector=a%3Db%2Cc&limit=5');
    expect(received?.headers).toMatchObject({
      'content-type': contentType,
      'user-agent': 'conclave-operator/1.2.3',
      accept: 'application/json',
    });
    expect(outcomes).toEqual([{ target, code: 200, durationMs: expect.any(Number) as number }]);
  });

  it('keeps its connections: 64 at once, again and again, do not open ever more', async () => {
    const server = await startServer((_, response) => {
      setTimeout(() => {
        answerJson(response, 200, {});
      }, 20);
    });
    const { transport } = startTransport(server.url);
    for (let round = 0; round < 6; round += 1) {
      await Promise.all(Array.from({ length: 64 }, () => transport.send(put)));
    }
    expect(server.received).toHaveLength(384);
    expect(server.connections).toBeGreaterThanOrEqual(64);
    expect(server.connections).toBeLessThanOrEqual(128);
  });

  it('lets a request through while hundreds of watches are open', async () => {
    const server = await startServer((request, response) => {
      if (request.url.includes('watch')) response.writeHead(200).write('{}\n');
      else ok(request, response, 0);
    });
    const { transport } = startTransport(server.url);
    const watch = { ...get, query: { watch: true } };
    const streams = await Promise.all(Array.from({ length: 150 }, () => transport.open(watch)));
    expect((await transport.send(get)).code).toBe(200);
    for (const stream of streams) stream.close();
  });

  it('throws what the server says, with its Retry-After, and sends nothing twice', async () => {
    const server = await startServer((_, response) => response.writeHead(429, { 'retry-after': '3' }).end('slow down'));
    const { transport, outcomes } = startTransport(server.url);
    const error: unknown = await transport.send(put).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TooManyRequests);
    expect(error).toMatchObject({ retryAfterMs: 3_000, target });
    expect([server.received.length, outcomes[0]?.code]).toEqual([1, 429]);
    await expect(transport.open(get)).rejects.toThrow(TooManyRequests);
  });

  it('repeats a GET once when its connection breaks, and a write never', async () => {
    const server = await startServer((request, response, count) => {
      if (count === 1) response.destroy();
      else ok(request, response, count);
    });
    const { transport } = startTransport(server.url);
    expect((await transport.send(get)).code).toBe(200);
    server.script = (_, response) => response.destroy();
    server.received.length = 0;
    await expect(transport.send(get)).rejects.toMatchObject({ name: 'Unreachable', mayHaveTakenEffect: false });
    expect(server.received).toHaveLength(2);
    server.received.length = 0;
    await expect(transport.send(put)).rejects.toMatchObject({ name: 'Unreachable', mayHaveTakenEffect: true });
    expect(server.received).toHaveLength(1);
  });

  it('knows that a write had no effect when nobody listens', async () => {
    const server = await startServer(ok);
    const { transport, outcomes } = startTransport(server.url);
    await server.stop();
    cleanUps.splice(0, 1);
    const error: unknown = await transport.send(put).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Unreachable);
    expect(error).toMatchObject({ mayHaveTakenEffect: false });
    expect(String(error)).toContain('ECONNREFUSED');
    expect(outcomes[0]?.code).toBe('network');
  });

  it('gives up in time, a GET that is repeated included', async () => {
    const server = await startServer(() => undefined);
    const { transport, outcomes } = startTransport(server.url);
    // What is left of the time once the credentials are there counts, so the number is a little less than was given.
    const start = performance.now();
    await expect(transport.send({ ...get, timeoutMs: 200 })).rejects.toThrow(/no answer from .* within (1\d\d|200) ms/);
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(outcomes[0]?.code).toBe('timeout');
    await expect(transport.open({ ...get, timeoutMs: 200 })).rejects.toThrow(Unreachable);
  });

  it('does not wait for credentials longer than for the rest', async () => {
    const server = await startServer((_, response) => answerJson(response, 200, {}));
    const { transport } = startTransport(server.url, { pluginHangs: true });
    await expect(transport.send({ ...put, timeoutMs: 20 })).rejects.toMatchObject({ mayHaveTakenEffect: false });
    const stopped = AbortSignal.abort(new Error('stopped'));
    await expect(transport.open({ ...get, signal: stopped })).rejects.toThrow('stopped');
    expect(server.received).toHaveLength(0);
  });

  it('refuses answers beyond its bound', async () => {
    const server = await startServer((_, response) => response.end('x'.repeat(2_000)));
    const { transport } = startTransport(server.url, { maxResponseBytes: 1_000 });
    await expect(transport.send(get)).rejects.toThrow(ResponseTooLarge);
    await expect(transport.send(put)).rejects.toMatchObject({ mayHaveTakenEffect: true });
  });

  it("passes the server's warnings on", async () => {
    const server = await startServer((_, response) => {
      response.setHeader('warning', ['299 - "unknown field \\"a\\""', '299 - "old", 299 - "older"']);
      answerJson(response, 200, {});
    });
    const { transport, warnings } = startTransport(server.url);
    await transport.send(put);
    expect(warnings).toEqual(['unknown field "a"', 'old', 'older']);
  });
});

describe('credentials that rotate', () => {
  it('a token file that was replaced is read when the server refuses the old token, for writes and watches too', async () => {
    const server = await startServer(accepts('one'));
    const tokenFile = join(directory, 'token');
    writeFileSync(tokenFile, 'one\n');
    const { transport, outcomes } = startTransport(server.url, { user: { tokenFile } });
    await transport.send(get);
    server.script = accepts('two');
    writeFileSync(tokenFile, 'two\n');
    await transport.send(put);
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer one',
      'Bearer one',
      'Bearer two',
    ]);
    expect(outcomes.map(({ code }) => code)).toEqual([200, 200]);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    server.script = accepts('three');
    writeFileSync(tokenFile, 'three\n');
    const stream = await transport.open(get);
    expect(await stream.readAll(10)).toBe('{}');
  });

  it('a refused user is told so, after one more look at the disk and no second request', async () => {
    const server = await startServer(accepts('right'));
    const { transport } = startTransport(server.url, { user: { token: 'wrong' } });
    await expect(transport.send(put)).rejects.toThrow(Unauthorized);
    expect(server.received).toHaveLength(1);
  });

  it('a kubeconfig that can no longer be read after a 401 leaves the 401, and says why', async () => {
    const server = await startServer(accepts('right'));
    const { transport, write, problems } = startTransport(server.url, { user: { token: 'right' } });
    await transport.send(get);
    server.script = accepts('other');
    write({ 'client-certificate': '/missing' });
    await expect(transport.send(put)).rejects.toThrow(Unauthorized);
    expect(problems).toEqual([expect.stringContaining('/missing')]);
  });

  it('an exec plugin runs again when its token is refused', async () => {
    const server = await startServer(accepts('one'));
    const current = join(directory, 'exec-token');
    writeFileSync(current, 'one');
    const script = `printf '{"kind":"ExecCredential","status":{"token":"%s"}}' "$(cat ${current})"`;
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script] };
    const { transport } = startTransport(server.url, { user: { exec } });
    await transport.send(get);
    writeFileSync(current, 'two');
    server.script = accepts('two');
    expect((await transport.send(put)).code).toBe(200);
  });

  it('a client certificate replaced on disk is used without a restart; what runs on the old one ends in peace', async () => {
    const server = await startServer(ok);
    const [alice, bob] = [authority.issue('alice', '/CN=alice'), authority.issue('bob', '/CN=bob')];
    const files = { certFile: join(directory, 'client.crt'), keyFile: join(directory, 'client.key') };
    const install = (one: IssuedCertificate) => {
      copyFileSync(one.certFile, files.certFile);
      copyFileSync(one.keyFile, files.keyFile);
    };
    install(alice);
    const user = { 'client-certificate': files.certFile, 'client-key': files.keyFile };
    const { transport } = startTransport(server.url, { user, refreshMs: 50 });
    const nameOf = async (call: Call) =>
      (JSON.parse((await transport.send(call)).body) as { clientName?: string }).clientName;
    expect(await nameOf(get)).toBe('alice');
    const release = Promise.withResolvers<undefined>();
    server.script = (request, response) =>
      void release.promise.then(() => {
        ok(request, response, 0);
      });
    const slow = nameOf(put);
    await expect.poll(() => server.received.length).toBe(2);
    install(bob);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const next = nameOf(get);
    release.resolve(undefined);
    expect(await Promise.all([slow, next])).toEqual(['alice', 'bob']);
  });

  it("a server's certificate from a new authority is trusted as soon as the CA file says so", async () => {
    const other = new CertificateAuthority(mkdtempSync(join(directory, 'other-')));
    const server = await startServer(ok, other.issue('server', '/CN=server'));
    const caFile = join(directory, 'rotating-ca.crt');
    copyFileSync(authority.caFile, caFile);
    const { transport } = startTransport(server.url, { cluster: { 'certificate-authority': caFile } });
    await expect(transport.send(put)).rejects.toMatchObject({ name: 'Unreachable', mayHaveTakenEffect: false });
    copyFileSync(other.caFile, caFile);
    await expect
      .poll(async () => (await transport.send(put).catch(() => undefined))?.code, { timeout: 5_000 })
      .toBe(200);
  });
});

describe('ways to the server', () => {
  it('verifies the name that tls-server-name gives', async () => {
    const server = await startServer(ok, authority.issue('named', '/CN=server', 'DNS:api.internal'));
    const named = startTransport(server.url, { cluster: { 'tls-server-name': 'api.internal' } });
    expect((await named.transport.send(get)).code).toBe(200);
    await expect(startTransport(server.url).transport.send(get)).rejects.toThrow("not in the cert's list");
  });

  it('goes through a proxy with proxy-url, for requests and watches', async () => {
    const server = await startServer(ok);
    const tunnels: string[] = [];
    const proxy = createServer().on('connect', (request: IncomingMessage, socket: Socket) => {
      tunnels.push(request.url ?? '');
      const upstream = connectTcp(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      for (const end of [socket, upstream])
        end.on('error', () => {
          socket.destroy();
          upstream.destroy();
        });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    cleanUps.push(() => {
      proxy.closeAllConnections();
      return new Promise((resolve) => proxy.close(resolve));
    });
    const { port } = proxy.address() as { port: number };
    const { transport } = startTransport(server.url, { cluster: { 'proxy-url': `http://127.0.0.1:${port}` } });
    expect((await transport.send(get)).code).toBe(200);
    expect(await (await transport.open(get)).readAll(100)).toContain('{');
    expect(tunnels).toEqual([`127.0.0.1:${server.port}`, `127.0.0.1:${server.port}`]);
  });

  it('speaks plain HTTP to a local proxy such as kubectl proxy', async () => {
    const server = await ScriptedServer.start(ok);
    cleanUps.push(() => server.stop());
    expect((await startTransport(server.url).transport.send(get)).code).toBe(200);
  });
});
