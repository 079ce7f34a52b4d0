import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PolicyManifest, readPolicyManifest } from '../../core/decision/policy-manifest.ts';
import { parseDocuments } from '../../core/document/parse-documents.ts';
import type { ClusterObject } from '../cluster/account.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, failureCodes } from '../failure.ts';

/** A definition of a kind, as far as it matters here. */
export interface CrdManifest extends ClusterObject {
  readonly spec: {
    readonly group: string;
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly schema?: unknown;
      readonly additionalPrinterColumns?: unknown;
      readonly selectableFields?: unknown;
    }[];
  };
}

/** A rule of a role. */
export interface RoleRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** A role or a binding of one. */
export interface RoleManifest extends ClusterObject {
  readonly rules?: readonly RoleRule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

/** What is shipped with this program and installed on clusters. */
export interface Shipped {
  readonly crds: readonly CrdManifest[];
  readonly policies: readonly PolicyManifest[];
  /** The operator's roles and bindings. */
  readonly roles: readonly RoleManifest[];
}

/** Reads what is shipped. @throws Failure where the installation of this program itself is broken */
export async function readShipped(folder: string): Promise<Shipped> {
  try {
    const [crds, policies, roles] = await Promise.all([
      readFolder(join(folder, 'crds')),
      readFolder(join(folder, 'config/policies')),
      readManifests(join(folder, 'config/rbac/operator.yaml')),
    ]);
    return {
      crds: crds as readonly CrdManifest[],
      policies: policies.flatMap((manifest) => readPolicyManifest(manifest) ?? []),
      roles: roles as readonly RoleManifest[],
    };
  } catch (error) {
    throw new Failure({
      ...{ exitCode: exitCodes.usage, code: failureCodes.invalid, reason: 'Unreadable' },
      message: `what is shipped with this program cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'install conclave anew',
    });
  }
}

async function readFolder(folder: string): Promise<readonly unknown[]> {
  const files = (await readdir(folder)).filter((file) => /\.ya?ml$/.test(file)).sort();
  return (await Promise.all(files.map((file) => readManifests(join(folder, file))))).flat();
}

async function readManifests(file: string): Promise<readonly unknown[]> {
  const { documents, issues } = parseDocuments(await readFile(file, 'utf8'));
  const [issue] = issues;
  if (issue !== undefined) throw new Error(`${file}:${issue.position.line}: ${issue.message}`);
  return documents.map(({ value }) => value);
}
