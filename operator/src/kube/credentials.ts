import { statSync } from 'node:fs';
import { asError } from './exchange.ts';
import { KubeconfigError, type Authentication, type LoadedKubeconfig } from './kubeconfig.ts';

/** How credentials stay fresh. */
export interface CredentialsOptions {
  /** Reads the kubeconfig from disk. */
  readonly load: () => Promise<LoadedKubeconfig>;
  /** Age at which files and plugins are asked again, in milliseconds. */
  readonly refreshMs?: number;
  /** Longest wait for an exec plugin or token endpoint, in milliseconds. */
  readonly timeoutMs?: number;
  /** A refresh failed and the last good credentials stay in use. */
  readonly onProblem?: (error: Error) => void;
}

/** At most one forced renewal in this time: a refused user must not start an exec plugin with every request. */
const renewalPauseMs = 1_000;

/** The credentials in use: kept for some seconds, read anew from disk after that and whenever the server refuses them. */
export class Credentials {
  readonly #options: Required<CredentialsOptions>;
  #kubeconfig: LoadedKubeconfig | undefined;
  #stamps = '';
  #current: Authentication | undefined;
  #staleAt = 0;
  #renewableAt = 0;
  #pending: Promise<Authentication> | undefined;

  constructor(options: CredentialsOptions) {
    this.#options = { refreshMs: 10_000, timeoutMs: 30_000, onProblem: () => undefined, ...options };
  }

  /**
   * Credentials for the next request.
   * @throws KubeconfigError when there never were any
   */
  current(): Authentication | Promise<Authentication> {
    if (this.#current !== undefined && performance.now() < this.#staleAt) return this.#current;
    return this.#refresh(false).catch((error: unknown) => {
      if (this.#current === undefined) throw error;
      this.#staleAt = performance.now() + this.#options.refreshMs;
      this.#options.onProblem(asError(error));
      return this.#current;
    });
  }

  /** The namespace of the context in use, once `current` has answered. */
  get namespace(): string | undefined {
    return this.#kubeconfig?.namespace;
  }

  /**
   * After the server refused `rejected`: everything is read anew, plugins run again. Undefined when that gave nothing
   * else to try.
   */
  async renew(rejected: Authentication): Promise<Authentication | undefined> {
    if (this.#pending !== undefined) {
      await this.#pending.catch(() => undefined);
    } else if (this.#current === rejected && performance.now() >= this.#renewableAt) {
      this.#renewableAt = performance.now() + renewalPauseMs;
      await this.#refresh(true);
    }
    return this.#current === rejected ? undefined : this.#current;
  }

  /** The next request looks at the files again: no connection could be made, perhaps certificates were rotated. */
  suspect(): void {
    this.#staleAt = Math.min(this.#staleAt, performance.now() + renewalPauseMs);
  }

  #refresh(force: boolean): Promise<Authentication> {
    this.#pending ??= this.#read(force).finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #read(force: boolean): Promise<Authentication> {
    // Of before they are read: what changes meanwhile shows at the next look.
    const stamps = this.#kubeconfig && stampsOf(this.#kubeconfig.files);
    if (this.#kubeconfig === undefined || force || stamps !== this.#stamps) {
      this.#kubeconfig = await this.#options.load();
      this.#stamps = stamps ?? stampsOf(this.#kubeconfig.files);
    }
    const read = await this.#authenticate(this.#kubeconfig);
    this.#staleAt = performance.now() + this.#options.refreshMs;
    this.#current = this.#current !== undefined && isSame(this.#current, read) ? this.#current : read;
    return this.#current;
  }

  async #authenticate(kubeconfig: LoadedKubeconfig): Promise<Authentication> {
    const { timeoutMs } = this.#options;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new KubeconfigError(`it gave no credentials within ${timeoutMs / 1000} s; does its plugin hang?`));
    }, timeoutMs);
    try {
      return await Promise.race([kubeconfig.authenticate(), late.promise]);
    } catch (error) {
      throw new KubeconfigError(`${kubeconfig.origin}: ${asError(error).message}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

function isSame(one: Authentication, other: Authentication): boolean {
  return one.connectionKey === other.connectionKey && JSON.stringify(one.headers) === JSON.stringify(other.headers);
}

/** Changes when a file is written or replaced. A missing file is a change too; reading it will say so. */
function stampsOf(files: readonly string[]): string {
  return files
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
      return stat === undefined ? 'missing' : `${stat.ino}:${stat.size}:${stat.mtimeNs}`;
    })
    .join(' ');
}
