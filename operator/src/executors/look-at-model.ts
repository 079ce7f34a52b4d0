import { X509Certificate } from 'node:crypto';
import type { ModelSpec } from '../api/model.ts';
import { judgeModelsAnswer, type ModelLook, type NotReadyReason, unavailable } from '../core/model/model-look.ts';
import { HttpCaller, type HttpCallerOptions } from './http/http-caller.ts';
import type { HttpAnswer, HttpFailure, HttpFailureReason } from './http/http-request.ts';

type Endpoint = NonNullable<ModelSpec['endpoint']>;

/** What is to be looked at. */
export interface ModelAddress extends Endpoint {
  readonly modelName: string;
  readonly namespace: string;
  /** Hosts that may be called (`Tenant.spec.allowed.hosts`); every host when it is left out. */
  readonly allowedHosts?: readonly string[] | undefined;
}

/** Reads one value; undefined when the object or the key is not there. */
export type ReadValue = (namespace: string, name: string, key: string) => Promise<string | undefined>;

/** What Models are looked at with. */
export interface ModelLookParts {
  readonly http: HttpCallerOptions;
  readonly readSecret: ReadValue;
  readonly readConfigMap: ReadValue;
  /** Time that an answer may take, in milliseconds; 10 s by default. */
  readonly timeoutMs?: number | undefined;
}

const usualTimeoutMs = 10_000;
const mostBytes = 1024 * 1024;

/**
 * Asks a Model's server what it serves. Private addresses may be called: that is where Models are. This machine itself,
 * link-local addresses and clouds' metadata may not, and redirects are not followed: the key goes nowhere else.
 */
export async function lookAtModel(
  address: ModelAddress,
  parts: ModelLookParts,
  signal: AbortSignal,
): Promise<ModelLook> {
  const key = await readKey(address, parts);
  if ('look' in key) return key.look;
  const authority = await readAuthority(address, parts);
  if ('look' in authority) return authority.look;
  const url = `${address.url.replace(/\/+$/, '')}/models`;
  const answer = await new HttpCaller({ ...parts.http, ...authority }).call(
    {
      ...{ method: 'GET', url, headers: { accept: 'application/json', ...key.headers } },
      ...{ scope: address.namespace, allowedHosts: address.allowedHosts, allowPrivateNetworks: true },
      ...{ timeoutMs: parts.timeoutMs ?? usualTimeoutMs, maxResponseBytes: mostBytes },
      ...{ usesBreaker: false, followRedirects: false },
    },
    signal,
  );
  if (answer.kind === 'failure') return unavailable(reasonOf(answer), answer.message);
  return judgeModelsAnswer({ status: answer.status, body: parseBody(answer) }, address.modelName, url);
}

async function readKey(
  { apiKeySecretRef: ref, namespace }: ModelAddress,
  { readSecret }: ModelLookParts,
): Promise<{ readonly headers: Readonly<Record<string, string>> } | { readonly look: ModelLook }> {
  if (ref === undefined) return { headers: {} };
  const where = `the key ${ref.key} of the Secret ${ref.name}`;
  const value = (await readSecret(namespace, ref.name, ref.key))?.trim();
  if (value === undefined) return { look: unavailable('SecretMissing', `${where} is not there; create it`) };
  if (!/^[\x21-\x7e]+$/.test(value)) {
    const message = `${where} cannot be an API key: it is empty, or has spaces or other characters that no header takes`;
    return { look: unavailable('SecretInvalid', message) };
  }
  return { headers: { authorization: `Bearer ${value}` } };
}

async function readAuthority(
  { caConfigMap: ref, namespace }: ModelAddress,
  { readConfigMap }: ModelLookParts,
): Promise<Pick<HttpCallerOptions, 'ca'> | { readonly look: ModelLook }> {
  if (ref === undefined) return {};
  const where = `the key ${ref.key} of the ConfigMap ${ref.name}`;
  const value = await readConfigMap(namespace, ref.name, ref.key);
  if (value === undefined) return { look: unavailable('AuthorityMissing', `${where} is not there; create it`) };
  if (!isCertificate(value)) return { look: unavailable('AuthorityInvalid', `${where} is no certificate in PEM`) };
  return { ca: [value] };
}

function isCertificate(text: string): boolean {
  try {
    new X509Certificate(text);
    return true;
  } catch {
    return false;
  }
}

/** What no waiting mends at the host itself. */
const refusals: ReadonlySet<HttpFailureReason> = new Set(['AddressNotAllowed', 'HostNotAllowed', 'InvalidUrl']);
const strange: ReadonlySet<HttpFailureReason> = new Set(['AnswerTooLarge', 'AnswerUnreadable']);

function reasonOf({ reason }: HttpFailure): NotReadyReason {
  if (refusals.has(reason)) return 'AddressRefused';
  return strange.has(reason) ? 'InvalidAnswer' : 'Unreachable';
}

function parseBody({ body }: HttpAnswer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
