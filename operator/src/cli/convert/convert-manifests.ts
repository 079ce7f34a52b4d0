import { toCanonical } from '../../core/dsl/to-canonical.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, failureCodes } from '../failure.ts';
import { type LoadedManifest, toFinding } from '../sources/load-manifests.ts';
import type { Finding } from '../validate/report.ts';

/** What pipelines are converted to. */
export const forms = ['canonical', 'manifests'] as const;
export type Form = (typeof forms)[number];

/** Documents of the form that was asked for, or what it cannot say. */
export interface Converted {
  readonly values: readonly unknown[];
  readonly findings: readonly Finding[];
}

/**
 * The form that manifests are converted to when nobody says it: the other one.
 * @throws Failure when there are some of each
 */
export function otherForm(loaded: readonly LoadedManifest[]): Form {
  const canonical = loaded.filter(({ manifest }) => manifest.isCanonical).length;
  if (canonical > 0 && canonical < loaded.length)
    throw new Failure({
      exitCode: exitCodes.usage,
      code: failureCodes.invalid,
      reason: 'Usage',
      message: 'the files hold manifests and documents in the canonical form',
      hint: 'say what you want: --to manifests or --to canonical',
    });
  return canonical > 0 ? 'manifests' : 'canonical';
}

/** Converts manifests; what has the form already stays what it is. */
export function convertManifests(loaded: readonly LoadedManifest[], form: Form): Converted {
  const values = loaded.map(({ manifest }) => manifest.value);
  if (form === 'manifests') return { values, findings: [] };
  const { documents, issues } = toCanonical(values);
  const findings = issues.flatMap(({ manifest: index, issue }) => {
    const at = loaded[index];
    return at === undefined ? [] : [toFinding(at.file, at.manifest.place(issue))];
  });
  return { values: documents, findings };
}
