const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long ago something was, as kubectl writes it: `42s`, `7m`, `3h`, `12d`. Empty when nobody says when. */
export function formatAge(at: string | undefined, nowMs: number): string {
  const ageMs = Math.max(0, nowMs - Date.parse(at ?? ''));
  if (Number.isNaN(ageMs)) return '';
  if (ageMs < 2 * minuteMs) return `${Math.floor(ageMs / 1000)}s`;
  if (ageMs < 2 * hourMs) return `${Math.floor(ageMs / minuteMs)}m`;
  return ageMs < 2 * dayMs ? `${Math.floor(ageMs / hourMs)}h` : `${Math.floor(ageMs / dayMs)}d`;
}
