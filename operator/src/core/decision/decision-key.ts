import { group } from '../../api/kind.ts';

/** What a decision's annotation says by its key: what is decided, and the slot that it stands in. */
export interface DecisionKey {
  /** A gate that is approved or rejected, or an action of the lifecycle that is taken. */
  readonly kind: 'approval' | 'action';
  /** Name of the gate or of the action. */
  readonly name: string;
  /** Role that the person acts in. */
  readonly role: string;
  /** Which of the role's decisions it is, from 1: a quorum has as many slots as it asks for people. */
  readonly index: number;
}

/** What the keys of decisions begin with, by kind. */
export const decisionPrefixes = { approval: `approval.${group}/`, action: `action.${group}/` } as const;

const kinds = ['approval', 'action'] as const;

/** Whether an annotation claims to be a decision. */
export function isDecisionKey(key: string): boolean {
  return kinds.some((kind) => key.startsWith(decisionPrefixes[kind]));
}

// As api/names.ts has them. No part of a role between dashes is a number alone: `qa-2` is the second of `qa`.
const role = '[a-z][a-z0-9]*(?:-[0-9]*[a-z][a-z0-9]*)*';
const slots = {
  approval: new RegExp(`^(?<name>[a-z0-9][a-z0-9-]*)\\.(?<role>${role})(?:-(?<index>[2-9]))?$`),
  action: new RegExp(`^(?<name>[a-z][a-z0-9_]*)\\.(?<role>${role})(?:-(?<index>[2-9]))?$`),
} as const;
const longestName = 30;

/** Reads the key of an annotation; undefined when it is not that of a decision as they are written. */
export function parseDecisionKey(key: string): DecisionKey | undefined {
  const kind = kinds.find((each) => key.startsWith(decisionPrefixes[each]));
  const groups = kind && slots[kind].exec(key.slice(decisionPrefixes[kind].length))?.groups;
  if (kind === undefined || groups === undefined) return undefined;
  const { name = '', role = '', index = '1' } = groups;
  if (name.length > longestName || role.length > longestName) return undefined;
  return { kind, name, role, index: Number(index) };
}

/** The slot of a decision: its annotation's key without the prefix. */
export function formatSlot({ name, role, index }: Omit<DecisionKey, 'kind'>): string {
  return index === 1 ? `${name}.${role}` : `${name}.${role}-${index}`;
}

/** The annotation's key. */
export function formatDecisionKey(key: DecisionKey): string {
  return `${decisionPrefixes[key.kind]}${formatSlot(key)}`;
}

/** The annotation that says who made a WorkItem, as it was stamped. */
export const requesterAnnotation = `${group}/requested-by`;
