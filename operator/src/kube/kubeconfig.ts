import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { Cluster, Context, DispatcherOptions, KubeConfig, RequestContext, User } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import { asError } from './exchange.ts';

/** Which cluster, as which user. */
export interface KubeconfigSource {
  /** A file, or several joined as in KUBECONFIG. Absent: KUBECONFIG, the pod's service account, then ~/.kube/config. */
  readonly kubeconfig?: string | undefined;
  /** A context's name; absent: the current one. */
  readonly context?: string | undefined;
}

/** Where the process runs; tests give their own. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Stands before `/var/run/secrets/kubernetes.io/serviceaccount`. */
  readonly root: string;
}

/** How to reach and convince the API server at one moment. */
export interface Authentication {
  readonly server: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** TLS and proxy settings of a connection. */
  readonly connect: DispatcherOptions;
  /** Only for SOCKS proxies, whose connector client-node keeps to itself. */
  readonly handedOut: Dispatcher | undefined;
  /** Changes whenever connections must be made anew: other server, CA, certificate, key or proxy. */
  readonly connectionKey: string;
}

/** A kubeconfig (or service account) that was read and names a cluster. */
export interface LoadedKubeconfig {
  /** Where it was found, for messages. */
  readonly origin: string;
  /** The files to watch for changes; certificates and token files are read anew at each `authenticate`. */
  readonly files: readonly string[];
  /** The context's namespace. */
  readonly namespace: string | undefined;
  /** Runs exec plugins and reads token files where the kubeconfig says so. */
  authenticate(): Promise<Authentication>;
}

/** The kubeconfig or what it refers to is missing or wrong; the message says where and what to do. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}

const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** The process's own surroundings. */
export function ownSurroundings(): Surroundings {
  return { env: process.env, home: homedir(), root: '' };
}

/**
 * Finds and reads the kubeconfig. client-node costs 300 ms and 135 MB, so only this file loads it, and only here.
 * @throws KubeconfigError
 */
export async function loadKubeconfig(
  source: KubeconfigSource,
  surroundings = ownSurroundings(),
): Promise<LoadedKubeconfig> {
  const library = await import('@kubernetes/client-node');
  const config = new library.KubeConfig();
  const files = findFiles(source, surroundings);
  const origin = files === 'in-cluster' ? "the pod's service account" : `kubeconfig ${files.join(', ')}`;
  if (files === 'in-cluster') {
    config.loadFromCluster(surroundings.root);
  } else {
    for (const file of files) await addFile(config, file, () => new library.KubeConfig());
  }
  if (source.context !== undefined) config.setCurrentContext(source.context);
  const { cluster, context } = chosen(config, origin);
  const server = parseServer(cluster, origin);
  const newRequest = () => new library.RequestContext(cluster.server, 'GET');
  return {
    origin,
    files: files === 'in-cluster' ? [] : files,
    namespace: context.namespace,
    authenticate: () => authenticate(config, server, newRequest()),
  };
}

function findFiles(
  { kubeconfig, context }: KubeconfigSource,
  { env, home, root }: Surroundings,
): string[] | 'in-cluster' {
  const named = kubeconfig ?? env['KUBECONFIG'];
  if (named !== undefined && named !== '') {
    const files = named.split(delimiter).filter((file) => file !== '');
    const present = files.filter((file) => existsSync(file));
    if (present.length > 0) return present.map((file) => resolve(file));
    const setting = kubeconfig === undefined ? 'KUBECONFIG' : 'The kubeconfig';
    throw new KubeconfigError(`${setting} names ${files.join(', ')}, which does not exist; correct the path`);
  }
  const inCluster = env['KUBERNETES_SERVICE_HOST'] !== undefined && existsSync(root + serviceAccountToken);
  if (inCluster && context === undefined) return 'in-cluster';
  const standard = join(home, '.kube', 'config');
  if (existsSync(standard)) return [standard];
  throw new KubeconfigError(
    `no cluster is configured: KUBECONFIG is not set, ${standard} does not exist, and this is not a pod with a ` +
      'service account; set KUBECONFIG or give --kubeconfig FILE',
  );
}

/** As kubectl merges files: the first one that names a cluster, user, context or the current context wins. */
async function addFile(config: KubeConfig, file: string, newConfig: () => KubeConfig): Promise<void> {
  const one = newConfig();
  try {
    const text = readFileSync(file, 'utf8');
    if (text.trim() === '') return;
    const { load } = await import('js-yaml');
    const document = load(text);
    if (!isRecord(document)) throw new Error('it is not a YAML mapping');
    one.loadFromString(text);
    one.makePathsAbsolute(dirname(file));
    one.users = one.users.map((user) => withTokenFile(user, document, dirname(file)));
  } catch (error) {
    throw new KubeconfigError(`kubeconfig ${file} cannot be used: ${asError(error).message}`, { cause: error });
  }
  config.clusters = mergeNamed(config.clusters, one.clusters);
  config.users = mergeNamed(config.users, one.users);
  config.contexts = mergeNamed(config.contexts, one.contexts);
  if (isBlank(config.currentContext) && !isBlank(one.currentContext)) config.setCurrentContext(one.currentContext);
}

