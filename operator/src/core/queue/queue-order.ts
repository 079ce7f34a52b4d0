import { priorities } from '../../api/work-item.ts';

/** A WorkItem that waits for its turn. */
export interface QueueEntry {
  readonly uid: string;
  /** `namespace/name`. */
  readonly key: string;
  readonly project: string | undefined;
  readonly priority: number;
  /** RFC 3339. */
  readonly createdAt: string;
}

/** Priorities of a namespace. */
export interface PriorityRules {
  readonly defaultPriority?: string | undefined;
  readonly priorities?: readonly { readonly name: string; readonly value: number }[] | undefined;
}

const usual: ReadonlyMap<string, number> = new Map(Object.entries(priorities));

/** The priority of a WorkItem as a number; a name that nobody knows counts as `normal`, which validation has warned of. */
export function priorityOf(priority: string | number | undefined, rules: PriorityRules): number {
  const asked = priority ?? rules.defaultPriority ?? 'normal';
  if (typeof asked === 'number') return asked;
  const own = rules.priorities?.find(({ name }) => name === asked)?.value;
  return own ?? usual.get(asked) ?? priorities.normal;
}

/**
 * Which of two goes first: the greater priority, then the older, then by name. Negative when it is the first; zero only for
 * the same WorkItem, since one may be made again under its name within the second.
 */
export function compareQueued(one: QueueEntry, other: QueueEntry): number {
  if (one.priority !== other.priority) return other.priority - one.priority;
  if (one.createdAt !== other.createdAt) return one.createdAt < other.createdAt ? -1 : 1;
  if (one.key !== other.key) return one.key < other.key ? -1 : 1;
  if (one.uid !== other.uid) return one.uid < other.uid ? -1 : 1;
  return 0;
}
