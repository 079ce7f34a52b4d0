/** The two images that a node has from the start, made from the machine's static busybox: no registry is asked. */
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pauseImage } from './node-configuration.ts';
import { runCommand } from './run-command.ts';

/** A shell and the usual small programs; tests run their pods with it. */
export const busyboxImage = 'localhost/conclave/busybox:1';

const images = [
  { name: pauseImage, command: ['/bin/sleep', 'infinity'] },
  { name: busyboxImage, command: ['/bin/sh'] },
];

/** Writes an archive with both images, as `docker save` would, into the folder and answers with its path. */
export async function writeBaseImages(folder: string, busybox: string): Promise<string> {
  const scratch = mkdtempSync(join(folder, 'images-'));
  try {
    const layer = await writeLayer(scratch, busybox);
    const manifest = images.map(({ name, command }) => {
      const config = `${name.replaceAll(/[/:]/g, '-')}.json`;
      writeFileSync(join(scratch, config), JSON.stringify(imageConfiguration(layer.digest, command)));
      return { Config: config, RepoTags: [name], Layers: [layer.file] };
    });
    writeFileSync(join(scratch, 'manifest.json'), JSON.stringify(manifest));
    const archive = join(folder, 'base-images.tar');
    const members = ['manifest.json', layer.file, ...manifest.map(({ Config }) => Config)];
    await runCommand('tar', ['--create', '--file', archive, '--directory', scratch, ...members]);
    return archive;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function writeLayer(scratch: string, busybox: string): Promise<{ file: string; digest: string }> {
  const root = join(scratch, 'root');
  for (const folder of ['bin', 'etc', 'tmp', 'root']) mkdirSync(join(root, folder), { recursive: true });
  cpSync(busybox, join(root, 'bin/busybox'), { dereference: true });
  const applets = (await runCommand(busybox, ['--list'])).trim().split('\n');
  for (const applet of applets) if (applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnobody:x:65534:\n');
  chmodSync(join(root, 'tmp'), 0o1777);
  const file = join(scratch, 'layer.tar');
  await runCommand('tar', [
    ...['--create', '--file', file, '--directory', root, '--owner=0', '--group=0', '--sort=name', '--mtime=@0', '.'],
  ]);
  return { file: 'layer.tar', digest: createHash('sha256').update(readFileSync(file)).digest('hex') };
}

function imageConfiguration(layerDigest: string, command: readonly string[]): unknown {
  return {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: { Cmd: command, Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layerDigest}`] },
  };
}
