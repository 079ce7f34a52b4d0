import { answerLost, exitCodes } from '../../api/runner-contract.ts';
import { terminationMessage, type TerminationMessage } from '../../api/runner-result.ts';
import { defined } from '../defined.ts';
import type { AttemptOutcome } from '../work-item/observed.ts';
import type { TerminatedView } from './child-views.ts';

/** A message that cannot be read says nothing: a program that ignores the contract, or somebody else's words. */
export function parseTermination(text: string | undefined): TerminationMessage | undefined {
  if (!hasText(text)) return undefined;
  try {
    const parsed = terminationMessage.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** How an attempt ended whose deciding container has ended by itself. */
export function outcomeOf(container: string, ended: TerminatedView): AttemptOutcome {
  const said = parseTermination(ended.message);
  if (ended.exitCode !== exitCodes.done || (said !== undefined && said.outcome !== 'succeeded'))
    return failed(container, ended, said);
  return said === undefined && hasText(ended.message) ? unreadable(container, ended.message) : succeeded(said);
}

const hasText = (message: string | undefined): message is string => message !== undefined && message !== '';

/** The outputs are in what cannot be read: to go on without them would lose them quietly. */
function unreadable(container: string, message: string): AttemptOutcome {
  const words = `the container ${container} ended well, but its termination message cannot be read: ${message.slice(0, 200)}`;
  return { result: 'Failed', reason: 'ResultUnreadable', message: words, exitCode: exitCodes.done, retryable: true };
}

function succeeded(said: TerminationMessage | undefined): AttemptOutcome {
  const { outputs, digest, sizeBytes = 0, usage, resultDigest } = said ?? {};
  const where = digest === undefined ? { outputs: outputs ?? {} } : { outputsRef: { digest, sizeBytes } };
  return { result: 'Succeeded', ...where, ...defined({ used: usage, resultDigest }) };
}

function failed(container: string, ended: TerminatedView, said: TerminationMessage | undefined): AttemptOutcome {
  const { exitCode } = ended;
  const { error, usage, resultDigest } = said ?? {};
  return {
    result: error !== undefined && isUnknown(error) ? 'Unknown' : 'Failed',
    exitCode,
    reason: error?.reason ?? reasonOf(ended, said),
    message: error?.message ?? describe(container, ended, said),
    retryable: error?.retryable ?? !isFinal(exitCode),
    ...defined({ used: usage, resultDigest }),
  };
}

/** Of what may be asked for again without harm it does not matter. */
const isUnknown = ({ reason, retryable }: NonNullable<TerminationMessage['error']>) =>
  reason === answerLost && !retryable;

const reasonOf = ({ exitCode, reason }: TerminatedView, said: TerminationMessage | undefined) =>
  said?.outcome === 'limit' || exitCode === exitCodes.limitReached ? 'LimitReached' : wordFor(reason);

/** Codes of the runner's contract that say that trying again cannot help. */
const isFinal = (exitCode: number) => exitCode === exitCodes.terminal || exitCode === exitCodes.limitReached;

/** Kubernetes says `Error` of every exit code but 0, and better words of what it did itself: `OOMKilled`. */
const wordFor = (reason: string | undefined) =>
  reason === undefined || reason === 'Error' || reason === 'Completed' ? 'ContainerFailed' : reason;

function describe(
  container: string,
  { exitCode, message }: TerminatedView,
  said: TerminationMessage | undefined,
): string {
  // A contract message that carries no error is no text for people.
  const last = said === undefined ? message?.trim() : undefined;
  const words = `the container ${container} ended with ${exitCode}`;
  return hasText(last) ? `${words}: ${last}` : words;
}
