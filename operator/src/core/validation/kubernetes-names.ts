const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED_PART = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** What is wrong with an object's name (RFC 1123 subdomain, at most 253 characters), or undefined. */
export function subdomainFault(name: string): string | undefined {
  if (name.length > 253) return 'must have at most 253 characters';
  return DNS_SUBDOMAIN.test(name)
    ? undefined
    : 'must consist of lower-case letters, digits, `-` and `.`, and begin and end with a letter or digit';
}

/** What is wrong with a namespace (RFC 1123 label; its length is the schema's business), or undefined. */
export function labelFault(name: string): string | undefined {
  return DNS_LABEL.test(name)
    ? undefined
    : 'must consist of lower-case letters, digits and `-`, and begin and end with a letter or digit';
}

/** What is wrong with the key of a label or an annotation (`name` or `prefix/name`), or undefined. */
export function qualifiedNameFault(key: string): string | undefined {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2) return 'must have at most one `/`';
  if (parts.length === 2) {
    const fault = subdomainFault(parts[0] ?? '');
    if (fault !== undefined) return `the part before the \`/\` ${fault}`;
  }
  if (name.length > 63) return 'must have at most 63 characters after the `/`';
  return QUALIFIED_PART.test(name) ? undefined : qualifiedPartRule;
}

/** What is wrong with the value of a label, or undefined. */
export function labelValueFault(value: string): string | undefined {
  if (value.length > 63) return 'must have at most 63 characters';
  return value === '' || QUALIFIED_PART.test(value) ? undefined : qualifiedPartRule;
}

const qualifiedPartRule = 'must consist of letters, digits, `-`, `_` and `.`, and begin and end with a letter or digit';
