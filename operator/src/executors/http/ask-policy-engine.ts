import type { JsonObject } from '../../api/json.ts';
import type { TenantSpec } from '../../api/tenant.ts';
import { type PolicyProblem, type PolicyVerdict, readPolicyAnswer } from '../../core/policy/read-policy-answer.ts';
import type { HttpCaller } from './http-caller.ts';

/** The engine of a Tenant. */
export type PolicyEngine = NonNullable<TenantSpec['safety']['policyEngine']>;

/** One question. */
export interface PolicyQuestion {
  readonly engine: PolicyEngine;
  readonly namespace: string;
  /** Path of the rule, such as `shop/deploy`. */
  readonly rule: string;
  readonly input: JsonObject;
}

const defaultTimeoutSeconds = 5;
const mostAnswerBytes = 256 * 1024;
/** Parts of a path that would lead elsewhere. */
const unsafe: ReadonlySet<string> = new Set(['', '.', '..']);

/** Asks a policy engine by OPA's REST API. A problem is why there is no answer; it never rejects but when it is aborted. */
export async function askPolicyEngine(
  caller: HttpCaller,
  { engine, namespace, rule, input }: PolicyQuestion,
  signal: AbortSignal,
): Promise<PolicyVerdict | PolicyProblem> {
  const parts = rule.split('/');
  if (parts.some((part) => unsafe.has(part)))
    return { problem: `${JSON.stringify(rule)} is no path of a rule; write it like shop/deploy` };
  const answer = await caller.call(
    {
      ...{ method: 'POST', url: addressOf(engine.url, parts), body: JSON.stringify({ input }), scope: namespace },
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      // Engines run beside the workloads. Whoever names one writes the Tenant, which says what may be called.
      ...{ allowPrivateNetworks: true, followRedirects: false, maxResponseBytes: mostAnswerBytes },
      timeoutMs: (engine.timeoutSeconds ?? defaultTimeoutSeconds) * 1000,
    },
    signal,
  );
  if (answer.kind === 'failure') return { problem: `the policy engine does not answer: ${answer.message}` };
  if (answer.status !== 200)
    return { problem: `the policy engine answers ${answer.status} to ${rule}, not 200: look at its log` };
  return readPolicyAnswer(rule, answer.body.toString('utf8'));
}

/** Each part of a rule's path is one part of the address, whatever it is made of. */
function addressOf(url: string, parts: readonly string[]): string {
  return `${url.replace(/\/+$/, '')}/v1/data/${parts.map(encodeURIComponent).join('/')}`;
}
