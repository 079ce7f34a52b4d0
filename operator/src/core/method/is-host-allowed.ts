/**
 * Whether a host is on a list of `Tenant.spec.allowed.hosts`: by its whole name, or below a `*.` entry, which stands for
 * any subdomain but not for the domain itself. Without a list every host is.
 */
export function isHostAllowed(host: string, allowed: readonly string[] | undefined): boolean {
  if (allowed === undefined) return true;
  const name = plainHost(host);
  return allowed.some((entry) =>
    entry.startsWith('*.') ? isBelow(name, plainHost(entry.slice(2))) : name === plainHost(entry),
  );
}

const isBelow = (name: string, domain: string) =>
  domain !== '' && name.length > domain.length + 1 && name.endsWith(`.${domain}`);

/** In lower case and ASCII, without the brackets of IPv6 and the dot at the end that names may have. */
function plainHost(host: string): string {
  const name = host.replace(/^\[(.*)\]$/s, '$1').replace(/\.$/, '');
  return (URL.parse(`http://${name}/`)?.hostname ?? name).toLowerCase();
}
