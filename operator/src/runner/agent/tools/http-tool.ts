import type { JsonObject } from '../../../api/json.ts';
import type { OutsideRequest, SendHttp } from './http-port.ts';
import { parameters, ToolFailure, type ToolFunction } from './tool.ts';

/** Time that a call may take, in milliseconds, and bytes that its answer may have. */
const patience = { timeoutMs: 60_000, maxResponseBytes: 1024 * 1024 } as const;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Calls hosts that the task lists, and can be led nowhere else. */
export function httpFunctions(sendHttp: SendHttp): readonly ToolFunction[] {
  return [
    {
      ...{ name: 'http_request', tool: 'http', writes: false },
      description: 'Calls a URL of a host that is allowed, and gives its status, the type of its body, and the body.',
      parameters: parameters(
        {
          url: { type: 'string', maxLength: 8192 },
          method: { enum: methods, description: 'GET by default.' },
          headers: { type: 'object', additionalProperties: { type: 'string', maxLength: 8192 }, maxProperties: 64 },
          body: { type: 'string', maxLength: 1_048_576 },
        },
        ['method', 'headers', 'body'],
      ),
      async run(given, { access, signal }) {
        const answer = await sendHttp(requestOf(given, access.allowedHosts ?? [], access.readOnly === true), signal);
        if (answer.kind === 'failure') throw new ToolFailure(`${answer.reason}: ${answer.message}`);
        const type = answer.headers['content-type'] ?? 'unknown';
        const body = new TextDecoder().decode(answer.body);
        return `Status: ${answer.status}\nContent-Type: ${type}\n\n${body}`;
      },
    },
  ];
}

function requestOf(given: JsonObject, allowedHosts: readonly string[], isReadOnly: boolean): OutsideRequest {
  const {
    url,
    method = 'GET',
    headers = {},
    body,
  } = given as unknown as Pick<OutsideRequest, 'url'> & Partial<OutsideRequest>;
  if (isReadOnly && method !== 'GET' && method !== 'HEAD') throw new ToolFailure(`only GET and HEAD may be sent`);
  // A host that is named in full may be inside; what a pattern stands for is not known.
  const host = URL.parse(url)?.hostname.replace(/^\[(.*)\]$/, '$1');
  const allowPrivateNetworks = host !== undefined && allowedHosts.includes(host);
  return { method, url, headers, body, allowedHosts, allowedBy: 'the role', allowPrivateNetworks, ...patience };
}
