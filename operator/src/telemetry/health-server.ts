import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the three endpoints answer from. */
export interface HealthServerParts {
  /** Why the process should be restarted; empty when it is well. */
  readonly whyUnhealthy: () => readonly string[];
  /** Why it cannot do its work now; empty when it can. */
  readonly whyNotReady: () => readonly string[];
  /** Metrics in the text format of Prometheus. */
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> };
}

/** A server that listens. */
export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves `/healthz`, `/readyz` and `/metrics`, on IPv4 and IPv6 without a host. Port 0 takes any free one. */
export async function serveHealth(
  parts: HealthServerParts,
  address: { readonly port: number; readonly host?: string },
): Promise<RunningServer> {
  const server = createServer((request, response) => {
    void answer(parts, request, response);
  });
  await listen(server, address);
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

async function answer(parts: HealthServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?')[0];
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    send(response, 405, 'only GET is answered\n');
    return;
  }
  switch (path) {
    case '/healthz': {
      verdict(response, parts.whyUnhealthy());
      return;
    }
    case '/readyz': {
      verdict(response, parts.whyNotReady());
      return;
    }
    case '/metrics':
      return sendMetrics(response, parts.metrics);
    default: {
      send(response, 404, 'there is /healthz, /readyz and /metrics\n');
      return;
    }
  }
}

function verdict(response: ServerResponse, problems: readonly string[]): void {
  if (problems.length === 0) send(response, 200, 'ok\n');
  else send(response, 503, problems.map((problem) => `${problem}\n`).join(''));
}

async function sendMetrics(response: ServerResponse, metrics: HealthServerParts['metrics']): Promise<void> {
  try {
    send(response, 200, await metrics.metrics(), metrics.contentType);
  } catch (error) {
    send(response, 500, `metrics could not be collected: ${String(error)}\n`);
  }
}

function send(response: ServerResponse, status: number, body: string, contentType = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
}

function listen(server: Server, { port, host }: { readonly port: number; readonly host?: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
