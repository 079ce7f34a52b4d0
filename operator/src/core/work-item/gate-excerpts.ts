import type { GateStatus } from '../../api/gate-status.ts';
import type { JsonValue } from '../../api/json.ts';
import { defined, without } from '../defined.ts';
import { canonicalJson } from '../digest.ts';
import type { Run } from './run.ts';

/** UTF-8 bytes of what gates show that status may hold: of one gate, and of all gates of a run together. */
export const mostShownBytes = { gate: 8_192, run: 16_384 } as const;

/** What status holds of what people are shown: the whole lies in the artifact store, which not everybody reaches. */
export type GateExcerpts = Pick<GateStatus, 'shown' | 'previousShown'>;

/**
 * What a gate shows now, cut where there is no room for all of it, and what it showed in the round before, where that can stand
 * beside it: a part of it could not be compared. What was decided at other gates makes room for it.
 */
export function takeExcerpts(run: Run, name: string, content: JsonValue): GateExcerpts {
  const text = canonicalJson(content);
  const others = [...run.gates.values()].filter((gate) => gate.name !== name);
  const isShort = Math.min(sizeOf(text), mostShownBytes.gate) > roomBeside(others);
  const decided = isShort ? others.filter(({ state }) => state !== 'Open') : [];
  for (const gate of decided) run.gates.set(gate.name, withoutExcerpts(gate));
  const room = roomBeside(others.filter((gate) => !decided.includes(gate)));
  const shown = cutTo(Math.min(mostShownBytes.gate, room), text);
  const before = run.gates.get(name)?.shown;
  const fits = before !== undefined && sizeOf(before) + sizeOf(shown) <= room;
  return defined({ shown, previousShown: fits ? before : undefined });
}

/** A gate that is decided. What it showed stays: the next round is compared with it. */
export function closeGateAs(gate: GateStatus, state: Exclude<GateStatus['state'], 'Open'>, now: string): GateStatus {
  return { ...without(gate, 'previousShown'), state, decidedAt: now };
}

/** A gate that shows nobody anything any more. */
export const withoutExcerpts = (gate: GateStatus): GateStatus => without(gate, 'shown', 'previousShown');

const roomBeside = (gates: readonly GateStatus[]): number =>
  gates.reduce<number>((room, gate) => room - sizeOf(gate.shown) - sizeOf(gate.previousShown), mostShownBytes.run);

const encoder = new TextEncoder();

const sizeOf = (text: string | undefined): number => (text === undefined ? 0 : encoder.encode(text).length);

/** The beginning of a text that takes so many bytes at most; no character is cut in two. */
function cutTo(bytes: number, text: string): string | undefined {
  if (bytes <= 0) return undefined;
  const { read } = encoder.encodeInto(text, new Uint8Array(bytes));
  return text.slice(0, read);
}
