import { buildImages, imageTargets } from '../cluster/build-image.ts';
import { loadImage } from '../cluster/load-image.ts';
import { repositoryRoot } from '../cluster/paths.ts';
import { developmentImages } from './install-server.ts';
import type { Kubectl } from './kubectl.ts';

interface Nodes {
  readonly items: readonly {
    readonly status: { readonly images?: readonly { readonly names?: readonly string[] }[] };
  }[];
}

/** Builds and loads the project's images, unless the nodes say that they have them. `./hack/image` renews them. */
export async function ensureImages(
  kubectl: Kubectl,
  options: { readonly instance: string; readonly install: boolean; readonly report: (line: string) => void },
): Promise<void> {
  const { instance, install, report } = options;
  if (await haveImages(kubectl)) return;
  const what = { tag: developmentImages.product, source: repositoryRoot, targets: imageTargets };
  for (const image of await buildImages({ ...what, base: undefined, localBase: false, install }, report))
    report(await loadImage(instance, image, report));
}

async function haveImages(kubectl: Kubectl): Promise<boolean> {
  const { items } = JSON.parse(await kubectl(['get', 'nodes', '-o', 'json'])) as Nodes;
  const names = new Set(items.flatMap(({ status }) => (status.images ?? []).flatMap((image) => image.names ?? [])));
  return Object.values(developmentImages).every((image) => names.has(image));
}
