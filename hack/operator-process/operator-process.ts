import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadAll } from 'js-yaml';
import { readInstanceState } from '../cluster/instance-state.ts';
import { planNetwork } from '../cluster/network-plan.ts';
import { instancePaths, repositoryRoot } from '../cluster/paths.ts';
import type { Kubectl } from './kubectl.ts';
import { writeOperatorKubeconfig } from './operator-kubeconfig.ts';

/** An operator that runs on this machine, outside the cluster. */
export interface OperatorProcess {
  readonly child: ChildProcess;
  /** Resolves with its exit code, null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Asks it to end, and waits. */
  stop(): Promise<number | null>;
}

const crds = join(repositoryRoot, 'crds');
const rights = join(repositoryRoot, 'config/rbac');
const policies = join(repositoryRoot, 'config/policies');

/** Installs what the operator needs in the cluster: the CRDs, its rights, and the policies that protect its work. */
export async function installOperator(kubectl: Kubectl): Promise<void> {
  const apply = ['apply', '--server-side', '--force-conflicts'];
  await kubectl([...apply, '-f', crds, '-f', rights]);
  await kubectl([...apply, '-f', '-'], { input: renderPolicies(await hasMutatingPolicies(kubectl)) });
  await kubectl(['wait', '--for=condition=Established', '--timeout=60s', '-f', crds]);
  await waitUntilWorkCanBeMade(kubectl);
}

/** Kubernetes before 1.36 has none by default: there people write whole decisions, as `conclave approve` does. */
async function hasMutatingPolicies(kubectl: Kubectl): Promise<boolean> {
  const found = await kubectl(['api-resources', '--api-group=admissionregistration.k8s.io', '-o', 'name']);
  return found.split('\n').some((name) => name.startsWith('mutatingadmissionpolicies.'));
}

function renderPolicies(withMutating: boolean): string {
  const files = readdirSync(policies).map((name) => readFileSync(join(policies, name), 'utf8'));
  const manifests = files.flatMap((text) => loadAll(text) as readonly { readonly kind: string }[]);
  const items = manifests.filter(({ kind }) => withMutating || !kind.startsWith('Mutating'));
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

/**
 * Resolves when WorkItems can be made: what a mutating policy matches answers 503 until the API server has read the new
 * CRDs, for some five seconds.
 */
export async function waitUntilWorkCanBeMade(kubectl: Kubectl): Promise<void> {
  const steps = [{ name: 'probe', type: 'wait_for_asset', assets: ['none'] }];
  const metadata = { generateName: 'probe-', namespace: 'default' };
  const probe = { apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', metadata, spec: { pipelineSpec: { steps } } };
  const endsAt = Date.now() + 60_000;
  for (;;) {
    try {
      await kubectl(['create', '--dry-run=server', '-f', '-'], { input: JSON.stringify(probe) });
      return;
    } catch (error) {
      if (Date.now() > endsAt) throw error;
      await sleep(500);
    }
  }
}

/** Flags by which an operator outside of an embedded cluster finds names inside of it. */
export function outsideFlags(instance: string): readonly string[] {
  const state = readInstanceState(instancePaths(instance));
  return state?.kind === 'embedded' ? ['--dns-server', planNetwork(state.slot).dnsServiceAddress] : [];
}

/** Starts the operator as its service account. Its log goes to `logFile`, or to standard output. */
export async function startOperator(
  kubectl: Kubectl,
  options: { readonly folder: string; readonly flags?: readonly string[]; readonly logFile?: string },
): Promise<OperatorProcess> {
  const { folder, flags = [], logFile } = options;
  const kubeconfig = await writeOperatorKubeconfig(kubectl, folder);
  const program = join(repositoryRoot, 'operator/src/cmd/operator.ts');
  const own = ['--kubeconfig', kubeconfig.file, '--server-token', kubeconfig.tokenFile];
  const child = spawn(process.execPath, [program, ...own, ...flags], {
    stdio: ['ignore', logFile === undefined ? 'inherit' : 'pipe', 'inherit'],
  });
  if (logFile !== undefined) child.stdout?.pipe(createWriteStream(logFile));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(kubeconfig.stop);
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  return { child, ended, stop };
}

/** Resolves when the operator says that it is ready; fails when it ended or `timeoutMs` has passed. */
export async function waitUntilReady(
  operator: OperatorProcess,
  options: { readonly healthPort: number; readonly timeoutMs: number },
): Promise<void> {
  const endsAt = Date.now() + options.timeoutMs;
  let said = 'no answer yet';
  while (Date.now() < endsAt) {
    if (operator.child.exitCode !== null) throw new Error(`the operator ended with ${operator.child.exitCode}`);
    try {
      const response = await fetch(`http://127.0.0.1:${options.healthPort}/readyz`);
      said = (await response.text()).trim();
      if (response.ok) return;
    } catch (error) {
      said = String(error);
    }
    await sleep(100);
  }
  throw new Error(`the operator is not ready after ${options.timeoutMs / 1000} s: ${said}`);
}
