/** The image's base without a registry: Debian by debootstrap, with the Node and npm of this project. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildah } from './buildah.ts';
import type { Report } from './go-build.ts';
import { conclaveHome, repositoryRoot } from './paths.ts';
import { ensurePrerequisites } from './prerequisites.ts';
import { runCommand } from './run-command.ts';

const suite = 'bookworm';
const recipe = 1; // to be raised when the steps below change
const npmVersion = '11';
const nodeBinary = join(repositoryRoot, 'node_modules/node/bin/node');

/** What neither Node nor npm reads. */
const superfluous = [
  'dev',
  'var/cache/apt',
  'var/lib/apt/lists',
  'var/log',
  'usr/share/doc',
  'usr/share/man',
  'usr/share/locale',
];

/** The name of the local base for this version of Node. */
export async function localBaseName(): Promise<string> {
  const version = (await runCommand(nodeBinary, ['--version'])).trim();
  const digest = createHash('sha256').update(JSON.stringify([suite, recipe, npmVersion, version, process.arch]));
  return `localhost/conclave/base:${digest.digest('hex').slice(0, 12)}`;
}

/** Makes the local base unless it is there, and answers with its name. */
export async function ensureLocalBase(options: { install: boolean; report: Report }): Promise<string> {
  const name = await localBaseName();
  if (await buildah.hasImage(name)) return name;
  await ensurePrerequisites(['image', 'base-image'], { ...options, needsGo: false });
  options.report(`making a base image from Debian ${suite}, once for this version of Node (half a minute)`);
  mkdirSync(conclaveHome(), { recursive: true });
  const scratch = mkdtempSync(join(conclaveHome(), 'base-image-'));
  try {
    await makeRoot(join(scratch, 'root'));
    await runCommand('tar', [
      '--create',
      '--file',
      join(scratch, 'root.tar'),
      '--directory',
      join(scratch, 'root'),
      '.',
    ]);
    rmSync(join(scratch, 'root'), { recursive: true });
    writeFileSync(join(scratch, 'Dockerfile'), 'FROM scratch\nADD root.tar /\nCMD ["node"]\n');
    await buildah.build({ tag: name, folder: scratch });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return name;
}

async function makeRoot(root: string): Promise<void> {
  await runCommand('debootstrap', ['--variant=minbase', suite, root]);
  for (const path of superfluous) rmSync(join(root, path), { recursive: true, force: true });
  for (const path of ['dev', 'var/log']) mkdirSync(join(root, path));
  cpSync(nodeBinary, join(root, 'usr/local/bin/node'));
  const npm = [
    'install',
    '--global',
    '--prefix',
    join(root, 'usr/local'),
    '--no-audit',
    '--no-fund',
    `npm@${npmVersion}`,
  ];
  await runCommand('npm', npm);
}
