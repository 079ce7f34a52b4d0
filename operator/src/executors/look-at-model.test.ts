import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CertificateAuthority } from '../testing/certificate-authority.ts';
import { answerJson, type Script, ScriptedServer } from '../testing/scripted-server.ts';
import { lookAtModel, type ModelAddress, type ModelLookParts } from './look-at-model.ts';

const never = new AbortController().signal;
const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function serve(script: Script, identity?: Parameters<typeof ScriptedServer.start>[1]): Promise<ScriptedServer> {
  const server = await ScriptedServer.start(script, identity);
  cleanUps.push(() => server.stop());
  return server;
}

const models: Script = (_, response) => answerJson(response, 200, { data: [{ id: 'large', max_model_len: 4096 }] });
const values: Readonly<Record<string, string>> = { 'ns/keys/good': ' k-1\n', 'ns/keys/empty': '\n', 'ns/keys/ca': 'x' };
const read = (namespace: string, name: string, key: string) => Promise.resolve(values[`${namespace}/${name}/${key}`]);
const parts: ModelLookParts = {
  http: { allowLoopback: true },
  readSecret: read,
  readConfigMap: read,
  timeoutMs: 5_000,
};

const lookAt = (address: Partial<ModelAddress>, more: Partial<ModelLookParts> = {}) =>
  lookAtModel(
    { url: 'http://127.0.0.1:1/v1', modelName: 'large', namespace: 'ns', ...address },
    { ...parts, ...more },
    never,
  );

const keyed = (key: string) => ({ apiKeySecretRef: { name: 'keys', key } });
const authority = (key: string) => ({ caConfigMap: { name: 'keys', key } });

describe('a look at a Model', () => {
  it('asks what the server serves, with the key and without the line break that files end with', async () => {
    const server = await serve(models);
    const look = await lookAt({ url: `${server.url}/v1/`, ...keyed('good') });
    expect(look).toEqual({ result: 'available', contextLength: 4096 });
    expect(server.received[0]).toMatchObject({ url: '/v1/models', headers: { authorization: 'Bearer k-1' } });
  });

  it.each([
    ['a Secret that is not there', keyed('none'), 'SecretMissing', 'key none of the Secret keys'],
    ['a Secret that holds no key', keyed('empty'), 'SecretInvalid', 'empty'],
    ['a ConfigMap that is not there', authority('none'), 'AuthorityMissing', 'ConfigMap keys'],
    ['a ConfigMap that holds no certificate', authority('ca'), 'AuthorityInvalid', 'PEM'],
    ['nobody', {}, 'Unreachable', 'ECONNREFUSED'],
    ["the machine's identity", { url: 'http://169.254.169.254/v1' }, 'AddressRefused', 'identity'],
    ['a host that the Tenant does not allow', { allowedHosts: ['a.test'] }, 'AddressRefused', 'a.test'],
  ])('finds %s', async (_, address, reason, words) => {
    const look = await lookAt(address);
    expect(look).toMatchObject({ result: 'unavailable', reason });
    expect(look).toHaveProperty('message', expect.stringContaining(words));
  });

  it('calls private addresses, and never the machine that the operator runs on', async () => {
    const server = await serve(models);
    const look = await lookAt({ url: server.url }, { http: {} });
    expect(look).toMatchObject({ reason: 'AddressRefused' });
    expect(server.received).toHaveLength(0);
    const inside = await lookAt({ url: 'http://10.255.255.1:1/v1' }, { timeoutMs: 100 });
    expect(inside).not.toMatchObject({ reason: 'AddressRefused' });
  });

  it('takes its key to no other host', async () => {
    const other = await serve(models);
    const server = await serve((_, response) => response.writeHead(307, { location: other.url }).end());
    expect(await lookAt({ url: server.url, ...keyed('good') })).toMatchObject({ reason: 'InvalidAnswer' });
    expect(other.received).toHaveLength(0);
  });

  it('does not wait for ever', async () => {
    const server = await serve(() => undefined);
    expect(await lookAt({ url: server.url }, { timeoutMs: 200 })).toMatchObject({ reason: 'Unreachable' });
  });

  it('trusts the authority that its ConfigMap names, beside the usual ones', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'look-'));
    cleanUps.push(() => rmSync(directory, { recursive: true }));
    const own = new CertificateAuthority(directory);
    const server = await serve(models, own.issue('server', '/CN=server'));
    const readConfigMap = () => Promise.resolve(readFileSync(own.caFile, 'utf8'));
    expect(await lookAt({ url: server.url, ...authority('own') }, { readConfigMap })).toMatchObject({
      result: 'available',
    });
    expect(await lookAt({ url: server.url })).toMatchObject({ reason: 'Unreachable' });
  });

  it('reads no answer that is larger than a list of models', async () => {
    const server = await serve((_, response) => response.end(Buffer.alloc(2_000_000, 'x')));
    expect(await lookAt({ url: server.url })).toMatchObject({ reason: 'InvalidAnswer' });
  });
});
