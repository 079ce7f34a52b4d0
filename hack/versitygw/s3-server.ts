/** A real S3 server for tests: versitygw, whose buckets are folders. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../cluster/free-port.ts';
import { binaryPath, ensureBinary } from '../cluster/go-build.ts';
import { s3Program } from '../cluster/go-programs.ts';
import { waitUntil } from '../cluster/wait-until.ts';

/** A server that runs, with one empty bucket. */
export class S3Server {
  /** Who may do everything, as the variables that clients of S3 read. */
  static readonly credentials = { AWS_ACCESS_KEY_ID: 'test-user', AWS_SECRET_ACCESS_KEY: 'test-password' } as const;

  readonly endpoint: string;
  readonly bucket = 'bucket';
  /** What the bucket holds lies in here, by its keys. */
  readonly bucketFolder: string;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(endpoint: string, folder: string, child: ChildProcess) {
    this.endpoint = endpoint;
    this.#folder = folder;
    this.bucketFolder = join(folder, this.bucket);
    this.#process = child;
  }

  /** Starts it on an address of this machine, and waits until it answers. @throws ClusterError */
  static async start(host: string): Promise<S3Server> {
    const { name } = s3Program();
    const program = binaryPath(name, await ensureBinary(s3Program(), () => undefined));
    const folder = mkdtempSync(join(tmpdir(), 's3-'));
    const address = `${host}:${await freePort()}`;
    const { AWS_ACCESS_KEY_ID: access, AWS_SECRET_ACCESS_KEY: secret } = S3Server.credentials;
    const args = ['--port', address, '--access', access, '--secret', secret, 'posix', folder];
    const server = new S3Server(`http://${address}`, folder, spawn(program, args, { stdio: 'ignore' }));
    try {
      mkdirSync(server.bucketFolder);
      await waitUntil('the S3 server answers', () => fetch(server.endpoint).then(isTrue, isFalse), { intervalMs: 50 });
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Ends it, and removes what it held. */
  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    if (this.#process.kill()) await ended;
    rmSync(this.#folder, { recursive: true });
  }
}

const isTrue = () => true;
const isFalse = () => false;
