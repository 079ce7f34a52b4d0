import { describe, expect, it } from 'vitest';
import { createLogger, type LogLevel } from './logger.ts';

function aLog(level: LogLevel = 'info') {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, logger: createLogger({ level, destination }) };
}

describe('createLogger', () => {
  it('writes a line of JSON with the level as a word and the time in UTC', () => {
    const { lines, logger } = aLog();
    logger.info({ work_item: 'ns/a', duration_ms: 12 }, 'reconciled');
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
        work_item: 'ns/a',
        duration_ms: 12,
        message: 'reconciled',
      },
    ]);
  });

  it('leaves out what is below its level', () => {
    const { lines, logger } = aLog('warn');
    logger.info({}, 'quiet');
    logger.error({}, 'loud');
    expect(lines.map(({ message }) => message)).toEqual(['loud']);
  });

  it('tells an error with its cause', () => {
    const { lines, logger } = aLog();
    logger.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    expect(lines[0]?.err).toMatchObject({ message: expect.stringContaining('inner') as string });
  });

  it('hides secrets', () => {
    const { lines, logger } = aLog();
    logger.info({ token: 't', request: { authorization: 'Bearer x' } }, 'sent');
    expect(JSON.stringify(lines[0])).not.toMatch(/Bearer|"t"/);
  });

  it('gives each line of a child its fields', () => {
    const { lines, logger } = aLog();
    logger.child({ step: 'a' }).warn({}, 'slow');
    expect(lines[0]).toMatchObject({ step: 'a', message: 'slow' });
  });
});
