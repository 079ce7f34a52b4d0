import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ArtifactClient } from './artifact-client.ts';
import { isRealFolder, openSharedFile } from './read-shared-file.ts';
import type { Artifact, Failure } from './verdict.ts';

const fileName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Stores the files that a result lists; answers with why the result is not believed, if so. ArtifactError as the client. */
export async function uploadArtifacts(
  client: ArtifactClient,
  folder: string,
  artifacts: readonly Artifact[],
): Promise<Failure | undefined> {
  if (artifacts.length > 0 && !(await isRealFolder(folder))) return refuse(`${folder} is not a folder`);
  for (const artifact of artifacts) {
    const problem = await findProblem(folder, artifact);
    if (problem !== undefined) return refuse(`The artifact '${artifact.name}' ${problem}.`);
    const { digest, sizeBytes } = artifact;
    await client.upload({ digest, sizeBytes, open: () => createReadStream(join(folder, artifact.name)) });
  }
  return undefined;
}

/** A link would lead out of the folder: to the pod's token, for instance. */
async function findProblem(folder: string, { name, digest, sizeBytes }: Artifact): Promise<string | undefined> {
  if (!fileName.test(name)) return 'has a name that no file there can have';
  const opened = await openSharedFile(join(folder, name));
  if (opened === 'absent') return `is not in ${folder}`;
  if ('problem' in opened) return opened.problem;
  await using file = opened.file;
  const { size } = await file.stat();
  if (size !== sizeBytes) return `has ${size} bytes, and the result says ${sizeBytes}`;
  const hash = createHash('sha256');
  await pipeline(file.createReadStream({ autoClose: false }), hash);
  return `sha256:${hash.digest('hex')}` === digest ? undefined : 'has another digest than the result says';
}

const refuse = (message: string): Failure => ({ reason: 'ArtifactInvalid', message, retryable: false });
