import type { WorkItem } from '../../api/work-item.ts';

/** What a person sees and does in a cluster by their own account. */
export interface Person {
  /** The namespace of the context. */
  readonly namespace: string;
  /** Who the API server says they are. */
  user(): Promise<string>;
  /** Whether they have a right of conclave.dev on an object of this name. */
  may(right: {
    readonly namespace: string;
    readonly verb: string;
    readonly resource: string;
    readonly name: string;
  }): Promise<boolean>;
  get(namespace: string, name: string): Promise<WorkItem>;
  /** Of one namespace, or of all. */
  list(namespace: string | undefined): AsyncIterable<WorkItem>;
  /** Adds one annotation, and nothing else. */
  annotate(workItem: WorkItem, key: string, value: string): Promise<void>;
  close(): Promise<void>;
}
