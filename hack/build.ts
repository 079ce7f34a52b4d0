/** Compiles operator/src into dist/ and makes the commands executable. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
for (const command of ['cli', 'complete', 'operator', 'server']) {
  const file = `dist/cmd/${command}.js`;
  if (existsSync(file)) chmodSync(file, 0o755);
}
process.exit(status ?? 1);
