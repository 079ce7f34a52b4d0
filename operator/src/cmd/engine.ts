import { setTimeout as sleep } from 'node:timers/promises';
import { readFile } from 'node:fs/promises';
import { tenantKind, type Tenant } from '../api/tenant.ts';
import type { JobSettings } from '../controllers/job-attempts.ts';
import type { DecisionPolicies } from '../controllers/decision-policies.ts';
import type { ProgramSource } from '../controllers/job-port.ts';
import type { ArtifactPort, CachePort } from '../controllers/work-item-ports.ts';
import { ArtifactAccess } from '../executors/artifact-access.ts';
import { dnsLookup } from '../executors/dns-lookup.ts';
import { EventFeed } from '../executors/event-feed.ts';
import { HttpCaller } from '../executors/http/http-caller.ts';
import { ProgressFeed } from '../executors/progress-feed.ts';
import { ServerClient } from '../executors/server-client.ts';
import { storeCall } from '../executors/store-call.ts';
import type { KubeClient } from '../kube/client.ts';
import { ObjectAccess } from '../kube/object-access.ts';
import { readConfigMap, readSecretKey } from '../kube/read-values.ts';
import type { ControllerParts } from './controllers.ts';
import type { DeedParts } from './deeds/deed-parts.ts';
import type { EngineOptions } from './engine-options.ts';
import { joinPolicies } from './join-policies.ts';
import { resourceTypeOf } from './resource-types.ts';

/** What WorkItems are run with. */
export interface Engine extends ControllerParts {
  readonly client: KubeClient;
  readonly deeds: DeedParts;
  readonly artifacts: ArtifactPort;
  readonly cache: CachePort;
  readonly programs: ProgramSource;
  readonly podSettings: Omit<JobSettings, 'queueName'>;
  /** The admission policies that decisions of people rest on. */
  readonly policies: DecisionPolicies;
  /** Namespace of the server's Pods. */
  readonly serverNamespace: string;
  readonly feed: {
    readonly assets: EventFeed['assets'];
    readonly run: EventFeed['run'];
    /** Called with the namespace of each asset that comes. */
    readonly onArrival: (listener: (namespace: string) => void) => void;
  };
  /** How far attempts have come, as their pods tell. */
  readonly progress: {
    readonly of: ProgressFeed['of'];
    readonly run: ProgressFeed['run'];
    /** Called with the UID of each WorkItem that something is told of. */
    readonly onArrival: (listener: (workItemUid: string) => void) => void;
  };
}

/** Certificate authorities of the server, as they are now. */
export interface TrustSource {
  readonly authorities: () => string;
}

/** Makes all that WorkItems are run with. Connects to nothing yet. */
export function createEngine(
  parts: ControllerParts & { readonly client: KubeClient },
  options: EngineOptions,
  trust: TrustSource,
): Engine {
  const { client } = parts;
  const server = connectServer(options, trust);
  const access = new ArtifactAccess(server);
  return {
    ...parts,
    deeds: deedParts(parts, options, server),
    artifacts: {
      ...{ store: access.store.bind(access), keep: access.keep.bind(access), read: access.read.bind(access) },
      held: access.facts,
    },
    cache: { lookUp: access.lookUp.bind(access), fill: access.fill.bind(access) },
    programs: {
      storeTask: ({ metadata: { namespace = '', uid = '' } }, task) =>
        storeCall(server.putJson({ namespace, workItem: uid }, task)),
      configMap: (namespace, name, key) => readConfigMap(client, { namespace, name }, key),
      artifact: async ({ namespace, uid }, digest) =>
        (await storeCall(server.getBytes({ namespace, workItem: uid }, digest)))?.toString('utf8'),
    },
    policies: joinPolicies(parts, options),
    serverNamespace: options.serverNamespace,
    podSettings: {
      images: { conclave: options.image, runtime: options.runtimeImage },
      serverUrl: options.serverUrl,
      certificateAuthorities: trust.authorities,
    },
    feed: feedFrom(server, parts),
    progress: progressFrom(server, parts),
  };
}

/** How names become addresses. */
export const resolutionOf = ({ dnsServers, clusterDomain }: EngineOptions) => ({ dnsServers, clusterDomain });

function connectServer(options: EngineOptions, trust: TrustSource): ServerClient {
  const lookup = dnsLookup(resolutionOf(options));
  return new ServerClient({
    url: options.serverUrl,
    ca: trust.authorities,
    token: () => readFile(options.serverTokenFile, 'utf8'),
    ...(lookup === undefined ? {} : { lookup }),
  });
}

function deedParts(
  { client, cluster }: ControllerParts & { readonly client: KubeClient },
  options: EngineOptions,
  server: ServerClient,
): DeedParts {
  return {
    server,
    objects: new ObjectAccess(client),
    caller: new HttpCaller({ ...resolutionOf(options), userAgent: 'conclave' }),
    pause: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    readSecret: (namespace, name, key) => readSecretKey(client, { namespace, name }, key),
    tenant: (namespace) => cluster.cached(resourceTypeOf<Tenant>(tenantKind)).get(`${namespace}/default`),
  };
}

function feedFrom(server: ServerClient, { telemetry }: ControllerParts): Engine['feed'] {
  const { tell, onArrival } = arrivals();
  const failed = (err: unknown) => telemetry.logger.warn({ err }, 'events from outside cannot be read from the server');
  const feed = new EventFeed({ server, arrived: tell, failed });
  return { assets: feed.assets.bind(feed), run: feed.run.bind(feed), onArrival };
}

function progressFrom(server: ServerClient, { telemetry }: ControllerParts): Engine['progress'] {
  const { tell, onArrival } = arrivals();
  const failed = (err: unknown) =>
    telemetry.logger.warn({ err }, 'the progress of attempts cannot be read from the server');
  const feed = new ProgressFeed({ server, arrived: tell, failed });
  return { of: feed.of.bind(feed), run: feed.run.bind(feed), onArrival };
}

/** Lets listeners hear of what comes, by what it concerns. */
function arrivals() {
  const listeners: ((concerned: string) => void)[] = [];
  return {
    tell: (concerned: string) => listeners.forEach((listener) => listener(concerned)),
    onArrival: (listener: (concerned: string) => void) => void listeners.push(listener),
  };
}
