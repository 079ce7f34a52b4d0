const units = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
] as const;

/** A span of time in words, of its two largest units: `1.5 s`, `2 min 5 s`, `3 h`. */
export function formatDuration(seconds: number): string {
  const largest = units.findIndex(([, size]) => Math.round(seconds) >= size);
  const [unit, size] = units[largest] ?? ['s', 1];
  if (size === 1) return `${Math.round(seconds * 10) / 10} s`;
  const [smallerUnit, smallerSize] = units[largest + 1] ?? ['s', 1];
  const parts = Math.round(seconds / smallerSize);
  const ratio = size / smallerSize;
  const rest = parts % ratio;
  return `${Math.floor(parts / ratio)} ${unit}${rest === 0 ? '' : ` ${rest} ${smallerUnit}`}`;
}
