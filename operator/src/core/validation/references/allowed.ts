import type { Tenant } from '../../../api/tenant.ts';
import type { Issue, IssuePath } from '../../issue.ts';
import { quote } from '../../quote.ts';

/** Whether something with one of these names may be used: everything, where the Tenant does not list any. */
export function isAllowedName(allowed: readonly string[] | undefined, names: readonly string[]): boolean {
  return allowed === undefined || names.some((name) => allowed.includes(name));
}

/** Whether an image may be used: allowed images are prefixes that end at a `/`, `:` or `@`, or the whole. */
export function isAllowedImage(allowed: readonly string[] | undefined, image: string): boolean {
  return (
    allowed === undefined ||
    allowed.some((prefix) => {
      if (!image.startsWith(prefix)) return false;
      const next = image.charAt(prefix.length);
      return next === '' || /[/:@]$/.test(prefix) || /[/:@]/.test(next);
    })
  );
}

/** Whether a host may be called: `*.` at the start of an allowed one stands for any subdomain. */
export function isAllowedHost(allowed: readonly string[] | undefined, host: string): boolean {
  const name = host.toLowerCase();
  return (
    allowed === undefined ||
    allowed.some((entry) => {
      const wanted = entry.toLowerCase();
      return wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) : name === wanted;
    })
  );
}

/** The host of a URL, without port; undefined when a template may change it. */
export function hostOf(url: string): string | undefined {
  const [, authority] = /^https?:\/\/([^/?#]*)/.exec(url) ?? [];
  if (authority === undefined || authority.includes('{{')) return undefined;
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : host.replace(/:\d*$/, '');
}

/** The Model that answers when one is asked for: the Tenant may put another in its place. */
export function answeringModel(name: string, tenant: Tenant | undefined): string {
  return tenant?.spec.modelOverrides?.find(({ from }) => from === name)?.to ?? name;
}

/** Says that the Tenant does not allow something. */
export function notAllowed(what: string, name: string, path: IssuePath): Issue {
  return {
    code: 'NotAllowed',
    path,
    message: `the Tenant does not allow the ${what} ${quote(name)}`,
    hint: 'choose one that `allowed` of the Tenant lists, or have it added there',
  };
}
