/** Types of the conditions that objects of Conclave carry. */
export const conditionTypes = {
  /** Of a Pipeline: whether it can run. */
  valid: 'Valid',
  /** Of a Model: whether it answers. */
  ready: 'Ready',
  /** Of a WorkItem: whether it was let in, its start approved where that is asked for. */
  accepted: 'Accepted',
  /** Of a WorkItem: whether it has begun and not ended. */
  running: 'Running',
  /** Of a WorkItem: how it ended; `Unknown` while it runs. */
  succeeded: 'Succeeded',
  /** Of a WorkItem: whether people have to decide. */
  waitingForDecision: 'WaitingForDecision',
  /** Of a WorkItem that is to be done by a time: whether that has passed before it was. */
  overdue: 'Overdue',
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

/** Reasons of the condition `Ready`: one word each, that programs may rely on. */
export const readyReasons = {
  /** It answers, and serves the model. */
  available: 'Available',
  /** Nobody answers at its address, or whoever does is not well. */
  unreachable: 'Unreachable',
  /** The operator may not call its address: the machine itself, a cloud's metadata, or a host that the Tenant does not allow. */
  addressRefused: 'AddressRefused',
  /** It answers, but does not serve the model. */
  notListed: 'NotListed',
  /** The API key is missing or wrong. */
  unauthorized: 'Unauthorized',
  /** The Secret with the API key is not there, or has not the key. */
  secretMissing: 'SecretMissing',
  /** What is in the Secret cannot be an API key. */
  secretInvalid: 'SecretInvalid',
  /** The ConfigMap with the certificate authority is not there, or has not the key. */
  authorityMissing: 'AuthorityMissing',
  /** What is in the ConfigMap is no certificate. */
  authorityInvalid: 'AuthorityInvalid',
  /** What answers does not speak the API. */
  invalidAnswer: 'InvalidAnswer',
  /** Its pods start. */
  starting: 'Starting',
  /** Nobody has needed it for a while: no pod runs it, and the next step that asks it starts one. */
  asleep: 'Asleep',
  /** It has no server of its own: each Job that asks it brings one. */
  onDemand: 'OnDemand',
  /** An object of the name that it needs is there already and is another's. */
  nameTaken: 'NameTaken',
  /** It spans nodes, and the cluster has no LeaderWorkerSet. */
  leaderWorkerSetMissing: 'LeaderWorkerSetMissing',
  /** The operator may not make what it needs. */
  forbidden: 'Forbidden',
  /** The namespace's quota is used up. */
  quotaExceeded: 'QuotaExceeded',
  /** What it asks for makes no valid object. */
  objectInvalid: 'ObjectInvalid',
} as const;

/** Reasons of the Kubernetes Events that the operator records. */
export const eventReasons = {
  /** A Pipeline has become valid. */
  pipelineValid: 'PipelineValid',
  /** A Pipeline has become invalid, or is invalid for another reason. */
  pipelineInvalid: 'PipelineInvalid',
} as const;
