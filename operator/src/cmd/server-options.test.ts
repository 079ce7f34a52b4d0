import { describe, expect, it } from 'vitest';
import { parseServerOptions } from './server-options.ts';

describe('parseServerOptions', () => {
  it('has values for everything that is not given', () => {
    expect(parseServerOptions([], {})).toMatchObject({
      dataFolder: '/var/lib/conclave',
      s3: undefined,
      port: 8443,
      operatorAccount: 'system:serviceaccount:conclave-system:conclave-operator',
      artifactRetentionMs: 86_400_000,
    });
  });

  it('takes flags before the environment', () => {
    const environment = { CONCLAVE_PORT: '1', CONCLAVE_S3_BUCKET: 'b', CONCLAVE_S3_ENDPOINT: 'http://s3' };
    expect(parseServerOptions(['--port', '2'], environment)).toMatchObject({
      port: 2,
      s3: { bucket: 'b', endpoint: 'http://s3', region: 'us-east-1', prefix: 'artifacts/' },
    });
  });

  it.each([
    [['--port', '70000'], '--port takes a whole number from 0 to 65535'],
    [['--log-level', 'loud'], '--log-level takes one of'],
    [['--nonsense'], 'usage: conclave-server'],
  ])('says what is wrong with %j', (words, message) => {
    expect(() => parseServerOptions(words, {})).toThrow(message);
  });
});
