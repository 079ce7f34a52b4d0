/** Builds the project's Go modules, once for each content of their files, shared by all clones. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ClusterError } from './cluster-error.ts';
import { findGoProblem } from './go-toolchain.ts';
import { withLock } from './lock.ts';
import { conclaveHome } from './paths.ts';
import { tryCommand, type CommandResult } from './run-command.ts';

/** A program to build: the module's folder, its package there, and what the linker writes into it. */
export interface GoProgram {
  /** The program's name, and its file's. */
  readonly name: string;
  /** For messages: what it is and its version. */
  readonly title: string;
  readonly moduleFolder: string;
  readonly packagePath: string;
  /** Variables of the program that the linker sets, by their full name. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Tells the user something in one line. */
export type Report = (line: string) => void;

const progressIntervalMs = 5_000;
const buildEnvironment = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false', GOWORK: 'off' };

/** Identifies what a build would make: the module's files, the package, the linker's variables and the platform. */
export function digestOfProgram(program: GoProgram): string {
  const hash = createHash('sha256');
  const files = readdirSync(program.moduleFolder).filter((file) => /^go\.(mod|sum)$|\.go$/.test(file));
  for (const file of files.sort()) hash.update(`${file}\0`).update(readFileSync(join(program.moduleFolder, file)));
  const { name, packagePath, variables = {} } = program;
  hash.update(JSON.stringify([name, packagePath, variables, process.platform, process.arch]));
  return hash.digest('hex').slice(0, 16);
}

/** Where the program is once it is built. */
export function binaryPath(name: string, digest: string): string {
  return join(conclaveHome(), 'bin', digest, name);
}

/** Whether the program needs no build. */
export function isBuilt(program: GoProgram): boolean {
  return existsSync(binaryPath(program.name, digestOfProgram(program)));
}

/** Builds the program unless that was done before, and answers with its digest; two builds at once are one. */
export async function ensureBinary(program: GoProgram, report: Report): Promise<string> {
  const digest = digestOfProgram(program);
  if (isBuilt(program)) return digest;
  const goProblem = await findGoProblem();
  if (goProblem !== undefined) throw new ClusterError(goProblem.problem, { hint: goProblem.remedy });
  const lock = join(conclaveHome(), 'locks', `build-${program.name}.lock`);
  const waits = (): void => {
    report(`waiting for another build of ${program.title}`);
  };
  return withLock(
    lock,
    async () => {
      if (!isBuilt(program)) await build(program, dirname(binaryPath(program.name, digest)), report);
      return digest;
    },
    waits,
  );
}

async function build(program: GoProgram, folder: string, report: Report): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const progress = new Progress(program.title, report);
  try {
    const packages = await runGo(program, ['list', '-deps', program.packagePath], (line) => {
      if (line.startsWith('go: downloading')) progress.count('modules downloaded');
    });
    progress.enter('compiling', packages.stdout.trim().split('\n').length);
    const linker = Object.entries(program.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
    const output = join(unfinished, program.name);
    const args = ['build', '-v', '-ldflags', ['-s', '-w', ...linker].join(' '), '-o', output, program.packagePath];
    await runGo(program, args, (line) => {
      if (/^[\w.]+\/|^[\w.]+$/.test(line)) progress.count('packages compiled');
    });
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
  } finally {
    progress.end();
  }
  report(`${program.title} is built: ${progress.elapsed()}`);
}

async function runGo(program: GoProgram, args: string[], onErrorLine: Report): Promise<CommandResult> {
  const result = await tryCommand('go', args, { cwd: program.moduleFolder, env: buildEnvironment, onErrorLine });
  if (result.status === 0) return result;
  const said = result.stderr.split('\n').filter((line) => !/^go: downloading|^[\w./-]+$/.test(line));
  throw new ClusterError(`${program.title} could not be built: ${said.slice(-8).join('\n')}`, {
    hint: 'the modules come from GOPROXY (go env GOPROXY): is it reachable, and is the disk full?',
  });
}

/** One line every few seconds: what is being done, for how long, and how far it is. */
class Progress {
  readonly #start = performance.now();
  readonly #title: string;
  readonly #timer: NodeJS.Timeout;
  #phase = 'resolving and downloading modules';
  #total = 0;
  #done = 0;
  #unit = '';

  constructor(title: string, report: Report) {
    this.#title = title;
    report(`building ${title}, once for all clones of this version (minutes)`);
    this.#timer = setInterval(() => {
      report(this.#line());
    }, progressIntervalMs);
  }

  enter(phase: string, total: number): void {
    this.#phase = phase;
    this.#total = total;
    this.#done = 0;
    this.#unit = '';
  }

  count(unit: string): void {
    this.#done += 1;
    this.#unit = unit;
  }

  elapsed(): string {
    return `${Math.round((performance.now() - this.#start) / 1000)} s`;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #line(): string {
    const of = this.#total > 0 ? ` of at most ${this.#total}` : '';
    const done = this.#done > 0 ? `, ${this.#done}${of} ${this.#unit}` : '';
    return `${this.#title}: ${this.#phase}, ${this.elapsed()}${done}`;
  }
}
