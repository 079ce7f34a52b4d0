import { createTwoFilesPatch } from 'diff';
import type { JsonValue } from '../../api/json.ts';
import { renderYaml } from '../../core/document/render-yaml.ts';
import { shortDigest } from '../../core/decision/may-decide.ts';
import { paint, printable } from '../paint.ts';
import type { GateView, PendingDecision } from './find-gates.ts';

/** A gate for people: what is asked of whom, what was decided, what is to be approved, and what is new in it. */
export function renderGate(view: GateView, inColour: boolean): string {
  const lines = [
    ...describe(view),
    '',
    ...describeShown(view),
    ...describeChanges(view, inColour),
    ...describeNext(view),
  ];
  return `${lines.join('\n')}\n`;
}

function describe({ namespace, workItem, gate, pending }: GateView): readonly string[] {
  const { name, state, round, message, digest, openedAt, expiresAt, decidedAt, production } = gate;
  const quorum = gate.approvals.map(({ role, count = 1 }) => `${role} × ${count}`).join(', ');
  const asked =
    message === undefined
      ? []
      : message
          .trimEnd()
          .split('\n')
          .map((line) => `  ${printable(line)}`);
  return [
    `${namespace}/${workItem}  gate ${name}: ${state}, round ${round}, since ${openedAt}`,
    ...asked,
    `approvals: ${quorum}${gate.allowRequester ? '' : '; not by whoever made the WorkItem'}`,
    ...(production ? ['production: approving needs the digest'] : []),
    ...(expiresAt === undefined ? [] : [`expires: ${expiresAt}`]),
    ...(decidedAt === undefined ? [] : [`decided: ${decidedAt}`]),
    ...(gate.decisions ?? []).map((each) => {
      const what = each.digest === digest ? each.decision : `${each.decision} an earlier round`;
      return describeDecision(each, `${what}, ${each.at}`);
    }),
    ...pending.map((each) => describeDecision(each, `${each.decision}, not recorded yet`)),
    `digest: ${digest}`,
  ];
}

function describeDecision({ user, role, comment }: PendingDecision, what: string): string {
  return printable(`  ${user} as ${role}: ${what}${comment === undefined ? '' : `: ${comment}`}`);
}

function describeShown({ gate, shown }: GateView): readonly string[] {
  const artifact = gate.content === undefined ? '' : ` The whole is the artifact ${gate.content}.`;
  if (shown === undefined) return [`What is to be approved is not kept in status.${artifact}`];
  if ('beginning' in shown)
    return [
      `What is to be approved begins like this; it is too large to stand in status.${artifact}`,
      '',
      printable(shown.beginning),
    ];
  return ['What is to be approved:', '', ...linesOf(shown.whole)];
}

function describeChanges({ shown, previous, gate }: GateView, inColour: boolean): readonly string[] {
  if (previous === undefined || shown === undefined || !('whole' in shown)) return [];
  if (gate.content === gate.previousContent) return ['', 'It is the same as in the round before.'];
  const [before, now] = [previous, shown.whole].map((value) => `${linesOf(value).join('\n')}\n`);
  const patch = createTwoFilesPatch('the round before', 'this round', before ?? '', now ?? '');
  const changes = patch.trimEnd().split('\n').slice(1);
  return ['', 'What is new in it since the round before:', '', ...changes.map((line) => paintChange(line, inColour))];
}

function paintChange(line: string, inColour: boolean): string {
  if (line.startsWith('+')) return paint('added', line, inColour);
  return line.startsWith('-') ? paint('removed', line, inColour) : line;
}

/** Text of models and users, of which no line steers a terminal. */
const linesOf = (value: JsonValue): readonly string[] => renderYaml(value).trimEnd().split('\n').map(printable);

/** What to paste. Every part is a name of Kubernetes or of Conclave, which no shell takes for something else. */
function describeNext({ namespace, workItem, gate, pending }: GateView): readonly string[] {
  if (gate.state !== 'Open') return [];
  const made = [...(gate.decisions ?? []), ...pending].filter(({ digest }) => digest === gate.digest);
  const isMissing = (role: string, count: number) => made.filter((decision) => decision.role === role).length < count;
  const first = gate.approvals.find(({ role, count = 1 }) => isMissing(role, count)) ?? gate.approvals[0];
  const role = gate.approvals.length > 1 ? ` --role ${first?.role ?? ''}` : '';
  const target = `${workItem} ${gate.name}${role} --digest ${shortDigest(gate.digest)} -n ${namespace}`;
  return ['', 'To decide:', `  conclave approve ${target}`, `  conclave reject ${target} -m 'why'`];
}
