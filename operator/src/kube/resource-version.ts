const wellFormed = /^[1-9][0-9]*$/;

/**
 * Which of two resourceVersions of one resource is newer: negative when `a` is older, 0 when equal, positive when newer;
 * undefined when the server's versions are no positive integers and so have no order. As KEP-5504 (Kubernetes 1.35)
 * promises it, and earlier servers do it: at any length, more digits are newer, equal lengths compare by their digits.
 */
export function compareResourceVersions(a: string, b: string): number | undefined {
  if (a === b) return 0;
  if (!wellFormed.test(a) || !wellFormed.test(b)) return undefined;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : 1;
}
