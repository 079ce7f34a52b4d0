import { parseArgs } from 'node:util';

/** What the stand-in was asked for. */
export interface SimulatorArguments {
  readonly help: boolean;
  readonly host: string;
  readonly port: number;
  readonly model: string;
  readonly maxModelLen: number;
  readonly seed: number;
  readonly latencyMs: number;
  readonly scriptFile: string | undefined;
  readonly apiKeyFile: string | undefined;
}

export const usage = `usage: ./hack/model-sim [--port N] [--host ADDRESS] [--script FILE] [--model NAME] [--latency-ms N]
                       [--api-key-file FILE] [--seed N] [--max-model-len N]

Serves the API surface of vLLM with no model behind it, for demos and tests on machines without a GPU: chat with
streaming, tools and response_format; /v1/models, /tokenize, /health, /metrics. Answers are scripted, or drawn at random so
that they fit what is asked for: the same request has the same answer. Every answer's \`model\` ends with "(simulated)".

  --port N             8000 by default; 0 for one that is free
  --host ADDRESS       127.0.0.1 by default: nobody else can reach it
  --script FILE        YAML list of rules {when: {role, step, contains, tool, call}, answer}; the first that matches says
                       the answer: content, json, toolCalls, or a fault that happens to the answer of a later rule
  --model NAME         name under which it is asked for (tiny)
  --served-model-name NAME  the same, as \`vllm serve\` says it: whatever else that knows is then taken, and ignored
  --latency-ms N       time before each answer begins (0)
  --api-key-file FILE  what /v1 and /faults demand as bearer token; the others are open, as vLLM's are
  --seed N             of what is random (0)
  --max-model-len N    tokens of prompt and answer together, four characters each (8192)

Faults while it runs: POST /faults with {"fault": {"kind": …}}, and a "when" like that of a rule; GET and DELETE /faults.
Kinds: latency (ms), status (status, ms for Retry-After), hang (ms), half-stream, wrong-json, wrong-arguments; each with
"times", without which it happens until it is deleted.`;

const options = {
  'served-model-name': { type: 'string' },
  port: { type: 'string', default: '8000' },
  host: { type: 'string', default: '127.0.0.1' },
  script: { type: 'string' },
  model: { type: 'string', default: 'tiny' },
  'latency-ms': { type: 'string', default: '0' },
  'api-key-file': { type: 'string' },
  seed: { type: 'string', default: '0' },
  'max-model-len': { type: 'string', default: '8192' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Reads the command line. @throws Error that says what is wrong */
export function parseArguments(words: readonly string[]): SimulatorArguments {
  const isForVllm = words.some((word) => /^--served-model-name(=|$)/.test(word));
  const { values } = parseArgs({ args: isForVllm ? understood(words) : [...words], options });
  return {
    ...{ help: values.help, host: values.host, model: values['served-model-name'] ?? values.model },
    port: wholeNumber('--port', values.port, { least: 0, most: 65_535 }),
    maxModelLen: wholeNumber('--max-model-len', values['max-model-len'], { least: 16, most: 100_000_000 }),
    seed: wholeNumber('--seed', values.seed, { least: 0, most: 2 ** 32 - 1 }),
    latencyMs: wholeNumber('--latency-ms', values['latency-ms'], { least: 0, most: 3_600_000 }),
    ...{ scriptFile: values.script, apiKeyFile: values['api-key-file'] },
  };
}

/** Where it stands in vLLM's place, it is told much that means nothing to it. */
function understood(words: readonly string[]): string[] {
  const { tokens } = parseArgs({ args: [...words], options, strict: false, tokens: true });
  return tokens.flatMap((token) => {
    if (token.kind !== 'option' || !Object.hasOwn(options, token.name)) return [];
    return token.value === undefined ? [token.rawName] : [`${token.rawName}=${token.value}`];
  });
}

function wholeNumber(flag: string, text: string, { least, most }: { least: number; most: number }): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new Error(`${flag} must be a whole number from ${least} to ${most}, not '${text}'`);
}
