import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExpectedPolicies } from '../controllers/decision-policies.ts';
import type { PolicyProblem } from '../core/decision/policies-in-force.ts';
import { choosePolicies, readPolicyManifest } from '../core/decision/policy-manifest.ts';
import { parseDocuments } from '../core/document/parse-documents.ts';

/** The policy without which anybody could forge a decision, whatever else a folder holds. */
const indispensable = 'conclave-decisions';

/** The policies in a folder of manifests that decisions rest on. What is wrong with the folder is a problem, told in status. */
export function readExpectedPolicies(folder: string): ExpectedPolicies {
  try {
    const manifests = choosePolicies(
      readdirSync(folder)
        .filter(isManifest)
        .flatMap((file) => readFile(join(folder, file))),
    );
    const guards = manifests.some(({ kind, name }) => kind === 'ValidatingAdmissionPolicy' && name === indispensable);
    return guards
      ? { manifests }
      : { problem: unusable(`${folder} has no ValidatingAdmissionPolicy ${indispensable}`) };
  } catch (error) {
    return { problem: unusable(error instanceof Error ? error.message : String(error)) };
  }
}

const isManifest = (file: string) => /\.(ya?ml|json)$/.test(file);

function readFile(file: string) {
  const { documents, issues } = parseDocuments(readFileSync(file, 'utf8'));
  const [issue] = issues;
  if (issue !== undefined) throw new Error(`${file}:${issue.position.line}: ${issue.message}`);
  return documents.flatMap(({ value }) => readPolicyManifest(value) ?? []);
}

const unusable = (why: string): PolicyProblem => ({
  reason: 'PoliciesUnread',
  message: `the operator does not know which policies to expect: ${why}`,
});
