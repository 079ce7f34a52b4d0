import { copyFile, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quote } from '../../../core/quote.ts';
import type { Artifact } from '../../verdict.ts';
import { storeRecord } from '../store-record.ts';
import { checkConfiguration, runGit } from '../tools/run-git.ts';
import { type Found, sweepTree } from '../tools/remove-traps.ts';
import { ToolFailure } from '../tools/tool.ts';
import { repositoryOf, type Tree } from '../tools/tree.ts';
import type { WorkParts } from '../work-parts.ts';

/** Bytes that a diff may have. */
const usualMostBytes = 32 * 1024 * 1024;

/** How often it is looked at while git writes it, in milliseconds. */
const lookMs = 20;

/** Time that it may take, in milliseconds: it must not keep a pod that is asked to end. */
const usualMs = 60_000;
const hurriedMs = 2_000;

/** What a diff is made of. */
export interface Differing {
  readonly tree: Tree;
  readonly startCommit: string;
  readonly parts: Pick<WorkParts, 'task' | 'transcript'>;
  /** The pod was asked to end. */
  readonly isHurried: boolean;
  /** Of the diff; 32 MiB by default. */
  readonly mostBytes?: number;
}

/** Stores all that was changed since the work began, commits included, as an artifact; nothing where nothing was changed. */
export async function storeDiff({ parts, isHurried, ...place }: Differing): Promise<Artifact | undefined> {
  const { transcript, task } = parts;
  const signal = AbortSignal.timeout(isHurried ? hurriedMs : usualMs);
  try {
    const { large } = await sweepTree(place.tree, signal);
    const bytes = await makeDiff({ ...place, large }, signal);
    if (large.count > 0) transcript.add({ kind: 'note', text: describeLarge(large) });
    if (bytes.length === 0) return undefined;
    const stored = await storeRecord(bytes, { name: 'diff', service: task.artifacts, isHurried });
    if (stored !== undefined) return { name: 'diff', ...stored, mediaType: 'text/x-diff' };
    transcript.add({ kind: 'note', text: 'The diff of the changes could not be stored.' });
  } catch (error) {
    // A disk that is full spoils no result either.
    if (!(error instanceof ToolFailure) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    transcript.add({ kind: 'note', text: `There is no diff of the changes: ${(error as Error).message}.` });
  }
  return undefined;
}

type MadeDiff = Pick<Differing, 'tree' | 'startCommit' | 'mostBytes'> & { readonly large: Found };

/** NOTE: with an index of its own, so that what the agent has added and committed stays as it is. */
async function makeDiff(
  { tree, startCommit, large, mostBytes = usualMostBytes }: MadeDiff,
  signal: AbortSignal,
): Promise<Buffer> {
  await checkConfiguration(tree, signal);
  const folder = await mkdtemp(join(tmpdir(), 'conclave-diff-'));
  const environment = { GIT_INDEX_FILE: join(folder, 'index'), GIT_LITERAL_PATHSPECS: '0' };
  const git = async (args: readonly string[], ending = signal) => {
    const { code, output } = await runGit({ args, ...tree, environment }, ending);
    if (code !== 0) throw new ToolFailure(`git ended with ${code}: ${output.slice(0, 500)}`);
  };
  try {
    await copyIndex(join(repositoryOf(tree), 'index'), environment.GIT_INDEX_FILE);
    await addAll({ large, startCommit, path: join(folder, 'paths') }, git);
    const path = join(folder, 'diff');
    await withinBytes({ path, mostBytes, signal }, (ending) => git([...diff, `--output=${path}`, startCommit], ending));
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Adding {
  readonly large: Found;
  readonly startCommit: string;
  /** Of a file for the paths. */
  readonly path: string;
}

/**
 * Adds all files but large ones: git would hold all of such in memory. Those are as they were when the work began.
 * NOTE: told by their bytes, and by no rules of what is ignored: rules of the workspace would overrule these.
 */
async function addAll(
  { large, startCommit, path }: Adding,
  git: (args: readonly string[]) => Promise<unknown>,
): Promise<void> {
  if (large.count === 0) {
    await git(['add', '--all', '--', '.']);
    return;
  }
  if (large.count > large.first.length) throw new ToolFailure(`${large.count} files are too large to be compared`);
  const from = [`--pathspec-from-file=${path}`, '--pathspec-file-nul'];
  await writeFile(path, listed(large, ':(top,literal)'));
  await git(['reset', '--quiet', '--no-refresh', startCommit, ...from]);
  await writeFile(path, Buffer.concat([Buffer.from('.\0'), listed(large, ':(top,literal,exclude)')]));
  await git(['add', '--all', ...from]);
}

const listed = ({ first }: Found, magic: string) =>
  Buffer.concat(first.flatMap((name) => [Buffer.from(magic), name, Buffer.from('\0')]));

const describeLarge = ({ count, first: [first] }: Found) =>
  `The diff is without ${quote(first?.toString() ?? '')}${count === 1 ? '' : ` and ${count - 1} more`}: they are too large to be compared.`;

/** NOTE: it is ended while it writes: it shares the disk with all the rest. @throws ToolFailure when a file becomes too large */
async function withinBytes(
  { path, mostBytes, signal }: { path: string; mostBytes: number; signal: AbortSignal },
  write: (ending: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const tooLarge = new ToolFailure(`it has more than ${mostBytes} bytes, which are the most that are stored`);
  const isTooLarge = async () => ((await stat(path).catch(() => undefined))?.size ?? 0) > mostBytes;
  const full = new AbortController();
  const looking = setInterval(() => {
    void isTooLarge().then((is) => is && full.abort(tooLarge));
  }, lookMs);
  try {
    await write(AbortSignal.any([signal, full.signal]));
  } finally {
    clearInterval(looking);
  }
  if (await isTooLarge()) throw tooLarge;
}

/**
 * NOTE: with its time. What was changed within a second of the index git tells by that time alone: by a later one it would take
 * a file of the same size for unchanged.
 */
async function copyIndex(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  const { atime, mtime } = await stat(from);
  await utimes(to, atime, mtime);
}

const diff = [
  'diff',
  '--cached',
  '--binary',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--ignore-submodules=all',
];
