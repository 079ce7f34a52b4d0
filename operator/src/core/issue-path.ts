import type { IssuePath } from './issue.ts';

const PLAIN_NAME = /^[A-Za-z_$][A-Za-z0-9_$-]*$/;
const LONGEST_SEGMENT = 64;

/** Writes a path as Kubernetes does: `spec.steps[2].dependsOn[0]`, `metadata.labels[app.kubernetes.io/name]`. */
export function formatIssuePath(path: IssuePath): string {
  return path.map(formatSegment).join('').replace(/^\./, '');
}

function formatSegment(segment: string | number): string {
  if (typeof segment === 'number') return `[${segment}]`;
  const name = segment.length > LONGEST_SEGMENT ? `${segment.slice(0, LONGEST_SEGMENT - 1)}…` : segment;
  return PLAIN_NAME.test(segment) ? `.${name}` : `[${name}]`;
}
