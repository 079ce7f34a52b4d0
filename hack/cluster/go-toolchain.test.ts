import { expect, it } from 'vitest';
import { isNewEnoughGo } from './go-toolchain.ts';

it.each(['go1.26', 'go1.26.8', 'go1.27rc1', 'go2.0'])('%s builds the programs', (version) => {
  expect(isNewEnoughGo(version)).toBe(true);
});

it.each(['go1.25.9', 'go1.9', 'go0.1', 'devel'])('%s does not', (version) => {
  expect(isNewEnoughGo(version)).toBe(false);
});
