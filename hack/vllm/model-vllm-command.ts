/** `./hack/model-vllm`: the real vLLM on this machine's CPUs, in the foreground. */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { runMain } from '../cluster/run-main.ts';
import { installVllm, vllmModel, VllmServer } from './vllm-server.ts';

const usage = `usage: ./hack/model-vllm [--port N] [--host ADDRESS]

Serves a tiny model of random weights with the real vLLM, on CPUs. What it says is nonsense that fits the schema asked for:
for tests against vLLM's own scheduler, errors and metrics. Installed on the first run: some minutes, 6 GB, without a GPU.

  --port N        8000 by default
  --host ADDRESS  127.0.0.1 by default: nobody else can reach it`;

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8000' },
      host: { type: 'string', default: '127.0.0.1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  await installVllm((line) => console.error(`conclave: ${line}`));
  const server = await VllmServer.start({ host: values.host, port: Number(values.port), isTalkative: true });
  console.log(`${server.url} answers as '${vllmModel}'`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void server.stop());
  await once(server.process, 'exit');
});
