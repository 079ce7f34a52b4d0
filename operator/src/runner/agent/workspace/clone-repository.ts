import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quote } from '../../../core/quote.ts';
import type { Secrets } from '../secrets.ts';
import { initRepository, runGit } from '../tools/run-git.ts';
import { ToolFailure } from '../tools/tool.ts';
import { repositoryOf, type Tree } from '../tools/tree.ts';
import { accessOf, addressOf, candidatesOf, folderOf, type GitSource, isCommit } from './git-source.ts';
import { invalid, unavailable, WorkspaceError } from './workspace-error.ts';

/** Where a repository is put, and with what. */
export interface Cloning {
  readonly tree: Tree;
  readonly secrets: Secrets;
  readonly signal: AbortSignal;
}

/** Time that a repository may take to come, in milliseconds. */
const fetchMs = 600_000;

/** Under which the commit that the work began with stays known. */
const startRef = 'refs/conclave/start';

/**
 * Puts a repository into the workspace, of its history no more than it must: no hooks, no submodules, no large files that are
 * kept elsewhere. Answers with the commit that the work begins with. @throws WorkspaceError
 */
export async function cloneRepository(source: GitSource, cloning: Cloning): Promise<string> {
  const clone = new Clone(source, cloning);
  try {
    return await clone.make();
  } catch (error) {
    cloning.signal.throwIfAborted();
    if (error instanceof WorkspaceError || !(error instanceof ToolFailure)) throw error;
    throw unavailable(cloning.secrets.redact(`git could not be run: ${error.message}`));
  }
}

class Clone {
  readonly #source: GitSource;
  readonly #cloning: Cloning;
  readonly #address: string;
  readonly #access: Readonly<Record<string, string>>;
  readonly #folder: readonly string[];
  readonly #candidates: readonly string[];

  constructor(source: GitSource, cloning: Cloning) {
    [this.#source, this.#cloning] = [source, cloning];
    this.#address = addressOf(source);
    this.#access = accessOf(source, cloning.secrets);
    this.#folder = folderOf(source);
    this.#candidates = candidatesOf(source);
  }

  async make(): Promise<string> {
    const { tree, signal } = this.#cloning;
    await mkdir(tree.workspace, { recursive: true });
    await initRepository(tree, signal);
    await this.#fetch();
    const commit = await this.#resolve(`${startRef}^{commit}`);
    if (commit === undefined) throw invalid(`${quote(this.#source.ref ?? 'HEAD')} of the repository is no commit`);
    await this.#checkOut(commit);
    return commit;
  }

  async #fetch(): Promise<void> {
    const found = await this.#find();
    const { ref = 'HEAD' } = this.#source;
    if (found !== undefined) await this.#fetchRef(found);
    else if (isCommit(ref)) await this.#fetchCommit(ref);
    else throw invalid(`the repository has no branch or tag ${quote(ref)}`);
  }

  /** NOTE: servers of old know no shallow clones, and give a commit by its name to nobody. */
  async #fetchRef(name: string): Promise<void> {
    const wanted = `+${name}:${startRef}`;
    if (!(await this.#fetchShallow(wanted))) await this.#fetchWhole([wanted]);
  }

  async #fetchCommit(commit: string): Promise<void> {
    if (await this.#fetchShallow(`+${commit}:${startRef}`)) return;
    await this.#fetchWhole(['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*']);
    if ((await this.#git(['update-ref', startRef, commit])).code !== 0)
      throw invalid(`the repository has no commit ${quote(commit)}`);
  }

  async #fetchShallow(wanted: string): Promise<boolean> {
    return (await this.#remotely(['fetch', ...quietly, '--depth=1', '--', this.#address, wanted])).code === 0;
  }

  async #fetchWhole(wanted: readonly string[]): Promise<void> {
    const { code, output } = await this.#remotely(['fetch', ...quietly, '--', this.#address, ...wanted]);
    if (code !== 0) throw this.#explain(output);
  }

  /** What the server calls it; undefined when it has nothing of that name. */
  async #find(): Promise<string | undefined> {
    const { code, output } = await this.#remotely(['ls-remote', '--', this.#address, ...this.#candidates]);
    if (code !== 0) throw this.#explain(output);
    const names = new Set(output.split('\n').map((line) => /^[0-9a-f]{40,64}\t(.+)$/.exec(line)?.[1]));
    return this.#candidates.find((name) => names.has(name));
  }

  async #checkOut(commit: string): Promise<void> {
    const repository = repositoryOf(this.#cloning.tree);
    const isPart = this.#folder.length > 0;
    if (isPart) {
      const path = this.#folder.join('/');
      if ((await this.#resolve(`${commit}:${path}`)) === undefined)
        throw invalid(`the repository has no folder ${quote(path)}`);
      await mkdir(join(repository, 'info'), { recursive: true });
      await writeFile(join(repository, 'info/sparse-checkout'), `/${path.replace(/[\\*?[\]!# ]/g, '\\$&')}/\n`);
    }
    const part = isPart ? ['-c', 'core.sparseCheckout=true', '-c', 'core.sparseCheckoutCone=false'] : [];
    const { code, output } = await this.#git([...part, 'reset', '--hard', '--quiet', commit]);
    if (code !== 0) throw invalid(`the files of the repository cannot be written: ${output.slice(0, 500)}`);
  }

  async #resolve(name: string): Promise<string | undefined> {
    const { code, output } = await this.#git(['rev-parse', '--verify', '--quiet', '--end-of-options', name]);
    return code === 0 ? /^[0-9a-f]{40,64}$/m.exec(output)?.[0] : undefined;
  }

  #git(args: readonly string[]) {
    const { tree, signal } = this.#cloning;
    return runGit({ args, ...tree, timeoutMs: fetchMs }, signal);
  }

  #remotely(args: readonly string[]) {
    const { tree, signal } = this.#cloning;
    return runGit({ args, ...tree, environment: this.#access, timeoutMs: fetchMs }, signal);
  }

  #explain(output: string): WorkspaceError {
    if (moved.test(output))
      return invalid(
        `the repository ${this.#address} has moved: its server leads elsewhere, where git does not follow; name the new address in \`workspace.git.url\``,
      );
    const told = this.#cloning.secrets.redact(output.trim()).slice(0, 500);
    const message = `the repository ${this.#address} cannot be read: ${told}`;
    return lasting.test(output) ? invalid(message) : unavailable(message);
  }
}

const quietly = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--no-auto-maintenance'];

/** What git says of a redirect; not where it leads. */
const moved = /returned error: 3\d\d/;

/** What git says of what waiting does not mend. */
const lasting =
  /Authentication failed|could not read (Username|Password)|not found|returned error: (401|403|404)|not valid: is this a git repository/i;
