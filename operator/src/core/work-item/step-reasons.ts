/** Why a step is in its phase: one word each, that programs may rely on. Failures of executors bring words of their own. */
export const stepReasons = {
  // Pending
  /** A check, a route or a failed step has activated it. */
  activated: 'Activated',
  /** A person sent the work back, so it begins again. */
  sentBack: 'SentBack',
  /** A retry of what failed was asked for. */
  retryRequested: 'RetryRequested',
  /** A step that it depends on has not ended yet. Told on request; no record says it. */
  waitingForDependencies: 'WaitingForDependencies',
  /** Nothing has activated it yet. Told on request. */
  waitingForActivation: 'WaitingForActivation',
  /** As many steps as may run at the same time are running. Told on request. */
  parallelismReached: 'ParallelismReached',
  /** The lifecycle is in a state in which the step may not run. */
  waitingForState: 'WaitingForState',

  // Running
  /** An attempt is under way. */
  attemptRunning: 'AttemptRunning',
  /** Its parts are under way. */
  partsRunning: 'PartsRunning',

  // Waiting
  /** The next attempt is due later. */
  waitingToRetry: 'WaitingToRetry',
  /** People have to decide. */
  waitingForDecision: 'WaitingForDecision',
  /** The policies that make decisions trustworthy are missing. */
  policyMissing: 'PolicyMissing',
  /** An asset is not there yet. */
  waitingForAsset: 'WaitingForAsset',
  /** It failed, and its fallback has not ended yet. */
  fallbackRunning: 'FallbackRunning',
  /** The budget is reserved by other steps of the run. */
  waitingForBudget: 'WaitingForBudget',

  // Succeeded
  completed: 'Completed',
  /** An earlier result was taken from the cache. */
  cacheHit: 'CacheHit',
  /** The result of the run that is replayed was taken over. */
  replayed: 'Replayed',
  /** It failed, and its fallback succeeded. */
  fallbackUsed: 'FallbackUsed',
  /** People approved. */
  approved: 'Approved',
  /** A check failed, and a person accepted that. */
  acceptedByDecision: 'AcceptedByDecision',

  // Failed
  /** All attempts that its policy allows have failed. */
  attemptsExhausted: 'AttemptsExhausted',
  /** It failed, and its fallback did not succeed either. */
  fallbackFailed: 'FallbackFailed',
  /** It failed in a way that trying again cannot mend. */
  notRetryable: 'NotRetryable',
  /** It took longer than it may. */
  timedOut: 'TimedOut',
  /** An input or another template has no value. */
  inputUnresolved: 'InputUnresolved',
  /** A result that it needs, its own or that of another step, is gone from the artifact store. */
  artifactGone: 'ArtifactGone',
  /** An expression has no value, or none that can be used. */
  expressionFailed: 'ExpressionFailed',
  /** A declared output is not in the result. */
  outputMissing: 'OutputMissing',
  /** One of its parts failed. */
  partFailed: 'PartFailed',
  /** A check of a validation step failed. */
  checksFailed: 'ChecksFailed',
  /** People rejected. */
  rejected: 'Rejected',
  /** Nobody decided in time. */
  expired: 'Expired',
  /** It could cost more than may still be spent. */
  budgetExceeded: 'BudgetExceeded',
  /** It has more iterations, or its run more steps, than can be recorded. */
  tooManyIterations: 'TooManyIterations',
  /** The results of its iterations are too large together. */
  resultsTooLarge: 'ResultsTooLarge',
  /** A gate cannot be opened here: inside a loop, or beyond the sixteen that a run may have. */
  gateImpossible: 'GateImpossible',
  /** The answer of a call that may not be sent twice was lost. */
  outcomeUnknown: 'OutcomeUnknown',

  // Skipped
  /** Its `when` is false. */
  conditionFalse: 'ConditionFalse',
  branchNotTaken: 'BranchNotTaken',
  routeNotTaken: 'RouteNotTaken',
  /** Nothing activated it, and nothing can any more. */
  notActivated: 'NotActivated',
  dependencyFailed: 'DependencyFailed',
  dependencySkipped: 'DependencySkipped',
  /** What it is a part of was skipped. */
  parentSkipped: 'ParentSkipped',
  /** The run, the loop or the group ended before it began. Told on request; no record says it. */
  runEnded: 'RunEnded',

  // Cancelled
  runCancelled: 'RunCancelled',
  runTimedOut: 'RunTimedOut',
  /** The lifecycle has left the states in which it may run. It begins again when one of them is entered. */
  stateLeft: 'StateLeft',
  /** The Pod was lost through no fault of its own (an eviction, a preemption); a new attempt follows. */
  disrupted: 'Disrupted',
} as const;
export type StepReason = (typeof stepReasons)[keyof typeof stepReasons];

/** Why a WorkItem is in its phase. */
export const runReasons = {
  notAccepted: 'NotAccepted',
  waitingForQuota: 'WaitingForQuota',
  waitingForStart: 'WaitingForStart',
  stepsRunning: 'StepsRunning',
  stepsWaiting: 'StepsWaiting',
  suspended: 'Suspended',
  exitStepsRunning: 'ExitStepsRunning',
  allStepsSucceeded: 'AllStepsSucceeded',
  /** Its lifecycle has come to an end, or to something. */
  lifecycleEnded: 'LifecycleEnded',
  /** Its lifecycle would move by itself for ever. */
  lifecycleCircles: 'LifecycleCircles',
  /** Its lifecycle would begin in production, where nobody has approved it. */
  beginsInProduction: 'BeginsInProduction',
  /** It replays what another Pipeline has done. */
  replayOfAnotherPipeline: 'ReplayOfAnotherPipeline',
  stepFailed: 'StepFailed',
  exitStepFailed: 'ExitStepFailed',
  timedOut: 'TimedOut',
  cancelled: 'Cancelled',
  startRejected: 'StartRejected',
  inputsInvalid: 'InputsInvalid',
  outputsUnresolved: 'OutputsUnresolved',
  /** Nothing runs and nothing can: the pipeline cannot go on. Validation finds such pipelines. */
  stuck: 'Stuck',
  /** What the run was pinned to is gone, or is not what it was. */
  revisionLost: 'RevisionLost',
  /** More steps than status can hold. */
  tooManySteps: 'TooManySteps',
  /** A state that cannot be: a mistake in Conclave itself. */
  impossibleState: 'ImpossibleState',
} as const;

/** Failures that no retry policy tries again (design of retries: schema mismatch, policy denial, budget). */
export const neverRetried: ReadonlySet<string> = new Set([
  'SchemaMismatch',
  'PolicyDenied',
  stepReasons.budgetExceeded,
  stepReasons.outputMissing,
  stepReasons.inputUnresolved,
  stepReasons.expressionFailed,
]);
