import { writeFileSync } from 'node:fs';
import type { Reporter } from 'vitest/node';

/** The variable that names the file into which the reporter writes. */
export const besideTheTestsFile = 'CONCLAVE_BESIDE_THE_TESTS';

/** What the reporter reads of an error that vitest caught outside of every test. */
interface CaughtError {
  readonly message?: string;
  readonly stack?: string;
  /** The test file that ran, by vitest's own key. */
  readonly VITEST_TEST_PATH?: unknown;
}

/**
 * A reporter of vitest for what goes wrong beside the tests: errors that nothing caught, as a JSON array of texts in the
 * file that `CONCLAVE_BESIDE_THE_TESTS` names. Vitest's JSON report leaves them out, and prints them far above the end.
 */
// eslint-disable-next-line no-restricted-exports -- vitest takes a file's default export as its reporter
export default class BesideTheTests implements Reporter {
  private readonly told: string[] = [];

  onTestRunEnd(_modules: unknown, errors: readonly CaughtError[]): void {
    this.told.push(...errors.map(tell));
    this.write();
  }

  /** Vitest waits for something that keeps its process alive, and ends it in the end. */
  onProcessTimeout(): void {
    this.told.push('something kept the process of vitest from its end');
    this.write();
  }

  private write(): void {
    const file = process.env[besideTheTestsFile];
    if (file !== undefined) writeFileSync(file, JSON.stringify(this.told));
  }
}

function tell({ message = '', stack = '', VITEST_TEST_PATH: file }: CaughtError): string {
  const where = typeof file === 'string' ? `${file}: ` : '';
  return `${where}${stack.includes(message) ? stack : `${message}\n${stack}`}`;
}
