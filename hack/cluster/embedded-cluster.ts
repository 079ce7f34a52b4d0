/** The embedded cluster: every component of Kubernetes in namespaces of its own on this machine, no Docker involved. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiClient, countReadyNodes } from './api-request.ts';
import { makeCgroups } from './cgroups.ts';
import { ClusterError } from './cluster-error.ts';
import { ensureClusterDns } from './cluster-dns.ts';
import { ensureFakeNodes } from './fake-nodes.ts';
import { ensureBinary, isBuilt, type Report } from './go-build.ts';
import { embeddedPrograms } from './go-programs.ts';
import { ensureHostLink, observeDestinations } from './host-link.ts';
import { writeInstanceFiles } from './instance-files.ts';
import {
  readInstanceState,
  readStateIfSound,
  takenSlots,
  writeInstanceState,
  type EmbeddedState,
} from './instance-state.ts';
import { withLock } from './lock.ts';
import { demandPolicyReader, ensureNetworkPolicies } from './network-policies.ts';
import { chooseSlot, planNetwork, type NetworkPlan } from './network-plan.ts';
import { findNode, isRunning, startNode } from './node.ts';
import { ensureOutsideLink, hasOutsideLink } from './outside-link.ts';
import { conclaveHome, type InstancePaths } from './paths.ts';
import { ensurePrerequisites, findCniPlugins } from './prerequisites.ts';
import { allComponents, startContainers, startControlPlane, startRealNode, type Instance } from './start-components.ts';
import { removeEmbedded } from './remove-embedded.ts';

/** How to start an embedded cluster. */
export interface EmbeddedOptions {
  /** How many fake nodes there are to be at least. */
  readonly fakeNodes: number;
  /** Install missing Debian packages where that is possible. */
  readonly install: boolean;
  readonly report: Report;
}

/** Starts what is not running yet of an instance and answers once its node is ready. The caller holds its lock. */
export async function startEmbedded(paths: InstancePaths, options: EmbeddedOptions): Promise<void> {
  if (await isComplete(paths, options.fakeNodes)) return;
  const { report } = options;
  const fakeNodes = Math.max(options.fakeNodes, recordedFakeNodes(paths));
  const binaries = await buildBinaries({ ...options, fakeNodes });
  const state = await keepOrReplace(paths, { binaries, fakeNodes }, report);
  const network = planNetwork(state.slot);
  const init = findNode(paths).init ?? (await startNewNode(paths, network));
  await ensureHostLink(network, init);
  await ensureOutsideLink(paths, network, init);
  if (!hasOutsideLink())
    report('no way outside: without slirp4netns, nodes can pull no images, and pods reach no network');
  const api = apiClient(paths, network.nodeAddress);
  const instance: Instance = { paths, network, init, api, binaries: state.binaries };
  await Promise.all([startControlPlane(instance), startContainers(instance)]);
  report('the control plane answers');
  await Promise.all([startRealNode(instance), ensureClusterDns(instance), ensureNetworkPolicies(instance)]);
  report('the node is ready');
  if (fakeNodes === 0) return;
  await ensureFakeNodes(instance, fakeNodes);
  report(`fake nodes ready: ${fakeNodes}`);
}

/** A cluster that has to be replaced gets the fake nodes again that it had. */
function recordedFakeNodes(paths: InstancePaths): number {
  const state = readStateIfSound(paths);
  return state?.kind === 'embedded' ? state.fakeNodes : 0;
}

/** Builds what is not built yet, once the machine is known to have all that the cluster will need. */
async function buildBinaries({ fakeNodes, install, report }: EmbeddedOptions): Promise<Record<string, string>> {
  const programs = embeddedPrograms({ fakeNodes });
  const needsGo = programs.some((program) => !isBuilt(program));
  await ensurePrerequisites(['cluster'], { needsGo, install, report });
  const binaries: Record<string, string> = {};
  for (const program of programs) binaries[program.name] = await ensureBinary(program, report);
  return binaries;
}

/** Whether nothing is left to do; takes a few milliseconds. */
async function isComplete(paths: InstancePaths, fakeNodes: number): Promise<boolean> {
  const state = readInstanceState(paths);
  if (state?.kind !== 'embedded' || state.fakeNodes < fakeNodes) return false;
  const { init } = findNode(paths);
  if (init === undefined) return false;
  if (!allComponents(state).every((name) => isRunning(paths, init, name))) return false;
  const api = apiClient(paths, planNetwork(state.slot).nodeAddress);
  return (await countReadyNodes(api)) > state.fakeNodes;
}

/** The slot of an instance whose node still runs; otherwise what is left of it is removed, and a new one chosen. */
async function keepOrReplace(
  paths: InstancePaths,
  { binaries, fakeNodes }: Pick<EmbeddedState, 'binaries' | 'fakeNodes'>,
  report: Report,
): Promise<EmbeddedState> {
  const state = readStateIfSound(paths);
  if (state?.kind === 'embedded' && findNode(paths).init !== undefined) {
    demandPolicyReader(paths);
    report('the cluster runs in part: starting the rest');
    // Another clone may have built newer ones meanwhile: what runs stays as it is, what it lacks is added.
    const kept = { ...state, fakeNodes, binaries: { ...binaries, ...state.binaries } };
    writeInstanceState(paths, kept);
    return kept;
  }
  if (existsSync(paths.folder)) {
    report('removing what is left of an earlier cluster');
    await removeEmbedded(paths);
  }
  // For the whole machine: another user of it may keep state in another folder.
  return withLock(join(tmpdir(), 'conclave-slots.lock'), async () => {
    const slot = chooseSlot(takenSlots(), await observeDestinations());
    if (slot === undefined) {
      throw new ClusterError('no network is free between 10.192.0.0/16 and 10.255.0.0/16', {
        hint: 'take instances down (hack/down --all), or see `ip route`',
      });
    }
    const fresh: EmbeddedState = { kind: 'embedded', slot, binaries, fakeNodes };
    writeInstanceState(paths, fresh);
    return fresh;
  });
}

async function startNewNode(paths: InstancePaths, network: NetworkPlan): Promise<number> {
  const cniPlugins = findCniPlugins();
  if (cniPlugins === undefined) throw new ClusterError('the CNI plugins are missing');
  await writeInstanceFiles(paths, network, { cniPlugins });
  makeCgroups(paths.name);
  return startNode(paths, join(conclaveHome(), 'bin'));
}
