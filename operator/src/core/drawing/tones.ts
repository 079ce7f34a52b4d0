import type { Tone } from './drawing.ts';

/** Fill and line of each tone. What is filled carries dark text, whatever lies behind the picture. */
export const tones: Readonly<Record<Tone, { readonly fill: string; readonly line: string }>> = {
  call: { fill: '#dbeafe', line: '#2563eb' },
  agent: { fill: '#ede9fe', line: '#7c3aed' },
  code: { fill: '#dcfce7', line: '#16a34a' },
  data: { fill: '#cffafe', line: '#0891b2' },
  control: { fill: '#e5e7eb', line: '#4b5563' },
  gate: { fill: '#fee2e2', line: '#dc2626' },
  result: { fill: '#fef3c7', line: '#d97706' },
};

/** Text on a fill. */
export const inkColour = '#1f2328';
/** Stands out equally well from white and from black. */
export const middleGrey = '#767676';
/** Arrows that act rather than wait. */
export const actColour = '#d1490f';

/** Arrows that act: they activate steps, or send the run back. */
export function acts(kind: string): boolean {
  return kind !== 'needs' && kind !== 'after' && kind !== 'chooses' && kind !== 'finally';
}
