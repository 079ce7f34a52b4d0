import { freePort } from '../../cluster/free-port.ts';
import { installVllm, vllmModel, VllmServer } from '../../vllm/vllm-server.ts';
import type { LocalScenario } from '../scenario.ts';
import { rounded } from '../statistics.ts';
import { measurePrefixHits } from './measure-council.ts';
import { ModelServer } from './model-server.ts';

const sizes = [3, 8];
const leastHits = 0.8;

/** Deliberations of the agent runner on the real vLLM. */
export const councilVllmScenario: LocalScenario = {
  name: 'council-vllm',
  needs: 'nothing',
  summary: "how much of a council's prompts the real vLLM has read already; installs it on the first run (6 GB)",
  usualRounds: 2,
  async run({ rounds, report }) {
    await installVllm(report);
    const [host, port] = ['127.0.0.1', await freePort()];
    const vllm = await VllmServer.start({ host, port });
    try {
      const server = new ModelServer(`http://${host}:${port}`, vllmModel);
      const found: { readonly members: number; readonly hits: number }[] = [];
      for (const members of sizes) {
        report(`councils of ${members} members`);
        found.push({ members, hits: rounded(await measurePrefixHits(server, members, rounds), 2) });
      }
      return {
        rows: found.map(({ members, hits }) => ({ members, 'prefix hits': hits })),
        requirements: found.map(({ members, hits }) => ({
          ...{ name: `prefixes read already, of ${members}`, measured: hits, atLeast: leastHits },
        })),
        figures: { prefixHitRatio: Math.min(...found.map(({ hits }) => hits)) },
        notes: [
          `The smallest of ${rounds} deliberations of two rounds and the judging by peers, on a tiny model of random weights.`,
          'From round two on, tokens that vLLM found in its prefix cache, over those with which each prompt begins like the one',
          'before it, roles aside.',
        ],
      };
    } finally {
      await vllm.stop();
    }
  },
};
