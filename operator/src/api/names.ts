import { z } from 'zod';
import { count } from './fields.ts';

/** Roles as the pipelines of record spell them; an AgentRole acts in one of them. */
export const governedRoles = [
  ...['planning', 'implementation', 'review', 'deployment', 'safety'],
  ...['developer', 'architect', 'qa', 'po', 'devops', 'data', 'system'],
] as const;

/** A step's name: unique in its Pipeline, children included. */
export const stepName = (description: string) =>
  z
    .string()
    .max(63)
    .regex(/^[A-Za-z_][A-Za-z0-9_-]*$/)
    .meta({ description });

/** A variable that templates and expressions can name. */
export const variableName = (description: string) =>
  z
    .string()
    .max(63)
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
    .meta({ description });

/** A gate's name: up to 30 lower-case letters, digits and dashes, no dash first, so that it fits an annotation key. */
export const gateName = (description: string) =>
  z
    .string()
    .max(30)
    .regex(/^[a-z0-9][a-z0-9-]*$/)
    .meta({ description });

/** An action of a lifecycle, such as `claim_task`: up to 30 characters, so that it fits an annotation key beside a role. */
export const actionName = (description: string) =>
  z
    .string()
    .max(30)
    .regex(/^[a-z][a-z0-9_]*$/)
    .meta({ description });

/**
 * A role's name. It stands in annotation keys and labels. No part between dashes is a number alone, so that a decision's
 * slot `<gate>.qa-2` is the second of role `qa` and nothing else.
 */
export const roleName = (description: string) =>
  z
    .string()
    .max(30)
    .regex(/^[a-z][a-z0-9]*(-[0-9]*[a-z][a-z0-9]*)*$/)
    .meta({ description });

/** How many distinct people must decide, acting in which role. */
export const approvalQuorum = z
  .strictObject({
    role: roleName('Role that the people act in.'),
    count: count('Distinct people needed in this role; 1 by default.', { min: 1, max: 9 }).optional(),
  })
  .meta({ description: 'How many distinct people must approve, acting in which role.' });

/** The quorum of a gate: at most 8 roles. */
export const approvalQuorums = (description: string) =>
  z
    .array(approvalQuorum)
    .min(1)
    .max(8)
    .meta({ description, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['role'] });
