/** Inside the sandbox: calls `execute(inputs)` of a program in JavaScript and writes one answer. usage: PROGRAM ANSWER_FD */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const maxFrames = 5;
const [program, answerFd] = [resolve(process.argv[2]), Number(process.argv[3])];
const declared = Symbol.for('conclave.execute');

/** What `execute` returns, whether the program is a module or a script, and whether it exports or only declares it. */
async function call(inputs) {
  appendFileSync(
    program,
    "\n;globalThis[Symbol.for('conclave.execute')] = typeof execute === 'function' ? execute : undefined;\n",
  );
  const module = await import(pathToFileURL(program).href);
  const execute = [module.execute, module.default?.execute, module.default, globalThis[declared]].find(
    (candidate) => typeof candidate === 'function',
  );
  if (execute === undefined) throw new SyntaxError('the program defines no function `execute(inputs)`');
  return await execute(inputs);
}

/** The error in a line, and the program's own lines that led there, the innermost first. */
function describe(error) {
  if (!(error instanceof Error)) return `${typeof error} thrown: ${String(error)}`;
  const places = [...String(error.stack).matchAll(/(?:at (?:async )?(\S+) \()?[^\s(]*\/program\.js:(\d+)/g)].map(
    ([, name, line]) => (name === undefined ? `line ${line}` : `line ${line} in ${name}`),
  );
  const words = `${error.name}: ${error.message}`;
  return places.length === 0 ? words : `${words} (${places.slice(0, maxFrames).join(', called from ')})`;
}

/** JSON has neither NaN nor infinities, and would quietly have `null` instead. */
function refuseWhatIsLost(_key, value) {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} is no JSON number`);
  return value;
}

const failure = (reason, message, retryable) =>
  JSON.stringify({ error: { reason, message: message.slice(0, 4096), retryable } });

async function answerTo(inputs) {
  let value;
  try {
    value = await call(inputs);
  } catch (error) {
    console.error(error);
    const reason = error instanceof SyntaxError ? 'ProgramInvalid' : 'ProgramFailed';
    return failure(reason, describe(error), error?.retryable === true);
  }
  try {
    return JSON.stringify({ value: value ?? null }, refuseWhatIsLost);
  } catch (error) {
    return failure('ResultNotJson', `the result cannot be written as JSON: ${error.message}`, false);
  }
}

writeFileSync(answerFd, await answerTo(JSON.parse(readFileSync(0, 'utf8'))));
process.exit(0); // timers and threads that the program left do not keep it
