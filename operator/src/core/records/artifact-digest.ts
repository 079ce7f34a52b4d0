const pattern = /^sha256:[0-9a-f]{64}$/;

/** Whether a text is the digest of an artifact: `sha256:` and 64 hexadecimal digits. Only then may it be part of a path. */
export function isArtifactDigest(text: string): boolean {
  return pattern.test(text);
}
