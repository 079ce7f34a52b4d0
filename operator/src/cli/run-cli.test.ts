import { describe, expect, test } from 'vitest';
import { commands } from './commands.ts';
import { runCli } from './run-cli.ts';

const shown = commands.filter(({ isHidden }) => isHidden !== true).map(({ name }) => name);

/** Runs a command line with what comes by standard input, and gives what it wrote. */
async function run(words: readonly string[], input = '', inColour = false) {
  const written = { out: '', err: '' };
  async function* pieces() {
    await Promise.resolve();
    yield new TextEncoder().encode(input);
  }
  const exitCode = await runCli({
    words,
    version: '1.2.3',
    terminal: {
      input: pieces(),
      out: (text) => (written.out += text),
      err: (text) => (written.err += text),
      colours: { out: inColour, err: inColour },
    },
  });
  return { exitCode, ...written };
}

describe('runCli', () => {
  test('shows its help without a command', async () => {
    const { exitCode, out } = await run([]);
    expect(out).toContain('Usage: conclave <command> [arguments]');
    expect(exitCode).toBe(0);
  });

  test.each([
    ['--help', ['validate', '--help']],
    ['help', ['help', 'validate']],
  ])('shows the help of a command by %s', async (_, words) => {
    const { exitCode, out, err } = await run(words);
    expect(out).toContain('-f, --filename <path>');
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  });

  test('tells the version', async () => {
    expect((await run(['version'])).out).toMatch(/^conclave 1\.2\.3\nAPI conclave\.dev\/v1alpha1\nNode /);
  });

  test.each([
    [['validte'], "unknown command 'validte'", 'did you mean conclave validate?'],
    [['help', 'vresion'], "unknown command 'vresion'", 'did you mean conclave version?'],
    [['banana'], "unknown command 'banana'", `commands: ${shown.join(', ')}`],
    [['--colour'], "unknown option '--colour'", 'see conclave --help'],
    [['version', '--outpt', 'json'], "unknown option '--outpt'", 'Did you mean --output?'],
    [
      ['version', 'more'],
      "too many arguments for 'version'. Expected 0 arguments but got 1: more.",
      'see conclave version --help',
    ],
    [['validate', '-f'], "option '-f, --filename <path>' argument missing", 'see conclave validate --help'],
  ])('%j is wrong usage', async (words, message, hint) => {
    expect(await run(words)).toEqual({ exitCode: 2, out: '', err: `error: ${message}\n  hint: ${hint}\n` });
  });

  test.each([['-o', 'json'], ['-ojson'], ['--output=json'], ['--output', 'json']])(
    'fails in JSON for %j %j',
    async (...words) => {
      const { exitCode, out, err } = await run(['validte', ...words.filter((word) => typeof word === 'string')]);
      expect(JSON.parse(out)).toEqual({
        error: {
          code: 409,
          reason: 'Usage',
          message: "unknown command 'validte'",
          hint: 'did you mean conclave validate?',
        },
      });
      expect({ exitCode, err }).toEqual({ exitCode: 2, err: '' });
    },
  );

  test('colours only where it may', async () => {
    const plain = await run(['validate', '-'], 'kind: Pipeline');
    const coloured = await run(['validate', '-'], 'kind: Pipeline', true);
    expect(plain.out).toContain('-:1:1: error: apiVersion is required [RequiredField] (apiVersion)\n');
    expect(coloured.out).toContain('-:1:1: \u001b[1m\u001b[31merror\u001b[39m\u001b[22m: apiVersion is required');
    expect((await run(['x'], '', true)).err).toContain('\u001b[31merror');
  });

  test('writes control characters of a file as escapes', async () => {
    const { out } = await run(['validate', '-'], 'apiVersion: conclave.dev/v1alpha1\nkind: "\\e[2J\\u202e"', true);
    expect(out).toContain(String.raw`unknown kind "\u001b[2J\u202e"`);
  });

  test('calls what nobody foresaw a bug, and says where', async () => {
    const broken = async function* () {
      await Promise.resolve();
      yield 'text' as unknown as Uint8Array;
      throw new TypeError('never foreseen');
    };
    let err = '';
    const terminal = {
      input: broken(),
      out: () => undefined,
      err: (text: string) => void (err += text),
      colours: { out: false, err: false },
    };
    expect(await runCli({ words: ['validate', '-'], terminal, version: '1' })).toBe(1);
    expect(err).toContain('this is a bug: TypeError: never foreseen\n    at ');
  });
});
