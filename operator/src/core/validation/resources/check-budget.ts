import type { Tenant } from '../../../api/tenant.ts';
import type { Usage } from '../../../api/usage.ts';
import type { PipelineEstimate } from '../../estimate/estimate-pipeline.ts';
import { type Ceilings, exceedsCeilings } from '../../estimate/usage-sum.ts';
import { Decimal } from '../../estimate/decimals.ts';
import type { Issue } from '../../issue.ts';

/** What a run may use that the Tenant does not let it: an error when it does so for certain, else a warning. */
export function checkBudget({ estimate, usage }: PipelineEstimate, tenant: Tenant | undefined): Issue[] {
  const { perWorkItem = {}, perPeriod = {} } = tenant?.spec.budget ?? {};
  const least: Usage = { costUnits: estimate.low?.costUnits ?? '0' };
  const certain = firstExcess(least, [perWorkItem, 'of one WorkItem'], [perPeriod, 'of the period']);
  if (certain !== undefined) return [{ ...exceeded, message: `a run takes at least ${certain}` }];
  return checkMost(usage, perWorkItem, leftOf(perPeriod, tenant?.status?.usage));
}

function checkMost(usage: Usage, perWorkItem: Ceilings, left: Ceilings): Issue[] {
  const possible = firstExcess(usage, [perWorkItem, 'of one WorkItem'], [left, 'of what is left of the period']);
  if (possible === undefined) return [];
  return [
    { ...exceeded, severity: 'warning', message: `a run may take up to ${possible}; it is stopped when it does` },
  ];
}

const exceeded = {
  code: 'BudgetExceeded',
  path: [],
  hint: 'lower the limits of agents, the attempts or the timeouts, or have the budget of the Tenant raised',
} as const;

function firstExcess(
  usage: Usage,
  ...budgets: readonly (readonly [ceilings: Ceilings, words: string])[]
): string | undefined {
  for (const [ceilings, words] of budgets) {
    const excess = exceedsCeilings(usage, ceilings);
    if (excess !== undefined) return `${excess} (budget ${words})`;
  }
  return undefined;
}

type Spent = NonNullable<NonNullable<Tenant['status']>['usage']>;

function leftOf({ tokens, costUnits, gpuSeconds }: Ceilings, spent: Spent | undefined): Ceilings {
  if (spent === undefined) return { tokens, costUnits, gpuSeconds };
  return {
    ...(tokens !== undefined && { tokens: Math.max(0, tokens - spent.tokens) }),
    ...(gpuSeconds !== undefined && { gpuSeconds: Math.max(0, gpuSeconds - spent.gpuSeconds) }),
    ...(costUnits !== undefined && { costUnits: remaining(costUnits, spent.costUnits) }),
  };
}

function remaining(ceiling: string, spent: string): string {
  const left = new Decimal(ceiling).minus(spent);
  return left.lt(0) ? '0' : left.toFixed();
}
