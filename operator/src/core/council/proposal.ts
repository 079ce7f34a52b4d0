import type { JsonValue } from '../../api/json.ts';
import { digestOf } from '../digest.ts';

/** What a member has proposed. */
export interface Proposal {
  readonly member: string;
  readonly content: JsonValue;
  /** Of the content: equal proposals have equal digests. */
  readonly digest: string;
}

/** A proposal and its digest. */
export const makeProposal = (member: string, content: JsonValue): Proposal => ({
  ...{ member, content },
  digest: digestOf(content),
});

/** A member and how much its judgement counts. */
export interface Voter {
  readonly name: string;
  readonly weight: number;
}

/**
 * The order of proposals that are equally good: by their digests, which no member can choose without changing what it
 * proposes; by name where two have proposed the same.
 */
export function compareProposals(left: Proposal, right: Proposal): number {
  return compareTexts(left.digest, right.digest) || compareTexts(left.member, right.member);
}

const compareTexts = (left: string, right: string): number => (left < right ? -1 : Number(left > right));
