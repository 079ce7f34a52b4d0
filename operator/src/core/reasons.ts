/** Types of the conditions that objects of Conclave carry. */
export const conditionTypes = {
  /** Of a Pipeline: whether it can run. */
  valid: 'Valid',
  /** Of a WorkItem: whether it was let in, its start approved where that is asked for. */
  accepted: 'Accepted',
  /** Of a WorkItem: whether it has begun and not ended. */
  running: 'Running',
  /** Of a WorkItem: how it ended; `Unknown` while it runs. */
  succeeded: 'Succeeded',
  /** Of a WorkItem: whether people have to decide. */
  waitingForDecision: 'WaitingForDecision',
} as const;

/** Reasons of the condition `Valid`: one word each, that programs may rely on. */
export const validReasons = {
  /** Every check has passed; there may be warnings. */
  allChecksPassed: 'AllChecksPassed',
  /** Level 1: the object does not fit the schema of its kind. */
  schemaInvalid: 'SchemaInvalid',
  /** Level 2: something that it names is not there, of another kind, or not allowed. */
  referencesInvalid: 'ReferencesInvalid',
  /** Level 3: a step can never run, or a value is not there when it is wanted. */
  dataFlowInvalid: 'DataFlowInvalid',
  /** Level 4: no node can hold a pod, or the budget cannot suffice. */
  resourcesInvalid: 'ResourcesInvalid',
} as const;

/** Reasons of the Kubernetes Events that the operator records. */
export const eventReasons = {
  /** A Pipeline has become valid. */
  pipelineValid: 'PipelineValid',
  /** A Pipeline has become invalid, or is invalid for another reason. */
  pipelineInvalid: 'PipelineInvalid',
} as const;
