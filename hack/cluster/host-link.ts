/** The link between the machine and an instance's node: a pair of interfaces, and a route to the instance's network. */
import { existsSync, readFileSync } from 'node:fs';
import type { NetworkPlan } from './network-plan.ts';
import { enterNode } from './node.ts';
import { runCommand, tryCommand } from './run-command.ts';

/** Makes the link unless the node has its end of it; the route ends with the link. */
export async function ensureHostLink(network: NetworkPlan, init: number): Promise<void> {
  const { hostInterface, hostAddress, nodeAddress, linkPrefixLength } = network;
  if (readFileSync(`/proc/${init}/net/dev`, 'utf8').includes('eth0:')) return;
  const ip = (...args: string[]): Promise<string> => runCommand('ip', args);
  const ipInNode = (...args: string[]): Promise<string> => runCommand('nsenter', [...enterNode(init), 'ip', ...args]);
  await ip('link', 'add', hostInterface, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(init));
  await ipInNode('address', 'add', `${nodeAddress}/${linkPrefixLength}`, 'dev', 'eth0');
  await ipInNode('link', 'set', 'eth0', 'up');
  await ip('address', 'add', `${hostAddress}/${linkPrefixLength}`, 'dev', hostInterface);
  await ip('link', 'set', hostInterface, 'up');
  await ip('route', 'add', network.network, 'via', nodeAddress, 'dev', hostInterface);
}

/** Removes the link, if it is still there. */
export async function removeHostLink({ hostInterface }: NetworkPlan): Promise<void> {
  if (existsSync(`/sys/class/net/${hostInterface}`)) await tryCommand('ip', ['link', 'delete', hostInterface]);
}

/** What an instance's network must not cover: where the machine's routes lead, and the resolvers that it asks. */
export async function observeDestinations(): Promise<string[]> {
  const routes = JSON.parse(await runCommand('ip', ['-json', '-4', 'route', 'show', 'table', 'all'])) as {
    dst: string;
  }[];
  const resolvers = existsSync('/etc/resolv.conf') ? parseResolvers(readFileSync('/etc/resolv.conf', 'utf8')) : [];
  return [...routes.map(({ dst }) => dst), ...resolvers];
}

/** The addresses in a resolv.conf. */
export function parseResolvers(text: string): string[] {
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].flatMap(([, address]) => address ?? []);
}
