import type { JsonObject } from '../api/json.ts';
import type { FoundPolicy, PolicyProblem } from '../core/decision/policies-in-force.ts';
import type { PolicyKind } from '../core/decision/policy-manifest.ts';
import { Forbidden, NotFound } from './api-error.ts';
import { askAgain } from './ask-again.ts';
import { changedAtMs } from './changed-at.ts';
import type { KubeClient } from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { Discovery } from './discovery.ts';
import { isObjectName, type KubeObject, type ResourceType } from './resource-type.ts';

/** An admission policy or its binding, as far as it matters here. */
interface AdmissionObject extends KubeObject {
  readonly spec?: JsonObject;
  readonly status?: {
    readonly typeChecking?: { readonly expressionWarnings?: readonly { readonly warning?: string }[] };
  };
}

const admission = { group: 'admissionregistration.k8s.io', version: 'v1', namespaced: false } as const;

const plurals: Record<PolicyKind, string> = {
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
  MutatingAdmissionPolicy: 'mutatingadmissionpolicies',
  MutatingAdmissionPolicyBinding: 'mutatingadmissionpolicybindings',
};

/** Kinds that a cluster may lack: `v1` of them came with Kubernetes 1.36. */
const optionalKinds: ReadonlySet<PolicyKind> = new Set(['MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding']);

/** How the API server knows a kind of policy. */
export function policyType(kind: PolicyKind): ResourceType {
  return { ...admission, kind, plural: plurals[kind] };
}

/** Admission policies, read one by one past any cache. */
export class PolicyAccess {
  readonly #client: Pick<KubeClient, 'get' | 'getText'>;

  constructor(client: Pick<KubeClient, 'get' | 'getText'>, clock: Clock = systemClock) {
    this.#client = {
      get: (type, ref, options) => askAgain(clock, () => client.get(type, ref, options)),
      getText: (path, timing) => askAgain(clock, () => client.getText(path, timing)),
    };
  }

  /**
   * What the account may not read is a problem; all else that goes wrong is thrown. A server that wants to be asked later is
   * asked again for some seconds: decisions rest on all policies together, and all of them are read at once.
   */
  async read({ kind, name }: { readonly kind: PolicyKind; readonly name: string }) {
    if (!isObjectName(name)) return 'missing' as const;
    try {
      return { found: viewOf(kind, await this.#client.get<AdmissionObject>(policyType(kind), { name })) };
    } catch (error) {
      if (error instanceof Forbidden) return { problem: unread(error) };
      if (!(error instanceof NotFound)) throw error;
      return (await this.#isServed(kind)) ? ('missing' as const) : ('not-served' as const);
    }
  }

  /** Asked anew each time: a cluster that is upgraded begins to serve it. */
  async #isServed(kind: PolicyKind): Promise<boolean> {
    if (!optionalKinds.has(kind)) return true;
    const found = await new Discovery(this.#client).find(`${admission.group}/${admission.version}`, kind);
    return found !== undefined;
  }
}

function viewOf(kind: PolicyKind, object: AdmissionObject): FoundPolicy {
  const { name, uid = '', generation = 0, deletionTimestamp } = object.metadata;
  const { expressionWarnings = [] } = object.status?.typeChecking ?? {};
  return {
    ...{ kind, name, uid, generation, spec: object.spec ?? {} },
    changedAtMs: changedAtMs(object) ?? 0,
    isBeingDeleted: deletionTimestamp !== undefined,
    typeWarnings: expressionWarnings.map(({ warning = '' }) => warning),
  };
}

const unread = ({ message }: Forbidden): PolicyProblem => ({ reason: 'PoliciesUnread', message });
