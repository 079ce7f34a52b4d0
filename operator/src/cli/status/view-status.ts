import type { WorkItem } from '../../api/work-item.ts';
import type { Account } from '../cluster/account.ts';
import { entriesOf } from '../inbox/collect-inbox.ts';
import { StepSource } from './load-steps.ts';
import { renderStatus, type StatusView } from './render-status.ts';

/** Shows WorkItems with all that one may know of them. What is asked of the API server is asked once. */
export class StatusViews {
  readonly #account: Account;
  readonly #steps: StepSource;
  readonly #inColour: boolean;
  #user: Promise<string> | undefined;

  constructor(account: Account, inColour: boolean) {
    [this.#account, this.#steps, this.#inColour] = [account, new StepSource(account), inColour];
  }

  /** A WorkItem as it stands now, for people. */
  async render(workItem: WorkItem): Promise<string> {
    const now = new Date();
    const [steps, mine] = await Promise.all([this.#steps.stepsOf(workItem, now), this.#mineOf(workItem)]);
    return renderStatus({ workItem, steps, mine, nowMs: now.getTime() }, this.#inColour);
  }

  async #mineOf(workItem: WorkItem): Promise<StatusView['mine']> {
    const { gates = [], lifecycle } = workItem.status ?? {};
    const isAsked = gates.some(({ state }) => state === 'Open') || (lifecycle?.actions ?? []).length > 0;
    if (!isAsked) return [];
    const { person } = this.#account;
    this.#user ??= person.user();
    return entriesOf(person, workItem, { user: await this.#user, role: undefined });
  }
}
