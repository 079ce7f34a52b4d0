import type { JsonObject, JsonValue } from '../../api/json.ts';
import { ballot, givenScore } from '../../api/runner-result.ts';
import type { StepStatus } from '../../api/step-status.ts';
import { type GivenRanking, type GivenScore, longestBallot } from '../council/judgements.ts';
import { canonicalJson } from '../digest.ts';
import type { Frame } from './frame.ts';
import { pathIn } from './frame.ts';
import type { Run } from './run.ts';

/** What was said in a stage, by those who said anything. */
export type SaidInStage = ReadonlyMap<string, JsonObject>;

/**
 * What those who spoke in a stage have said, by their names; `unread` while some of it has to be read first. Whoever failed, and
 * whoever's ballot is gone or too long, has said nothing.
 */
export function readBallots(run: Run, frame: Frame): SaidInStage | 'unread' {
  const said = (frame.loop?.children ?? []).map(({ name }, index, nodes) => {
    const node = nodes[index];
    const record = node && run.record(pathIn(frame, node));
    return [name, record?.phase === 'Succeeded' ? readBallot(run, record) : undefined] as const;
  });
  // Every one is asked for at once, so that one reading is enough.
  if (said.some(([, content]) => content === 'unread')) return 'unread';
  return new Map(said.flatMap(([name, content]) => (typeof content === 'object' ? [[name, content]] : [])));
}

function readBallot(run: Run, record: StepStatus): JsonObject | 'unread' | undefined {
  const { outputsRef } = record;
  if (
    outputsRef !== undefined &&
    (outputsRef.sizeBytes > longestBallot * mostBytesOfCharacter || run.isGone(outputsRef.digest))
  )
    return undefined;
  const content = run.outputsOf(record);
  if (content === undefined) return 'unread';
  return isObject(content) && isCanonical(content) ? content : undefined;
}

const mostBytesOfCharacter = 3;

/** Whether it can be told by a digest: halves of characters, and lists without end, are no answers. */
function isCanonical(content: JsonObject): boolean {
  try {
    return canonicalJson(content).length <= longestBallot;
  } catch {
    return false;
  }
}

/** Outputs that were stored may be anything: whoever stored them need not be whom we started. */
const isObject = (content: JsonValue): content is JsonObject =>
  typeof content === 'object' && content !== null && !Array.isArray(content);

/** What a member proposes; undefined when that is nothing. */
export function proposalIn(content: JsonObject): JsonValue | undefined {
  return Object.hasOwn(content, 'proposal') ? content['proposal'] : undefined;
}

/** Scores that fit; others count for nothing. */
export function scoresIn(content: JsonObject): readonly GivenScore[] {
  const { scores } = content;
  if (!Array.isArray(scores)) return [];
  return scores.slice(0, mostScores).flatMap((score) => givenScore.safeParse(score).data ?? []);
}

/** More than there can be proposals. */
const mostScores = 64;

/** A ranked ballot; undefined when it is none. */
export function rankingIn(content: JsonObject): GivenRanking | undefined {
  const { ranking, comment } = ballot.safeParse(content).data ?? {};
  return ranking && { ranking, comment };
}
