import { createServer, type Server } from 'node:https';

/** An artifact service that remembers what it was sent and answers as it is told to, else with 201; for tests. */
export class ScriptedArtifacts {
  readonly stored = new Map<string, Buffer>();
  readonly tokens: (string | undefined)[] = [];
  answers: number[] = [];
  #server: Server | undefined;
  url = '';

  async listen(certificate: { readonly cert: string; readonly key: string }): Promise<void> {
    const server = createServer(certificate, (request, response) => {
      const digest = (request.url ?? '').replace('/v1/artifacts/', '');
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.tokens.push(request.headers.authorization);
        const status = this.answers.shift() ?? (request.method === 'PUT' ? 201 : 200);
        if (status === 201) this.stored.set(digest, Buffer.concat(chunks));
        response.writeHead(status).end(status === 200 ? this.stored.get(digest) : errorBody);
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.url = `https://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  close(): void {
    this.#server?.close();
  }
}
const errorBody = JSON.stringify({ error: { message: 'no room left' } });
