import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CertificateAuthority, type IssuedCertificate } from '../testing/certificate-authority.ts';
import { KubeconfigError, loadKubeconfig, type Surroundings } from './kubeconfig.ts';

let directory: string;
let alice: IssuedCertificate;
let bob: IssuedCertificate;
let authority: CertificateAuthority;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  authority = new CertificateAuthority(directory);
  alice = authority.issue('alice', '/CN=alice');
  bob = authority.issue('bob', '/CN=bob');
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

afterEach(() => {
  vi.unstubAllEnvs();
});

interface Entry {
  readonly name?: string;
  readonly cluster?: object;
  readonly user?: object;
  readonly current?: string;
}

function document({ name = 'one', cluster = {}, user = {}, current = name }: Entry = {}): object {
  return {
    clusters: [{ name, cluster: { server: `https://${name}.example:6443`, ...cluster } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: `${name}-space` } }],
    'current-context': current,
  };
}

let files = 0;
function write(content: unknown): string {
  const file = join(directory, `config-${++files}`);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function surroundings(rest: Partial<Surroundings> = {}): Surroundings {
  return { env: {}, home: join(directory, 'nobody'), root: join(directory, 'no-root'), ...rest };
}

async function authenticationOf(kubeconfig: string, context?: string) {
  return (await loadKubeconfig({ kubeconfig, context }, surroundings())).authenticate();
}

describe('where a kubeconfig is found', () => {
  it('takes the file that is named, before KUBECONFIG, before the service account, before the home folder', async () => {
    const home = join(directory, 'home');
    mkdirSync(join(home, '.kube'), { recursive: true });
    writeFileSync(join(home, '.kube', 'config'), JSON.stringify(document({ name: 'home' })));
    const root = join(directory, 'root');
    const account = join(root, 'var/run/secrets/kubernetes.io/serviceaccount');
    mkdirSync(account, { recursive: true });
    writeFileSync(join(account, 'token'), 'pod-token\n');
    writeFileSync(join(account, 'ca.crt'), 'CA');
    writeFileSync(join(account, 'namespace'), 'pod-space');
    const pod = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    for (const [name, value] of Object.entries(pod)) vi.stubEnv(name, value);
    const env = { ...pod, KUBECONFIG: write(document({ name: 'env' })) };
    const load = async (given: Partial<Surroundings>, kubeconfig?: string, context?: string) =>
      (await loadKubeconfig({ kubeconfig, context }, surroundings(given))).authenticate();

    expect((await load({ home, root, env }, write(document({ name: 'named' })))).server.hostname).toBe('named.example');
    expect((await load({ home, root, env })).server.hostname).toBe('env.example');
    const inPod = await load({ home, root, env: pod });
    expect([inPod.server.href, inPod.headers]).toEqual(['https://[fd00::1]/', { authorization: 'Bearer pod-token' }]);
    expect((await loadKubeconfig({}, surroundings({ root, env: pod }))).namespace).toBe('pod-space');
    expect((await load({ home, root, env: pod }, undefined, 'home')).server.hostname).toBe('home.example');
    expect((await load({ home })).server.hostname).toBe('home.example');
  });

  it('merges the files of KUBECONFIG as kubectl does: the first entry of a name wins, missing files are skipped', async () => {
    const first = write({ ...document({ name: 'a' }), 'current-context': undefined });
    const second = write(document({ name: 'b', current: 'a' }));
    const third = write({ ...document({ name: 'a', cluster: { server: 'https://wrong' } }), 'current-context': 'b' });
    const all = ['/missing', first, second, third].join(':');
    expect((await authenticationOf(all)).server.hostname).toBe('a.example');
    expect((await authenticationOf(all, 'b')).server.hostname).toBe('b.example');
  });

  it.each([
    ['nothing at all', {}, 'KUBECONFIG is not set'],
    ['a file that is not there', { kubeconfig: '/missing' }, 'The kubeconfig names /missing, which does not exist'],
  ])('says what to do with %s', async (_, source, message) => {
    await expect(loadKubeconfig(source, surroundings())).rejects.toThrow(message);
    await expect(loadKubeconfig(source, surroundings())).rejects.toThrow(KubeconfigError);
  });

  it.each([
    ['no YAML', 'a: [', 'cannot be used'],
    ['no mapping', '- a', 'it is not a YAML mapping'],
    ['an empty file', '', 'names no current-context'],
    ['an entry without a server', { clusters: [{ name: 'a', cluster: {} }] }, 'clusters[0].cluster.server is missing'],
    ['an unknown context', { ...document(), 'current-context': 'two' }, "has no context 'two'. Contexts: one"],
    ['an unknown cluster', { ...document(), clusters: [] }, "names the cluster 'one', which is not there"],
    ['an unknown user', { ...document(), users: [] }, "names the user 'one', who is not there"],
    [
      'a server that is no URL',
      document({ cluster: { server: 'example:6443' } }),
      "'example:6443' is not an http(s) URL",
    ],
  ])('says where and what is wrong in a file with %s', async (_, content, message) => {
    const file = write(content);
    const loading = loadKubeconfig({ kubeconfig: file }, surroundings());
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toThrow(file);
  });
});

describe('what a kubeconfig says about a user', () => {
  it.each([
    ['a token', { token: 'abc' }, { authorization: 'Bearer abc' }],
    ['a name and a password', { username: 'u', password: 'p' }, { authorization: 'Basic dTpw' }],
    ['someone to act as', { token: 'abc', as: 'eve' }, { authorization: 'Bearer abc', 'impersonate-user': 'eve' }],
    ['nothing', {}, {}],
  ])('sends %s', async (_, user, headers) => {
    expect((await authenticationOf(write(document({ user })))).headers).toEqual(headers);
  });

  it('reads tokenFile, beside the kubeconfig and before the token, without its newline', async () => {
    writeFileSync(join(directory, 'token'), 'from-file\n');
    const user = { token: 'old', tokenFile: 'token' };
    expect((await authenticationOf(write(document({ user })))).headers).toEqual({ authorization: 'Bearer from-file' });
  });

  it('runs an exec plugin', async () => {
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'x' },
    };
    const exec = { apiVersion: credential.apiVersion, command: 'echo', args: [JSON.stringify(credential)] };
    const { headers } = await authenticationOf(write(document({ user: { exec } })));
    expect(headers).toEqual({ authorization: 'Bearer x' });
  });

  it('sends no credentials over plain HTTP, unless told that security does not matter', async () => {
    const server = 'http://127.0.0.1:8001';
    const user = { token: 'abc' };
    expect((await authenticationOf(write(document({ cluster: { server }, user })))).headers).toEqual({});
    const careless = { server, 'insecure-skip-tls-verify': true };
    const told = await authenticationOf(write(document({ cluster: careless, user })));
    expect(told.headers).toEqual({ authorization: 'Bearer abc' });
  });

  it("keeps the cluster's CA when the context names no user", async () => {
    const content = document({ cluster: { 'certificate-authority': authority.caFile } });
    const anonymous = { ...content, contexts: [{ name: 'one', context: { cluster: 'one' } }] };
    const { connect } = await authenticationOf(write(anonymous));
    expect(connect).toMatchObject({ type: 'agent', connect: { ca: expect.any(Buffer) as Buffer } });
  });

  it('refuses a certificate with a key that is not its own', async () => {
    const user = { 'client-certificate': alice.certFile, 'client-key': bob.keyFile };
    await expect(authenticationOf(write(document({ user })))).rejects.toThrow('do not belong together');
  });
});

