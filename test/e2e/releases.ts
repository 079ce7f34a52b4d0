/** Releases that were cut before the present one, the last of them last: an upgrade begins at it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './e2e-cluster.ts';

/** A version, and the commit that it was cut from. */
export interface Release {
  readonly version: string;
  readonly commit: string;
}

export const releases: readonly [Release, ...Release[]] = [
  { version: '0.1.0', commit: 'c1070f438b9c446bf1b4af55d45958f1f1be86bb' },
];

/** Whether the clone has the release's tree; a shallow one lacks it. */
export function isInClone({ commit }: Release): boolean {
  return spawnSync('git', ['-C', root, 'cat-file', '-e', `${commit}^{tree}`]).status === 0;
}

/** Writes the release's tree into a folder, which the caller removes. @throws Error that says what git or tar said */
export function exportRelease({ version, commit }: Release): string {
  const folder = mkdtempSync(join(tmpdir(), `conclave-${version}-`));
  const archive = join(folder, '.tree.tar');
  for (const [program, ...args] of [
    ['git', '-C', root, 'archive', '--output', archive, commit],
    ['tar', '--extract', '--directory', folder, '--file', archive],
  ] as const) {
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  }
  return folder;
}
