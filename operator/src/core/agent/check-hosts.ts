import type { ToolAccess } from '../../api/runner-work.ts';
import { isHostAllowed } from '../method/is-host-allowed.ts';
import { quote } from '../quote.ts';
import type { WorkProblem } from './work-problem.ts';

/** Which hosts agents of a namespace may reach, as its Tenant says. */
export interface HostRules {
  readonly namespace: string;
  /** `Tenant.spec.allowed.hosts`; every host where it is left out. */
  readonly allowedHosts?: readonly string[] | undefined;
}

/** Why the host of a URL may not be reached; undefined where it may. What is no URL has no host that anybody allows. */
export function checkHostOf(url: string, field: string, rules: HostRules): WorkProblem | undefined {
  if (rules.allowedHosts === undefined) return undefined;
  const host = URL.parse(url)?.hostname;
  if (host !== undefined && isHostAllowed(host, rules.allowedHosts)) return undefined;
  return notAllowed(host ?? url, field, rules);
}

/** The same of the hosts that a tool may call: all of them must be within those of the Tenant. */
export function checkToolHosts(
  { name, allowedHosts = [] }: Pick<ToolAccess, 'name' | 'allowedHosts'>,
  rules: HostRules,
): WorkProblem | undefined {
  const outside = allowedHosts.find((host) => !isWithin(host, rules.allowedHosts));
  return outside === undefined ? undefined : notAllowed(outside, `\`allowedHosts\` of the tool '${name}'`, rules);
}

/** NOTE: any subdomain is only within what allows any subdomain. */
function isWithin(host: string, allowed: readonly string[] | undefined): boolean {
  if (!host.startsWith('*.')) return isHostAllowed(host, allowed);
  const patterns = allowed?.filter((entry) => entry.startsWith('*.'));
  return isHostAllowed(`any${host.slice(1)}`, patterns);
}

function notAllowed(host: string, field: string, { namespace, allowedHosts = [] }: HostRules): WorkProblem {
  const hosts = allowedHosts.join(', ') || 'none';
  const message = `the Tenant of the namespace '${namespace}' does not allow the host ${quote(host)} in ${field}. Hosts: ${hosts}`;
  return { reason: 'HostNotAllowed', message };
}
