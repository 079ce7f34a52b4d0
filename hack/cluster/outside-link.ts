/** The node's way to networks outside: user-mode networking, so that nothing of the machine's own network changes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkPlan } from './network-plan.ts';
import { runInNode } from './node.ts';
import type { InstancePaths } from './paths.ts';
import { findProgram } from './prerequisites.ts';
import { runCommand } from './run-command.ts';
import { waitUntil } from './wait-until.ts';

const interfaceInNode = 'outside';

/** Whether this machine can give a node a way outside. */
export function hasOutsideLink(): boolean {
  return findProgram('slirp4netns') !== undefined;
}

/** What the node's own programs and the cluster's DNS ask for names outside. */
export function renderResolver(network: NetworkPlan): string {
  return hasOutsideLink()
    ? `nameserver ${network.outsideResolver}\n`
    : '# no resolver: without slirp4netns this node has no way outside\n';
}

/**
 * Makes the way outside unless it is there, where slirp4netns is installed. That runs in the node's process namespace,
 * to end with it, but in the machine's network, where it opens the connections.
 */
export async function ensureOutsideLink(paths: InstancePaths, network: NetworkPlan, init: number): Promise<void> {
  if (!hasOutsideLink() || isUp(init)) return;
  const flags = ['--configure', '--mtu=65520', '--disable-host-loopback', `--cidr=${network.outsideSubnet}`];
  const script = 'log=$1; shift; setsid slirp4netns "$@" >>"$log" 2>&1 </dev/null &';
  const log = join(paths.logs, 'outside.log');
  const target = ['--netns-type=path', `/proc/${init}/ns/net`, interfaceInNode];
  const shell = ['/bin/sh', '-c', script, 'sh', log, ...flags, ...target];
  await runCommand('nsenter', ['--target', String(init), '--pid', '--wd=/', '--', ...shell]);
  await waitUntil('the way outside', () => isUp(init), { timeoutMs: 10_000, intervalMs: 10, hint: `see ${log}` });
  await runInNode(init, ['iptables', '-t', 'nat', '-A', 'POSTROUTING', '-o', interfaceInNode, '-j', 'MASQUERADE']);
}

function isUp(init: number): boolean {
  return readFileSync(`/proc/${init}/net/dev`, 'utf8').includes(`${interfaceInNode}:`);
}
