import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '../../api/step/step.ts';
import { parseHttpBody } from '../../core/method/parse-http-body.ts';
import { evaluateResult } from '../../core/method/shape-http-answer.ts';
import { compileExpression } from '../../core/expression/expression.ts';
import { describeValue } from '../../core/validation/describe-value.ts';
import type { AttemptOutcome } from '../../core/work-item/observed.ts';
import type { HttpCaller } from './http-caller.ts';
import { outcomeOfProblem } from './http-outcome.ts';
import type { HttpAnswer } from './http-request.ts';
import type { Operation } from './operation.ts';
import { readAnswerText } from './read-answer-text.ts';

/** What a `wait_for_asset` step asks for by HTTP. */
export type HttpProbeSpec = NonNullable<Extract<Step, { type: 'wait_for_asset' }>['http']>;

/** How it is asked. */
export interface HttpProbeOptions {
  readonly caller: HttpCaller;
  /** With its templates resolved. */
  readonly probe: HttpProbeSpec;
  readonly pollIntervalSeconds?: number | undefined;
  readonly namespace: string;
  readonly allowedHosts?: readonly string[] | undefined;
  readonly allowPrivateNetworks?: boolean | undefined;
  /** Time that one look may take, in milliseconds; 10 s by default. */
  readonly lookTimeoutMs?: number | undefined;
}

/** A wait for something that answers by HTTP. */
export interface HttpProbe {
  /** Looks until it is ready. What passes is waited out; only what can never become ready is a failure. */
  readonly operation: Operation;
  /** What the last look saw, in words; undefined before the first. */
  readonly lastSeen: () => string | undefined;
}

const DEFAULT_INTERVAL_SECONDS = 5;
const DEFAULT_LOOK_TIMEOUT_MS = 10_000;

type Look = { readonly outcome: AttemptOutcome } | { readonly seen: string };

/** A wait for something that answers by HTTP; when the operation is called off, `lastSeen` says what it waited for. */
export function httpProbe(options: HttpProbeOptions): HttpProbe {
  const { probe, pollIntervalSeconds = DEFAULT_INTERVAL_SECONDS } = options;
  let seen: string | undefined;
  const operation: Operation = async (signal) => {
    const compiled = probe.expression === undefined ? undefined : compileExpression(probe.expression);
    if (compiled !== undefined && 'problem' in compiled) {
      return outcomeOfProblem({ ...compiled.problem, code: 'ExpressionFailed' });
    }
    for (;;) {
      const look = await lookOnce(options, signal);
      if ('outcome' in look) return look.outcome;
      seen = look.seen;
      await sleep(pollIntervalSeconds * 1000, undefined, { signal });
    }
  };
  return { operation, lastSeen: () => seen };
}

async function lookOnce(options: HttpProbeOptions, signal: AbortSignal): Promise<Look> {
  const { caller, probe, namespace, allowedHosts, allowPrivateNetworks, lookTimeoutMs } = options;
  const answer = await caller.call(
    {
      ...{
        method: 'GET',
        url: probe.url,
        headers: { accept: 'application/json' },
        scope: namespace,
        usesBreaker: false,
      },
      ...{ timeoutMs: lookTimeoutMs ?? DEFAULT_LOOK_TIMEOUT_MS, allowedHosts, allowPrivateNetworks },
    },
    signal,
  );
  if (answer.kind === 'answer') return judgeLook(probe, answer);
  const { reason, message, retryable } = answer;
  if (retryable || reason === 'AnswerUnreadable') return { seen: message };
  return { outcome: { result: 'Failed', reason, message, retryable: false } };
}

function judgeLook({ expectedStatus, expression }: HttpProbeSpec, answer: HttpAnswer): Look {
  const { status, headers } = answer;
  const isExpected = expectedStatus === undefined ? status >= 200 && status < 300 : status === expectedStatus;
  if (!isExpected) return { seen: `it answered ${status}, not ${expectedStatus ?? '2xx'}` };
  const text = readAnswerText(answer);
  const body = 'problem' in text ? { value: null } : parseHttpBody(text.value, headers['content-type']);
  const value = 'problem' in body ? null : body.value;
  const ready: Look = { outcome: { result: 'Succeeded', outputs: { status, body: value } } };
  if (expression === undefined) return ready;
  // A field that is not there yet is waited for: an expression that has no value is not true.
  const found = evaluateResult(expression, { status, headers, body: value });
  if ('problem' in found)
    return { seen: `it answered ${status}; the expression has no value: ${found.problem.message}` };
  if (found.value === true) return ready;
  return { seen: `it answered ${status}; the expression is ${describeValue(found.value)}` };
}