/** client-node knows `tokenFile` only inside an auth provider; in a kubeconfig it stands beside `token` and wins. */
function withTokenFile(user: User, document: Record<string, unknown>, directory: string): User {
  const entries = Array.isArray(document['users']) ? document['users'].filter(isRecord) : [];
  const settings = entries.find((entry) => entry['name'] === user.name)?.['user'];
  const tokenFile = isRecord(settings) ? settings['tokenFile'] : undefined;
  if (typeof tokenFile !== 'string') return user;
  return {
    ...user,
    token: '',
    authProvider: { name: 'tokenFile', config: { tokenFile: resolve(directory, tokenFile) } },
  };
}

function chosen(config: KubeConfig, origin: string): { cluster: Cluster; context: Context } {
  const names = config.contexts.map(({ name }) => name).join(', ');
  const name = config.currentContext;
  if (isBlank(name)) {
    throw new KubeconfigError(`${origin} names no current-context; choose one with --context. Contexts: ${names}`);
  }
  const context = config.contexts.find((candidate) => candidate.name === name);
  if (context === undefined) throw new KubeconfigError(`${origin} has no context '${name}'. Contexts: ${names}`);
  const cluster = config.clusters.find((candidate) => candidate.name === context.cluster);
  if (cluster === undefined) {
    throw new KubeconfigError(
      `context '${name}' of ${origin} names the cluster '${context.cluster}', which is not there`,
    );
  }
  if (isBlank(context.user)) {
    // Without a user client-node would also forget the cluster's CA.
    config.users = mergeNamed(config.users, [{ name: '' }]);
    config.contexts = config.contexts.map((other) => (other === context ? { ...context, user: '' } : other));
  } else if (!config.users.some((user) => user.name === context.user)) {
    throw new KubeconfigError(`context '${name}' of ${origin} names the user '${context.user}', who is not there`);
  }
  return { cluster, context };
}

function parseServer(cluster: Cluster, origin: string): URL {
  const server = URL.canParse(cluster.server) ? new URL(cluster.server) : undefined;
  if (server?.protocol === 'https:' || server?.protocol === 'http:') return server;
  throw new KubeconfigError(`cluster '${cluster.name}' of ${origin}: '${cluster.server}' is not an http(s) URL`);
}

async function authenticate(config: KubeConfig, server: URL, request: RequestContext): Promise<Authentication> {
  const seen: { connect: DispatcherOptions } = { connect: { type: 'none' } };
  const original = Object.getPrototypeOf(config) as KubeConfig;
  // Its dispatcher would be new at each call; its options can be compared, so that connections are kept.
  config.createDispatcherOptions = (cluster, options) => {
    const tolerant = cluster === null || server.protocol === 'https:' ? cluster : { ...cluster, skipTLSVerify: true };
    seen.connect = original.createDispatcherOptions.call(config, tolerant, options);
    return seen.connect.type === 'socks' ? seen.connect : { type: 'none' };
  };
  await config.applySecurityAuthentication(request);
  const { connect } = seen;
  refuseForeignKey(connect);
  const insecure = server.protocol === 'http:' && config.getCurrentCluster()?.skipTLSVerify !== true;
  return {
    server,
    headers: insecure ? {} : trimValues(request.getHeaders()),
    connect,
    handedOut: request.getDispatcher(),
    connectionKey: createHash('sha256')
      .update(JSON.stringify([server.href, connect]))
      .digest('hex'),
  };
}

/** Files that are being rotated may be read one before and one after: better to say so than to fail in a handshake. */
function refuseForeignKey(connect: DispatcherOptions): void {
  if (connect.type === 'none') return;
  const { cert, key } = connect.type === 'agent' ? connect.connect : connect.requestTls;
  if (!isPem(cert) || !isPem(key)) return;
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
    throw new KubeconfigError('the client certificate and the client key do not belong together');
  }
}

function isPem(value: unknown): value is string | Buffer {
  return typeof value === 'string' || Buffer.isBuffer(value);
}

function trimValues(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.trim()]));
}

function mergeNamed<T extends { readonly name: string }>(first: readonly T[], second: readonly T[]): T[] {
  return [...first, ...second.filter(({ name }) => !first.some((one) => one.name === name))];
}

function isBlank(value: string | null | undefined): value is '' | null | undefined {
  return value === undefined || value === null || value === '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
