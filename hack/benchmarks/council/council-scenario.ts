import type { LocalScenario } from '../scenario.ts';
import { rounded } from '../statistics.ts';
import { type CouncilFigures, measureCouncil } from './measure-council.ts';

const sizes = [3, 8, 16];
const most = 1.3;
const leastHits = 0.9;

/** Deliberations of the agent runner, on a stand-in for a model server with a time of its own for each member. */
export const councilScenario: LocalScenario = {
  name: 'council',
  needs: 'nothing',
  summary:
    "a round of a council beside its slowest member's answer, and how much of its prompts the server has read already",
  usualRounds: 3,
  async run({ rounds, report }) {
    const found: CouncilFigures[] = [];
    for (const size of sizes) {
      report(`councils of ${size} members`);
      found.push(await measureCouncil(size, rounds));
    }
    return {
      rows: found.map(rowOf),
      requirements: found.flatMap((figures) => [
        { name: `a round of ${figures.members} over its slowest member`, measured: ratioOf(figures), atMost: most },
        { name: `prefixes read already, of ${figures.members}`, measured: hitsOf(figures), atLeast: leastHits },
      ]),
      figures: {
        roundOverSlowest: Math.max(...found.map(ratioOf)),
        prefixHitRatio: Math.min(...found.map(hitsOf)),
      },
      notes: [
        `Medians of ${rounds} deliberations of two rounds and the judging by peers; members answer after 150 to 400 ms.`,
        'The slowest member is one question to it by itself, in turns with the deliberations.',
        'Prefixes: from round two on, tokens that the server found in its cache, over those with which each prompt begins like',
        'the one before it, roles aside. The stand-in compares prompts as vLLM does, in blocks of 16 tokens.',
      ],
    };
  },
};

const ratioOf = ({ roundMs, slowestMs }: CouncilFigures) => rounded(roundMs / slowestMs, 2);
const hitsOf = ({ prefixHitRatio }: CouncilFigures) => rounded(prefixHitRatio, 2);

const rowOf = (figures: CouncilFigures) => ({
  members: figures.members,
  'slowest ms': rounded(figures.slowestMs, 0),
  'round ms': rounded(figures.roundMs, 0),
  'round/slowest': ratioOf(figures),
  'prefix hits': hitsOf(figures),
});
