import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { exitCodes } from '../exit-codes.ts';
import { Failure, failureCodes } from '../failure.ts';
import { unreadable } from './unreadable.ts';

/** What stands for standard input on the command line. */
export const standardInput = '-';

const EXTENSIONS = new Set(['.yaml', '.yml', '.json']);
const SKIPPED_FOLDERS = new Set(['node_modules']);
const MOST_FILES = 10_000;

/**
 * The files that paths name: a file itself, of a folder all YAML and JSON files below it in the order of their names.
 * Hidden folders and `node_modules` are left out, and links to folders are not followed.
 * @throws Failure when a path cannot be read, or there is nothing to read
 */
export async function findSources(paths: readonly string[]): Promise<string[]> {
  const sources = new Set<string>();
  for (const path of paths) {
    const found = path === standardInput || !(await isFolder(path)) ? [path] : await filesBelow(path);
    if (found.length === 0) throw nothingIn(path);
    for (const file of found) sources.add(file);
  }
  return [...sources];
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  const folders = [folder];
  for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
    for (const entry of await listFolder(next)) {
      const path = join(next, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith('.') && !SKIPPED_FOLDERS.has(entry.name)) folders.push(path);
      else if (!entry.isDirectory() && EXTENSIONS.has(extname(entry.name).toLowerCase())) files.push(path);
    }
    if (files.length + folders.length > MOST_FILES) throw tooMany(folder);
  }
  return files;
}

async function listFolder(folder: string) {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function nothingIn(folder: string): Failure {
  return new Failure({
    exitCode: exitCodes.usage,
    code: failureCodes.invalid,
    reason: 'NothingToRead',
    message: `there is no .yaml, .yml or .json file in ${folder}`,
    hint: 'name a file or another folder',
  });
}

function tooMany(folder: string): Failure {
  return new Failure({
    exitCode: exitCodes.usage,
    code: failureCodes.invalid,
    reason: 'TooManyFiles',
    message: `there are more than ${MOST_FILES} files or folders below ${folder}`,
    hint: 'name the folder more exactly',
  });
}
