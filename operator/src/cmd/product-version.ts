import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The version in the product's package.json. */
export function productVersion(): string {
  return findProduct()?.version ?? '0.0.0-unknown';
}

/** A file or folder that is shipped with the product, by its path in the repository. */
export function shippedPath(path: string): string {
  return join(findProduct()?.folder ?? '.', path);
}

/** Where the product is, wherever below it this file runs from: sources or `dist`. */
function findProduct(): { readonly folder: string; readonly version: string } | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const version = versionIn(join(folder, 'package.json'));
    if (version !== undefined) return { folder, version };
  }
  return undefined;
}

function versionIn(file: string): string | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    return name === 'conclave' ? version : undefined;
  } catch {
    return undefined; // no package.json here: look one folder higher
  }
}
