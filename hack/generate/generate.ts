/** Writes what comes from the schemas in operator/src/api; with `--check` only says which files are stale. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedFolders, type Rendering, renderFiles } from './render-files.ts';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
const rendering = renderFiles();
process.exitCode =
  rendering.problems.length > 0 ? fail(rendering) : settle(rendering, process.argv.includes('--check'));

function fail({ problems }: Rendering): number {
  for (const { path, message } of problems) console.error(`${path}: ${message}`);
  console.error(`\nNothing was generated: ${problems.length} problems in operator/src/api.`);
  return 1;
}

function settle({ files }: Rendering, checkOnly: boolean): number {
  const stale = [...files].filter(([path, content]) => read(path) !== content).map(([path]) => path);
  const left = presentFiles().filter((path) => !files.has(path) && isGenerated(path));
  if (checkOnly) return complain([...stale, ...left.map((path) => `${path} (no longer generated)`)]);
  for (const path of stale) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, files.get(path) ?? '');
  }
  for (const path of left) rmSync(path);
  console.log(`${files.size} generated files, ${stale.length} written, ${left.length} removed.`);
  return 0;
}

function complain(paths: readonly string[]): number {
  if (paths.length === 0) return 0;
  console.error(`Generated files are stale:\n${paths.map((path) => `  ${path}`).join('\n')}\nRun: npm run generate`);
  return 1;
}

function presentFiles(): string[] {
  return generatedFolders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`),
  );
}

/** What stands in these folders and was not generated is left alone. */
function isGenerated(path: string): boolean {
  return path.startsWith('docs/schemas/') || (read(path) ?? '').includes('npm run generate');
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