describe('when connections are made anew', () => {
  const keyOf = async (entry: Entry) => (await authenticationOf(write(document(entry)))).connectionKey;

  it('keeps them when only a token differs', async () => {
    expect(await keyOf({ user: { token: 'a' } })).toBe(await keyOf({ user: { token: 'b' } }));
  });

  it.each([
    ['server', { cluster: { server: 'https://other' } }],
    ['CA', { cluster: { 'certificate-authority-data': 'QUJD' } }],
    ['verification', { cluster: { 'insecure-skip-tls-verify': true } }],
    ['TLS server name', { cluster: { 'tls-server-name': 'other' } }],
    ['proxy', { cluster: { 'proxy-url': 'http://127.0.0.1:3128' } }],
    ['SOCKS proxy', { cluster: { 'proxy-url': 'socks5://127.0.0.1:1080' } }],
  ])('does so for another %s', async (_, entry) => {
    expect(await keyOf(entry)).not.toBe(await keyOf({}));
  });

  it('does so for another client certificate', async () => {
    const userOf = (one: IssuedCertificate) => ({ 'client-certificate': one.certFile, 'client-key': one.keyFile });
    expect(await keyOf({ user: userOf(alice) })).not.toBe(await keyOf({ user: userOf(bob) }));
  });
});
