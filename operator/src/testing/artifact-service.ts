import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunnerTask } from '../api/runner-task.ts';
import { CertificateAuthority } from './certificate-authority.ts';
import { ScriptedArtifacts } from './scripted-artifacts.ts';

/** An artifact service as a task names it, with what is stored there; for tests. */
export interface ArtifactServiceInTests {
  readonly artifacts: ScriptedArtifacts;
  readonly service: NonNullable<RunnerTask['artifacts']>;
  readonly stop: () => Promise<void>;
}

/** Starts one, with a certificate authority and a token of its own. */
export async function startArtifactService(): Promise<ArtifactServiceInTests> {
  const folder = await mkdtemp(join(tmpdir(), 'conclave-artifacts-'));
  const authority = new CertificateAuthority(folder);
  const artifacts = new ScriptedArtifacts();
  await artifacts.listen(authority.issue('artifacts', '/CN=artifacts'));
  await writeFile(join(folder, 'token'), 'token');
  return {
    artifacts,
    service: { url: artifacts.url, tokenFile: join(folder, 'token'), caFile: authority.caFile },
    stop: async () => {
      artifacts.close();
      await rm(folder, { recursive: true });
    },
  };
}
