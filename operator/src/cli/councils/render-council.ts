import type { Council } from '../../api/council.ts';
import { renderTable } from '../output/render-table.ts';
import { paint, printable } from '../paint.ts';

/** The deliberations of a Council that its status remembers, with the WorkItem of each where it is still there. */
export interface RecentDeliberation {
  readonly workItem: string;
  readonly step: string;
  readonly at: string;
  readonly winner: string;
}

/** What a Council has done so far, for people: totals, how its members have done, its last deliberations. */
export function renderCouncil(council: Council, recent: readonly RecentDeliberation[], inColour: boolean): string {
  const facts = factsOf(council);
  const width = Math.max(...facts.map(([name]) => name.length)) + 3;
  const lines = facts.map(([name, text]) => `${paint('dim', name.padEnd(width), inColour)}${printable(text)}\n`);
  return [...lines, renderMembers(council), renderRecent(recent)].join('');
}

type Fact = readonly [name: string, text: string];

function factsOf({ metadata, spec, status = {} }: Council): readonly Fact[] {
  const { deliberations = 0, withoutWinner = 0, agreement, totalTokens, costUnits, lastDeliberationTime } = status;
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return [
    ['Council', `${metadata.namespace ?? ''}/${metadata.name}`],
    ['Strategy', spec.strategy],
    ['Ready', ready === undefined ? 'Unknown' : `${ready.status} (${ready.reason}: ${ready.message})`],
    ['Deliberations', `${deliberations}, ${withoutWinner} of them without a winner`],
    ...factWhere('Agreement', agreement, (share) => `${Math.round(share * 100)} % had the winner first`),
    ...factWhere('Tokens', totalTokens, String),
    ...factWhere('Cost', costUnits, String),
    ...factWhere('Last', lastDeliberationTime, String),
  ];
}

/** None, where nothing is known of it. */
const factWhere = <T>(name: string, value: T | undefined, describe: (value: T) => string): readonly Fact[] =>
  value === undefined ? [] : [[name, describe(value)]];

function renderMembers({ status = {} }: Council): string {
  const { members = [] } = status;
  if (members.length === 0) return '\nno member has made a proposal yet\n';
  const rows = [...members]
    .sort((one, other) => other.wins - one.wins)
    .map(({ name, wins, proposals, meanScore }) => [
      name,
      String(wins),
      String(proposals),
      meanScore === undefined ? '' : meanScore.toFixed(2),
    ]);
  return `\n${renderTable(['Member', 'Wins', 'Proposals', 'Mean score'], rows)}`;
}

function renderRecent(recent: readonly RecentDeliberation[]): string {
  if (recent.length === 0) return '';
  const rows = recent.map(({ at, workItem, step, winner }) => [at, workItem, step, winner]);
  return `\n${renderTable(['Deliberated at', 'WorkItem', 'Step', 'Winner'], rows)}`;
}
