/** The link between the machine and an instance's node: a pair of interfaces, and a route to the instance's network. */
import { existsSync } from 'node:fs';
import type { NetworkPlan } from './network-plan.ts';
import { enterNode } from './node.ts';
import { runCommand, tryCommand } from './run-command.ts';

/** Makes the link unless it is there; the route ends with it. */
export async function ensureHostLink(network: NetworkPlan, init: number): Promise<void> {
  const { hostInterface, hostAddress, nodeAddress, linkPrefixLength } = network;
  if (existsSync(`/sys/class/net/${hostInterface}`)) return;
  const ip = (...args: string[]): Promise<string> => runCommand('ip', args);
  const ipInNode = (...args: string[]): Promise<string> => runCommand('nsenter', [...enterNode(init), 'ip', ...args]);
  await ip('link', 'add', hostInterface, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(init));
  await ipInNode('address', 'add', `${nodeAddress}/${linkPrefixLength}`, 'dev', 'eth0');
  await ipInNode('link', 'set', 'eth0', 'up');
  await ip('address', 'add', `${hostAddress}/${linkPrefixLength}`, 'dev', hostInterface);
  await ip('link', 'set', hostInterface, 'up');
  await ip('route', 'add', network.network, 'via', nodeAddress, 'dev', hostInterface);
  await ipInNode('route', 'add', 'default', 'via', hostAddress);
}

/** Removes the link, if it is still there. */
export async function removeHostLink({ hostInterface }: NetworkPlan): Promise<void> {
  if (existsSync(`/sys/class/net/${hostInterface}`)) await tryCommand('ip', ['link', 'delete', hostInterface]);
}

/** The destinations of all routes of the machine. */
export async function observeRoutes(): Promise<string[]> {
  const routes = JSON.parse(await runCommand('ip', ['-json', '-4', 'route', 'show', 'table', 'all'])) as {
    dst: string;
  }[];
  return routes.map(({ dst }) => dst);
}
