import { execFileSync } from 'node:child_process';

const { SYSTEM_NAMESPACE: namespace, EXPECTED_VERSION: expected } = process.env;
const patienceMs = 60_000;

/** Asks again until the answer is right: a Service follows its pods with a delay. */
async function check(what, ask) {
  const endsAt = Date.now() + patienceMs;
  for (;;) {
    const problem = await ask().catch((error) => `${error.message} ${error.cause?.message ?? ''}`);
    if (problem === undefined) break;
    if (Date.now() > endsAt) throw new Error(`${what}: ${problem}`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  console.log(`ok: ${what}`);
}

const status = async (url, wanted) => {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  return response.status === wanted ? undefined : `${url} answers ${response.status}: ${text.trim()}`;
};

await check('the operator is ready', () => status(`http://conclave-operator.${namespace}.svc:9090/readyz`, 200));
await check('the server is ready', () => status(`http://conclave-server.${namespace}.svc:9090/readyz`, 200));
await check('the server speaks TLS, and lets no stranger in', () =>
  status(`https://conclave-server.${namespace}.svc:8443/v1/events`, 401),
);
await check(`the image is version ${expected}`, async () => {
  const { version } = JSON.parse(execFileSync('conclave', ['version', '--output', 'json'], { encoding: 'utf8' }));
  return version === expected ? undefined : `it is ${version}`;
});
