import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const fixture = fileURLToPath(new URL('investigation.yaml', import.meta.url));
/** Where the example of record stands, beside the repository; a clone on its own has none. */
const record = fileURLToPath(new URL('../../../../../shared/examples/investigation.yaml', import.meta.url));

describe('the investigation example', () => {
  test.runIf(existsSync(record))('is the example of record, to the byte', () => {
    expect(readFileSync(fixture, 'utf8')).toBe(readFileSync(record, 'utf8'));
  });
});
