import type { ChatMessage, ModelFailureReason } from '../runner/agent/chat.ts';
import type { TranscriptEntry } from '../runner/agent/transcript.ts';
import type { ModelTurn } from './scripted-model.ts';

/** What one speaker was asked, and what it was answered, each in its order. */
export interface RecordedSpeaker {
  readonly requests: (readonly ChatMessage[])[];
  readonly turns: ModelTurn[];
}

/** Statuses by which a server gives each failure again. */
const statuses: Readonly<Record<ModelFailureReason, number>> = {
  ModelUnavailable: 503,
  ModelUnauthorized: 401,
  ModelNotFound: 404,
  ModelRequestRefused: 422,
  ContextOverflow: 413,
  SecretMissing: 401,
};

/** The entries of a transcript, as its artifact holds them. */
export const readTranscript = (bytes: Buffer): readonly TranscriptEntry[] =>
  bytes
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TranscriptEntry);

/**
 * What a transcript holds of each speaker: enough to let the same work be done again without a model. A try that failed is a turn
 * that fails in the same way.
 */
export function recordedSpeakers(entries: readonly TranscriptEntry[]): ReadonlyMap<string, RecordedSpeaker> {
  const speakers = new Map<string, RecordedSpeaker>();
  const speakerOf = (name = ''): RecordedSpeaker => {
    const known = speakers.get(name) ?? { requests: [], turns: [] };
    speakers.set(name, known);
    return known;
  };
  let last: readonly ChatMessage[] = [];
  for (const entry of entries) {
    if (entry.kind === 'request') {
      last = [...last.slice(0, entry.keeps), ...entry.messages];
      speakerOf(entry.parameters.speaker).requests.push(last);
    } else if (entry.kind === 'answer' || entry.kind === 'failure') {
      speakerOf(entry.speaker).turns.push(turnOf(entry));
    }
  }
  return speakers;
}

function turnOf(entry: Extract<TranscriptEntry, { kind: 'answer' | 'failure' }>): ModelTurn {
  if (entry.kind === 'failure')
    return {
      status: statuses[entry.reason as ModelFailureReason],
      body: { error: { message: entry.message.replace(/^\d+ /, '') } },
    };
  const { text, refusal, toolCalls, finish, usage } = entry.answer;
  return {
    ...{ text, finish, calls: toolCalls },
    ...(refusal !== undefined && { refusal }),
    ...{ promptTokens: usage.promptTokens ?? 0, completionTokens: usage.completionTokens ?? 0 },
  };
}
