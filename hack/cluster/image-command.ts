/** hack/image: builds the Dockerfile and loads its images into a cluster. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildImages, imageTargets, type ImageOptions, type ImageTarget } from './build-image.ts';
import { ClusterError } from './cluster-error.ts';
import { loadImage } from './load-image.ts';
import { defaultInstance, repositoryRoot } from './paths.ts';
import { runMain } from './run-main.ts';

const usage = `usage: hack/image [--instance NAME] [--no-load] [--tag IMAGE] [--base IMAGE | --local-base] [--install]
                  [--source FOLDER] [--target STAGE]…

Builds the project's images with Docker, or with buildah where Docker does not run, and loads them into a cluster: the
product's, the one that users' programs run in, and the stand-in for a model server.

  --instance NAME   into which cluster (CONCLAVE_INSTANCE, else 'default')
  --no-load         only build
  --tag IMAGE       the product's name (localhost/conclave:dev); the others get -runtime and -model-sim before the colon
  --base IMAGE      instead of the Dockerfile's public base
  --local-base      make the base here, from Debian; without it, only when the public base cannot be fetched (buildah)
  --source FOLDER   another tree of the project, such as an earlier release, by its own Dockerfile
  --target STAGE    only ${imageTargets.join(', ')}; may be repeated
  --install         install missing Debian packages instead of naming them`;

/** What the arguments ask for, or 'help'. */
export function parseImageArguments(
  args: readonly string[],
  fallbackInstance: string,
): (ImageOptions & { instance: string; load: boolean }) | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      instance: { type: 'string', default: fallbackInstance },
      'no-load': { type: 'boolean', default: false },
      tag: { type: 'string', default: 'localhost/conclave:dev' },
      base: { type: 'string' },
      'local-base': { type: 'boolean', default: false },
      source: { type: 'string', default: repositoryRoot },
      target: { type: 'string', multiple: true, default: [...imageTargets] },
      install: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const { instance, tag, base, install } = values;
  const [source, targets] = [resolve(values.source), values.target.map(toTarget)];
  return { instance, tag, base, install, source, targets, localBase: values['local-base'], load: !values['no-load'] };
}

function toTarget(name: string): ImageTarget {
  const target = imageTargets.find((each) => each === name);
  if (target !== undefined) return target;
  throw new ClusterError(`--target takes one of ${imageTargets.join(', ')}, not '${name}'`);
}

if (import.meta.main) {
  await runMain(async () => {
    const options = parseImageArguments(process.argv.slice(2), defaultInstance());
    if (options === 'help') {
      console.log(usage);
      return;
    }
    const report = (line: string): void => {
      console.error(`conclave: ${line}`);
    };
    for (const image of await buildImages(options, report)) {
      console.log(`${image.tag}: ${(image.bytes / 1e6).toFixed(0)} MB, built with ${image.builder}`);
      if (options.load) console.log(await loadImage(options.instance, image, report));
    }
  });
}
