/** What operator and runner agree on beside the schemas of their documents; the runner begins sooner without zod. */

/** Where a pod writes its result. */
export const resultPath = '/conclave/result.json';

/** Exit codes of a runner's container. */
export const exitCodes = { done: 0, retryable: 10, terminal: 20, limitReached: 30 } as const;

/**
 * Reason of a failure after which nobody knows whether what was asked for was carried out. Where trying again may do harm
 * (`retryable` is false), what follows is for the Method to say: `idempotent`, `onUnknown`.
 */
export const answerLost = 'AnswerLost';

/** Most bytes that a termination message may have; what is larger is uploaded and referred to by its digest. */
export const maxTerminationMessageBytes = 1024;
