import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { MethodSpec } from '../../api/method.ts';
import type { Placement, Resources } from '../../api/placement.ts';
import type { Issue } from '../issue.ts';
import { shortHash, slug } from '../manifest/names.ts';
import {
  containerSecurityContext,
  podSecurityContext,
  renderClaims,
  renderPlacement,
  renderResources,
} from '../manifest/pod-parts.ts';
import { quote } from '../quote.ts';
import { resolveTemplates } from '../template/resolve-template.ts';
import { type ChildIdentity, renderMetadata } from './child-identity.ts';
import type { ClusterObject } from './cluster-object.ts';
import { methodScope, type MethodVariables } from './method-scope.ts';

/** How a Method of type `model` is served. */
export type Serving = NonNullable<Extract<MethodSpec, { type: 'model' }>['serving']>;

/** What a Deployment and its Service are made from. */
export interface ServingRequest extends MethodVariables {
  readonly serving: Serving;
  /** Its name is the Service's: see `servingName`. */
  readonly identity: ChildIdentity;
  /** Of the step. */
  readonly replicas?: number | undefined;
  /** Of the step; the Method's otherwise. */
  readonly resources?: Resources | undefined;
  readonly placement?: Placement | undefined;
}

/** A Deployment, and the Service before it. */
export interface ServingObjects {
  readonly deployment: ClusterObject;
  readonly service: ClusterObject;
  /** Labels of its Pods, and of no others. */
  readonly selector: Readonly<Record<string, string>>;
  /** Where it is called from inside the cluster. */
  readonly url: string;
}

/** The name of the Deployment and the Service of a step's `serviceName`. An input that is no text comes to what is no name. */
export function servingName(serviceName: JsonValue): string {
  return typeof serviceName === 'string' ? serviceName.replaceAll('_', '-') : JSON.stringify([serviceName]);
}

/** The Deployment and the Service of a step, or what is wrong with what they are made from. */
export function renderServing(request: ServingRequest): ServingObjects | { readonly issues: readonly Issue[] } {
  const { identity, serving } = request;
  const issues = findNameIssues(identity.name);
  const resolved = resolveTexts(request);
  if ('issues' in resolved || issues.length > 0)
    return { issues: [...issues, ...('issues' in resolved ? resolved.issues : [])] };
  const selector = selectorOf(identity);
  return {
    deployment: renderDeployment(request, selector, resolved),
    service: renderService(identity, selector, serving.port),
    selector,
    url: `http://${identity.name}.${identity.namespace}.svc:${serving.port}`,
  };
}

const serviceName = /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

function findNameIssues(name: string): Issue[] {
  if (serviceName.test(name)) return [];
  const message = `${quote(name)} is no name of a Service`;
  const hint = 'begin with a letter, and use lower-case letters, digits, `-` and `_` only, at most 63';
  return [{ code: 'ServiceNameInvalid', path: ['serviceName'], message, hint }];
}

interface Texts {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

/** Values that are no texts become JSON: arguments and variables are texts. */
function resolveTexts(request: ServingRequest): Texts | { readonly issues: readonly Issue[] } {
  const { args = [], env = {} } = request.serving;
  const resolved = resolveTemplates({ args, env }, methodScope(request));
  if ('problem' in resolved) return { issues: [{ ...resolved.problem, path: ['spec', 'serving'] }] };
  const texts = resolved.value as { readonly args: readonly JsonValue[]; readonly env: JsonObject };
  return {
    args: texts.args.map(asText),
    env: Object.entries(texts.env).map(([name, value]) => ({ name, value: asText(value) })),
  };
}

const asText = (value: JsonValue) => (typeof value === 'string' ? value : JSON.stringify(value));

/**
 * Names the Pods of this step alone, so that the Service never sends traffic to others. None of the operator's own
 * labels: only Pods of Jobs may carry them.
 */
function selectorOf({ name, workItem, path }: ChildIdentity): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/instance': `${slug(name, 40)}-${shortHash([workItem.uid, path])}`,
  };
}

function renderDeployment(
  { identity, serving, replicas = 1, ...own }: ServingRequest,
  selector: Readonly<Record<string, string>>,
  texts: Texts,
): ClusterObject {
  const resources = own.resources ?? serving.resources;
  const pod = {
    ...{ automountServiceAccountToken: false, enableServiceLinks: false, securityContext: podSecurityContext },
    ...renderPlacement(own.placement ?? serving.placement),
    ...renderClaims(resources),
    containers: [renderContainer(serving, resources, texts)],
    volumes: [{ name: 'scratch', emptyDir: {} }],
  };
  const labels = { ...selector, 'app.kubernetes.io/managed-by': 'conclave' };
  const spec = { replicas, selector: { matchLabels: selector }, template: { metadata: { labels }, spec: pod } };
  return object('apps/v1', 'Deployment', identity, spec);
}

function renderContainer(serving: Serving, resources: Resources | undefined, { args, env }: Texts) {
  const { image, port, readinessPath = '/' } = serving;
  // Nobody has a home as this user; libraries keep their caches there.
  const home = env.some(({ name }) => name === 'HOME') ? [] : [{ name: 'HOME', value: '/tmp' }];
  return {
    ...{ name: 'server', image },
    ...(args.length === 0 ? {} : { args }),
    env: [...home, ...env],
    ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }],
    readinessProbe: { httpGet: { path: readinessPath, port: 'http' }, periodSeconds: 5, timeoutSeconds: 3 },
    resources: renderResources(resources),
    securityContext: containerSecurityContext,
    volumeMounts: [{ name: 'scratch', mountPath: '/tmp' }],
  };
}

function renderService(
  identity: ChildIdentity,
  selector: Readonly<Record<string, string>>,
  port: number,
): ClusterObject {
  const ports = [{ name: 'http', port, targetPort: 'http', protocol: 'TCP' }];
  return object('v1', 'Service', identity, { selector, ports });
}

function object(apiVersion: string, kind: string, identity: ChildIdentity, spec: object): ClusterObject {
  return { apiVersion, kind, metadata: renderMetadata(identity), spec: spec as JsonObject };
}
