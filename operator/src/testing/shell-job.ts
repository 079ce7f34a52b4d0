import { resolveWork } from '../core/agent/resolve-work.ts';
import { renderAttemptJob } from '../core/manifest/render-attempt-job.ts';
import { type JobManifest, renderJob } from '../core/manifest/render-job.ts';
import { aModel, aRole } from './a-world.ts';
import { anAttempt, aStep } from './an-attempt.ts';

const large = aModel('large', { endpoint: { url: 'http://vllm.models:8000/v1' } });

/** A role whose agents run commands. */
export const mender = {
  ...{ modelRef: { name: 'large' }, sandboxed: true },
  tools: [{ name: 'file' }, { name: 'git' }, { name: 'shell' }],
};

/** The Job of an agent of such a role, which may say more. */
export function shellJob(more: object = {}, step: object = {}): JobManifest {
  const parsed = aStep({ type: 'llm_agent', role: 'mender', goal: 'Mend it.', ...step });
  const attempt = anAttempt({ start: { step: parsed, role: 'mender' } });
  const roles = [aRole('mender', { ...mender, ...more })];
  const pinned = { roles, models: [large], methods: [], councils: [] };
  const found = resolveWork({ ...attempt, pinned, method: undefined });
  if ('problem' in found) throw new Error(found.problem.message);
  const images = { conclave: 'registry/conclave:1', runtime: 'registry/runtime:1' };
  const artifacts = { url: 'https://server:8443' };
  const made = { ...attempt, method: undefined, program: undefined, agent: found.resolved, images, artifacts };
  return renderJob({ ...renderAttemptJob(made), certificateAuthorities: 'PEM' });
}

/** What its Pod is made of. */
export const podOf = ({ spec }: JobManifest) => (spec as { template: { spec: ShellPod } }).template.spec;

interface Container {
  readonly name: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly resources: unknown;
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
}

/** As far as tests look at it. */
export interface ShellPod {
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly name: string }[];
  readonly runtimeClassName?: string;
  readonly nodeName?: string;
}
