/** What the images of the project are called where the nodes of a cluster find them. */
export interface ImageNames {
  /** Of the product; those of the others have `-runtime` and `-model-sim` behind it. */
  readonly repository: string;
  readonly tag: string;
}

/** Those that `./hack/image` builds and loads. */
export const builtImages: ImageNames = { repository: 'localhost/conclave', tag: 'dev' };

/** Reads `REPOSITORY:TAG`. @throws Error that says what is wrong */
export function parseImage(text: string): ImageNames {
  const colon = text.lastIndexOf(':');
  const [repository, tag] = [text.slice(0, colon), text.slice(colon + 1)];
  if (colon < 1 || !/^[\w][\w.-]{0,127}$/.test(tag))
    throw new Error(`--image must be REPOSITORY:TAG, such as registry.example.com/conclave:1.0, not '${text}'`);
  return { repository, tag };
}

/** Manifests with other images where they name those of the project. */
export function withImages(manifests: string, { repository, tag }: ImageNames): string {
  return manifests.replaceAll(
    /\blocalhost\/conclave(-runtime|-model-sim)?:dev\b/g,
    (_, part: string | undefined) => `${repository}${part ?? ''}:${tag}`,
  );
}
