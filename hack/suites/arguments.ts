/** The suites, in the order in which they run. */
export const suites = ['checks', 'unit', 'mutation', 'integration', 'e2e', 'vllm'] as const;
export type Suite = (typeof suites)[number];

/** What a run of the tests was asked for. */
export interface TestArguments {
  readonly suites: readonly Suite[];
  /** Only test files whose path contains one of these. */
  readonly filters: readonly string[];
}

export const usage = `usage: ./hack/test [${suites.join('|')}]… [-- FILTER…]

Runs the suites that are named, all of them when none is; installs what they need.
  checks       format, lint with the import table, types, generated files
  unit         no cluster; without filters, the branches of core that tests take are counted too
  mutation     bugs that are planted in a copy of the code: each must be found by the unit tests
  integration  the real API server
  e2e          black box: cluster, images, commands
  vllm         agents on the real vLLM, on CPUs; installs 6 GB, and runs unnamed only where that is done already or
               CONCLAVE_TEST_VLLM=1
FILTER: only test files whose path contains it, such as reflector; of mutations, those whose name, file or sentence does.`;

/** Reads the command line; `hasVllm`: whether its suite runs unnamed, too. @throws Error that says what is wrong */
export function parseArguments(words: readonly string[], hasVllm: boolean): TestArguments {
  const end = words.indexOf('--');
  const named = end === -1 ? words : words.slice(0, end);
  const unknown = named.find((word) => !isSuite(word));
  if (unknown !== undefined) throw new Error(`there is no suite '${unknown}'\n${usage}`);
  const isChosen = (suite: Suite) => (named.length === 0 ? suite !== 'vllm' || hasVllm : named.includes(suite));
  const chosen = suites.filter(isChosen);
  return { suites: chosen, filters: end === -1 ? [] : words.slice(end + 1) };
}

function isSuite(word: string): word is Suite {
  return (suites as readonly string[]).includes(word);
}
