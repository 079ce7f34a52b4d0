import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { systemClock } from '../../operator/src/kube/clock.ts';
import type { Answer } from './answer.ts';
import { ApiError } from './api-error.ts';
import type { ChatRequest } from './chat-request.ts';
import { complete, type Completion, renderCompletion } from './completion.ts';
import { abandonment, sendHalf, sendJson } from './exchange.ts';
import type { Fault } from './fault.ts';
import type { PrefixLookup } from './prefix-cache.ts';
import type { SimulatorMetrics } from './simulator-metrics.ts';
import { spoilAnswer } from './spoil-answer.ts';
import { renderEvent, streamChunks } from './stream-chunks.ts';

/** A request that was understood, what is said to it, and what goes wrong. */
export interface Turn {
  readonly request: ChatRequest;
  readonly answer: Answer;
  readonly faults: readonly Fault[];
  readonly prefix: PrefixLookup;
  /** Tokens that the answer may have. */
  readonly mostTokens: number;
  /** The name that the answer bears. */
  readonly model: string;
  /** Milliseconds before the answer begins. */
  readonly latencyMs: number;
}

/** Sends the answer of a turn, or the faults instead, and counts how it ended. */
export async function answerChat(turn: Turn, response: ServerResponse, metrics: SimulatorMetrics): Promise<void> {
  const end = metrics.begin(turn.prefix);
  const gone = abandonment(response);
  await systemClock.sleep(delayOf(turn), gone);
  const completion = completionOf(turn);
  const stopped = gone.aborted ? 'gone' : await stopInstead(turn, response, gone);
  if (stopped !== undefined) {
    end(stopped === 'error' ? 'error' : 'abort');
    return;
  }
  const isCut = turn.faults.some(({ kind }) => kind === 'half-stream');
  if (turn.request.stream === true) sendStream(turn.request, completion, { response, isCut });
  else if (isCut) sendHalf(response, JSON.stringify(renderCompletion(completion)));
  else sendJson(response, 200, renderCompletion(completion));
  end(isCut ? 'abort' : endReasonOf(completion), completion);
}

const delayOf = ({ latencyMs, faults }: Turn): number =>
  faults.reduce((sum, fault) => sum + (fault.kind === 'latency' ? fault.ms : 0), latencyMs);

const endReasonOf = ({ finishReason }: Completion) => (finishReason === 'length' ? 'length' : 'stop');

function completionOf({ request, answer, faults, prefix, mostTokens, model }: Turn): Completion {
  const spoilt = faults.reduce((left, fault) => spoilAnswer(left, fault, request), answer);
  const frame = { id: `chatcmpl-${randomUUID().replaceAll('-', '')}`, created: Math.floor(Date.now() / 1000), model };
  return complete(spoilt, request, { ...frame, promptTokens: prefix.queried, cachedTokens: prefix.hit, mostTokens });
}

/** Does what a fault does instead of answering; says how it ended, or nothing where the answer may go out. */
async function stopInstead(
  { faults }: Turn,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<'error' | 'gone' | undefined> {
  for (const fault of faults) {
    if (fault.kind === 'status') {
      sendStatus(response, fault);
      return 'error';
    }
    if (fault.kind === 'hang') {
      await systemClock.sleep(fault.ms ?? Number.POSITIVE_INFINITY, gone);
      response.destroy();
      return 'gone';
    }
  }
  return undefined;
}

const statusTypes: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  401: 'Unauthorized',
  404: 'NotFoundError',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  503: 'ServiceUnavailable',
};

function sendStatus(response: ServerResponse, { status, ms }: Extract<Fault, { kind: 'status' }>): void {
  const error = new ApiError(status, statusTypes[status] ?? 'SimulatedError', 'a fault that was asked for (simulated)');
  sendJson(response, status, error.body, ms === undefined ? {} : { 'retry-after': String(Math.ceil(ms / 1000)) });
}

interface Sending {
  readonly response: ServerResponse;
  readonly isCut: boolean;
}

function sendStream(request: ChatRequest, completion: Completion, { response, isCut }: Sending): void {
  const events = [...streamChunks(completion, request.stream_options?.include_usage === true)].map(renderEvent);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  const sent = isCut ? events.slice(0, Math.ceil(events.length / 2)) : [...events, renderEvent('[DONE]')];
  for (const event of sent.slice(0, -1)) response.write(event);
  if (isCut) response.write(sent.at(-1) ?? '', () => response.destroy());
  else response.end(sent.at(-1));
}
