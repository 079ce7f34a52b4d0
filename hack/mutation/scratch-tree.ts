import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../cluster/paths.ts';
import { type Mutation, plant } from './mutation.ts';

/** What unit tests of `operator/src` need beside `node_modules`, which is linked. */
const copied = ['operator/src', 'package.json', 'tsconfig.json', 'vitest.config.ts'];

/** A copy of the code in a folder of its own, where bugs can be planted: the working tree stays as it is. */
export class ScratchTree {
  readonly folder: string;
  readonly #remove = () => rmSync(this.folder, { recursive: true, force: true });

  constructor(root = repositoryRoot) {
    this.folder = mkdtempSync(join(tmpdir(), 'conclave-mutation-'));
    process.once('exit', this.#remove);
    for (const path of copied) cpSync(join(root, path), join(this.folder, path), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** Runs `work` while a mutation is planted, and takes it out again. @throws UnplantableMutation */
  async whilePlanted<T>(mutation: Mutation, work: () => Promise<T>): Promise<T> {
    const file = join(this.folder, mutation.file);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, plant(mutation, text));
    try {
      return await work();
    } finally {
      writeFileSync(file, text);
    }
  }

  remove(): void {
    this.#remove();
    process.off('exit', this.#remove);
  }
}
