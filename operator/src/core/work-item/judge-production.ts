import { group } from '../../api/api-version.ts';
import type { GateStatus } from '../../api/gate-status.ts';
import type { Run } from './run.ts';

/** Rule that says whether anything may reach production: the operator answers it, and an engine may refuse beside it. */
export const productionRule = 'conclave/safety/production';
/** Annotation of a WorkItem that names the ticket of its change. */
export const changeTicketAnnotation = `${group}/change-ticket`;

/** Why a run may not enter production, and what to do about it; undefined when its Tenant and its Pipeline let it. */
export function whyNotInProduction(run: Run): string | undefined {
  const { workItem, pinned, facts } = run.observed;
  if (facts.safety?.allowProduction !== true)
    return 'nothing may reach production here: set spec.safety.allowProduction of the Tenant to true';
  const { annotations = {}, name, namespace = '' } = workItem.metadata;
  if (pinned.spec.execution.requireChangeTicket !== true || (annotations[changeTicketAnnotation] ?? '').trim() !== '')
    return undefined;
  const command = `kubectl annotate workitem ${name} -n ${namespace} ${changeTicketAnnotation}=<ticket>`;
  return `the Pipeline asks for a change ticket before production: ${command}`;
}

/** People that one role of a gate can be asked for. */
const mostInOneRole = 9;

/**
 * The quorum of a gate: for production at least as many people as the Tenant asks for (seed 000 asks for two); the first
 * role makes up for those that are missing.
 */
export function quorumFor(run: Run, approvals: GateStatus['approvals'], production: boolean): GateStatus['approvals'] {
  const asked = approvals.reduce((sum, { count = 1 }) => sum + count, 0);
  const missing = production ? (run.observed.facts.safety?.productionApprovals ?? 0) - asked : 0;
  const [first, ...others] = approvals;
  const { count = 1 } = first ?? {};
  const raised = Math.min(mostInOneRole, count + missing);
  return first === undefined || raised <= count ? approvals : [{ ...first, count: raised }, ...others];
}
