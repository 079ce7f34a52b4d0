import type { JsonObject } from '../../api/json.ts';
import type { Method } from '../../api/method.ts';
import type { TenantSpec } from '../../api/tenant.ts';
import type { Usage } from '../../api/usage.ts';
import { checkAgainstSchema } from '../../core/method/check-against-schema.ts';
import { parseHttpBody } from '../../core/method/parse-http-body.ts';
import type { Redaction } from '../../core/method/redact.ts';
import { type HttpBlock, type RenderedHttpRequest, renderHttpRequest } from '../../core/method/render-http-request.ts';
import { shapeHttpAnswer } from '../../core/method/shape-http-answer.ts';
import type { AttemptOutcome } from '../../core/work-item/observed.ts';
import type { StartAttempt } from '../../core/work-item/work-item-plan.ts';
import type { HttpCaller } from './http-caller.ts';
import { outcomeOfFailure, outcomeOfProblem, outcomeOfStatus } from './http-outcome.ts';
import type { HttpAnswer } from './http-request.ts';
import type { Operation } from './operation.ts';
import { readAnswerText } from './read-answer-text.ts';
import { type ReadSecret, readSecretHeaders } from './secret-headers.ts';

/** What the call of a Method needs. */
export interface MethodCall {
  readonly caller: HttpCaller;
  /** Of type `http`, or `model` with `http`. */
  readonly method: Method;
  readonly start: Pick<StartAttempt, 'step' | 'inputs' | 'timeoutSeconds'>;
  readonly namespace: string;
  /** The same whenever this attempt is sent, and no other attempt's. */
  readonly idempotencyKey: string;
  readonly readSecret: ReadSecret;
  readonly tenant?: Pick<TenantSpec, 'allowed'> | undefined;
  readonly now?: () => Date;
}

/**
 * The call of a Method over HTTP, as an attempt. Its outputs are in the outcome; a call that was sent has cost what its
 * Method says. Values of Secrets show in no message and no output.
 */
export function methodCall(call: MethodCall): Operation {
  return async (signal) => {
    const { spec, metadata } = call.method;
    const http = spec.type === 'http' || spec.type === 'model' ? spec.http : undefined;
    if (http === undefined) {
      const message = `the Method ${metadata.name} says no \`http\`, so it cannot be called by the operator`;
      return outcomeOfProblem({ code: 'MethodNotCallable', message });
    }
    const unfit = spec.inputs && checkAgainstSchema(spec.inputs, call.start.inputs, 'the inputs');
    if (unfit !== undefined) return outcomeOfProblem(unfit);
    // A step is JSON: it stands so in the Pipeline.
    const step = call.start.step as unknown as JsonObject;
    const rendered = renderHttpRequest(http, { inputs: call.start.inputs, step });
    return 'problem' in rendered ? outcomeOfProblem(rendered.problem) : send(call, http, rendered.value, signal);
  };
}

async function send(
  call: MethodCall,
  http: HttpBlock,
  request: RenderedHttpRequest,
  signal: AbortSignal,
): Promise<AttemptOutcome> {
  const { namespace, readSecret, method, start, tenant } = call;
  const secrets = await readSecretHeaders({ namespace, readSecret, headersFrom: http.headersFrom ?? [] });
  if ('outcome' in secrets) return secrets.outcome;
  const isSafe = request.method === 'GET';
  const timeoutSeconds = Math.min(start.timeoutSeconds, method.spec.timeoutSeconds ?? Infinity);
  const answer = await call.caller.call(
    {
      ...{ ...request, headers: { ...request.headers, ...secrets.headers }, scope: namespace },
      ...{ timeoutMs: timeoutSeconds * 1000, allowedHosts: tenant?.allowed?.hosts },
      ...{ allowPrivateNetworks: http.allowPrivateNetworks, idempotencyKey: isSafe ? undefined : call.idempotencyKey },
    },
    signal,
  );
  const outcome =
    answer.kind === 'failure' ? outcomeOfFailure(answer, isSafe) : judge(call, http, answer, secrets.redaction);
  const wasSent = answer.kind === 'answer' || answer.sent;
  return { ...withoutSecrets(outcome, secrets.redaction), ...(wasSent && usedBy(method)) };
}

function judge({ method, now }: MethodCall, http: HttpBlock, answer: HttpAnswer, redaction: Redaction): AttemptOutcome {
  const failed = outcomeOfStatus(answer, now?.() ?? new Date());
  if (failed !== undefined) return failed;
  const text = readAnswerText(answer);
  if ('problem' in text) return outcomeOfProblem(text.problem);
  // Some servers say what they were told: secrets are hidden before anything reads the answer.
  const body = parseHttpBody(redaction.content(text.value), answer.headers['content-type']);
  if ('problem' in body) return outcomeOfProblem(body.problem);
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name, redaction.content(value)]),
  );
  const values = { status: answer.status, headers, body: body.value };
  const shaped = shapeHttpAnswer({ result: http.result, schema: method.spec.outputs }, values);
  return 'problem' in shaped ? outcomeOfProblem(shaped.problem) : { result: 'Succeeded', outputs: shaped.value };
}

function withoutSecrets(outcome: AttemptOutcome, redaction: Redaction): AttemptOutcome {
  return outcome.message === undefined ? outcome : { ...outcome, message: redaction.message(outcome.message) };
}

function usedBy({ spec: { costUnits } }: Method): { readonly used: Usage } | undefined {
  return costUnits === undefined ? undefined : { used: { costUnits } };
}
