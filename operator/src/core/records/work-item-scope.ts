/** The WorkItem on whose behalf records are stored and read. */
export interface WorkItemScope {
  readonly namespace: string;
  /** Its UID: a WorkItem that is created again under the same name is another one. */
  readonly workItem: string;
}
