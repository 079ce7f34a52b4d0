/** Thrown when the artifact store was asked, and has nothing of a digest: asking again would not help. */
export class ArtifactGone extends Error {
  override readonly name = 'ArtifactGone';
  readonly digest: string;
  constructor(digest: string) {
    super(`the artifact ${digest} is gone: the server has none of this digest`);
    this.digest = digest;
  }
}
