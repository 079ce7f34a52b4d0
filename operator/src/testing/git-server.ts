import { execFileSync, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Git's own server of repositories over HTTP; for tests. */
export class GitServer {
  /** What was asked, and with what. */
  readonly asked: { readonly url: string; readonly authorization: string | undefined }[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Serves the repositories of a folder; with an answer of its own instead, where one is given. */
  static async start(
    root: string,
    instead: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
  ): Promise<GitServer> {
    const server = createServer((request, response) => {
      started.asked.push({ url: request.url ?? '', authorization: request.headers.authorization });
      if (!instead(request, response)) serve(root, request, response);
    });
    const started = new GitServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** By CGI. Version 2 of the protocol is not spoken: servers of old give no commit by its name. */
function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '', 'http://x');
  const backend = spawn('git', ['http-backend'], {
    env: {
      ...{ PATH: process.env['PATH'], GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: pathname },
      ...{ QUERY_STRING: search.slice(1), REQUEST_METHOD: request.method, REMOTE_ADDR: '127.0.0.1' },
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  backend.on('error', () => response.destroy());
  backend.stdin.on('error', () => undefined);
  // Whoever asked has gone: git would wait for the rest of the request for ever.
  request.on('close', () => {
    if (!request.complete) backend.kill('SIGKILL');
  });
  request.pipe(backend.stdin);
  const parts: Buffer[] = [];
  backend.stdout.on('data', (part: Buffer) => parts.push(part));
  backend.on('close', () => {
    const all = Buffer.concat(parts);
    const end = all.indexOf('\r\n\r\n');
    if (end === -1) {
      response.destroy();
      return;
    }
    const lines = all.subarray(0, end).toString().split('\r\n');
    const headers = Object.fromEntries(lines.map((line) => line.split(': ', 2) as [string, string]));
    const status = Number.parseInt(headers['Status'] ?? '200', 10);
    delete headers['Status'];
    response.writeHead(status, headers).end(all.subarray(end + 4));
  });
}

/** Runs git in a folder, as a user would; for tests. */
export function git(folder: string, ...args: readonly string[]): string {
  const who = ['-c', 'user.name=T', '-c', 'user.email=t@t.invalid', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', ['-C', folder, ...who, ...args], { encoding: 'utf8' }).trim();
}
