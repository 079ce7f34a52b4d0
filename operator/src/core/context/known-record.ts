import type { JsonObject } from '../../api/json.ts';

/** What a run has on record and a step may be told of: a result, a decision or a transition of its own WorkItem. */
export interface KnownRecord {
  readonly kind: 'result' | 'decision' | 'transition';
  /** Path of the step, name of the gate, or name of the action. */
  readonly name: string;
  /** Outputs, or what there is to say of a decision; none while they are only in the artifact store. */
  readonly fields?: JsonObject;
  /** Where the fields are when they are not at hand. */
  readonly stored?: { readonly digest: string; readonly sizeBytes: number };
  /** How many steps lie between, where the step that is told depends on it: 1 for what it depends on directly. */
  readonly distance?: number;
  /** When it was recorded, RFC 3339. */
  readonly at: string;
}
