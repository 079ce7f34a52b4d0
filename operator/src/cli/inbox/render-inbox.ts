import { paint, printable } from '../paint.ts';
import type { InboxEntry } from './collect-inbox.ts';

/** The inbox for people: what is asked, and below it the command that decides. */
export function renderInbox(entries: readonly InboxEntry[], inColour: boolean): string {
  if (entries.length === 0) return 'nothing waits for you\n';
  return entries.map((entry) => `${describe(entry)}\n  ${paint('dim', commandFor(entry), inColour)}\n`).join('');
}

function describe({ namespace, workItem, kind, name, role, since, message }: InboxEntry): string {
  const what = kind === 'approval' ? 'gate' : 'action';
  const [line = ''] = message.split('\n');
  const said = line === '' ? '' : `: ${line}`;
  return printable(`${namespace}/${workItem}  ${what} ${name} as ${role}, since ${since}${said}`);
}

/** What to paste. Every part is a name of Kubernetes or of Conclave, which no shell takes for something else. */
export function commandFor({ namespace, workItem, kind, name, role, shown }: InboxEntry): string {
  const verb = kind === 'approval' ? `approve ${workItem} ${name}` : `act ${workItem} ${name}`;
  return `conclave ${verb} --role ${role} --digest ${shown} -n ${namespace}`;
}
