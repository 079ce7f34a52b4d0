import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { UsageError } from './flag-values.ts';
import { parseOperatorOptions } from './operator-options.ts';

const parse = (words: string[], environment: Record<string, string> = {}) =>
  parseOperatorOptions(words, environment, 'host-1');

describe('parseOperatorOptions', () => {
  it('has a default for everything', () => {
    expect(parse([])).toEqual({
      kubeconfig: undefined,
      context: undefined,
      namespaces: undefined,
      leaseNamespace: 'conclave-system',
      leaseName: 'conclave-operator',
      identity: 'host-1',
      healthPort: 9090,
      logLevel: 'info',
      workers: 16,
      engine: {
        image: 'localhost/conclave:dev',
        runtimeImage: 'localhost/conclave-runtime:dev',
        serverUrl: 'https://conclave-server.conclave-system.svc:8443',
        serverNamespace: 'conclave-system',
        serverTokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token',
        dnsServers: undefined,
        clusterDomain: 'cluster.local',
        policyFolder: fileURLToPath(new URL('../../../config/policies', import.meta.url)),
      },
    });
  });

  it('takes the server of the namespace in which it stands for election, and several DNS servers', () => {
    const { engine } = parse(['--lease-namespace', 'team', '--dns-server', '10.0.0.10,10.0.0.11']);
    expect(engine).toMatchObject({
      serverUrl: 'https://conclave-server.team.svc:8443',
      serverNamespace: 'team',
      dnsServers: ['10.0.0.10', '10.0.0.11'],
    });
  });

  it('takes flags before the environment', () => {
    const environment = { CONCLAVE_HEALTH_PORT: '1', CONCLAVE_LOG_LEVEL: 'debug' };
    expect(parse(['--health-port', '2'], environment)).toMatchObject({ healthPort: 2, logLevel: 'debug' });
  });

  it('takes namespaces one by one, or with commas between them, each once', () => {
    const namespacesOf = (words: string[], value = '') => parse(words, { CONCLAVE_NAMESPACE: value }).namespaces;
    expect(namespacesOf(['--namespace', 'a', '--namespace', 'b,a'])).toEqual(['a', 'b']);
    expect(namespacesOf([], 'a, b')).toEqual(['a', 'b']);
    expect(namespacesOf(['--namespace', 'c'], 'a,b')).toEqual(['c']);
    expect(namespacesOf([])).toBeUndefined();
  });

  const wrong: Record<string, { words: string[]; environment?: Record<string, string>; message: RegExp }> = {
    'a flag that there is not': { words: ['--helth-port', '1'], message: /--helth-port[^]*usage:/ },
    'a flag without its value': { words: ['--context'], message: /--context[^]*usage:/ },
    'a port that is no number': { words: ['--health-port', '80a'], message: /whole number from 0 to 65535, not '80a'/ },
    'a port out of range': { words: ['--health-port', '70000'], message: /not '70000'/ },
    'a namespace that none can be called': { words: ['--namespace', 'a,'], message: /names of namespaces, not ''/ },
    'a namespace that is given empty, whatever the environment names': {
      ...{
        words: ['--namespace='],
        environment: { CONCLAVE_NAMESPACE: 'team' },
        message: /names of namespaces, not ''/,
      },
    },
    'no workers': { words: ['--workers', '0'], message: /from 1 to 1000/ },
    'a level that there is not': { words: ['--log-level', 'loud'], message: /one of debug, info, warn, error/ },
  };
  it.each(Object.entries(wrong))('refuses %s', (_, { words, environment, message }) => {
    expect(() => parse(words, environment)).toThrow(UsageError);
    expect(() => parse(words, environment)).toThrow(message);
  });
});
