/** Requests to an instance's API server as its administrator; starting kubectl for each would take half a second. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { certificateFiles } from './certificates.ts';
import { ClusterError } from './cluster-error.ts';
import type { InstancePaths } from './paths.ts';

export interface ApiAnswer {
  /** 0 when there was no answer. */
  readonly status: number;
  readonly body: string;
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** One request; never throws, 0 as the status means that nobody answered within five seconds. */
export type ApiClient = (request: ApiRequest) => Promise<ApiAnswer>;

/** A client for the API server at an address, with the administrator's certificate. */
export function apiClient(paths: InstancePaths, nodeAddress: string): ApiClient {
  const admin = certificateFiles(paths.certificates, 'admin');
  const tls = {
    ca: readFileSync(certificateFiles(paths.certificates, 'ca').certificate),
    cert: readFileSync(admin.certificate),
    key: readFileSync(admin.key),
  };
  return ({ method = 'GET', path, body, contentType = 'application/json' }) =>
    new Promise((resolve) => {
      const headers = body === undefined ? {} : { 'content-type': contentType };
      const target = { host: nodeAddress, port: 6443, method, path, headers, timeout: 5_000, ...tls };
      const call = request(target, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: text });
        });
        response.on('error', () => {
          resolve({ status: 0, body: text });
        });
      });
      call.on('timeout', () => call.destroy());
      call.on('error', () => {
        resolve({ status: 0, body: '' });
      });
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

/** Creates or replaces an object by server-side apply; throws ClusterError with what the server said. */
export async function applyObject(api: ApiClient, path: string, object: unknown): Promise<void> {
  const answer = await api({
    method: 'PATCH',
    path: `${path}?fieldManager=conclave-up&force=true`,
    contentType: 'application/apply-patch+yaml',
    body: object,
  });
  if (answer.status < 200 || answer.status > 299) {
    throw new ClusterError(`the API server refused ${path}: ${answer.status} ${answer.body.slice(0, 500)}`);
  }
}

/** How many nodes are ready, of all or of those that a label selector selects; 0 when nobody answers. */
export async function countReadyNodes(api: ApiClient, labelSelector = ''): Promise<number> {
  const { status, body } = await api({ path: `/api/v1/nodes?labelSelector=${encodeURIComponent(labelSelector)}` });
  if (status !== 200) return 0;
  const { items } = JSON.parse(body) as { items: { status: { conditions?: { type: string; status: string }[] } }[] };
  return items.filter((node) => node.status.conditions?.some((it) => it.type === 'Ready' && it.status === 'True'))
    .length;
}
