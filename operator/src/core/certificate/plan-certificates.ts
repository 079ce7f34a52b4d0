/** When a certificate counts. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The certificates as they are. What cannot be read, or does not fit its key, counts as absent. */
export interface ObservedCertificates {
  readonly now: Date;
  readonly authority:
    | {
        /** It signs. */
        readonly current: Validity;
        /** It will sign; whoever trusts `current` learns of it meanwhile. */
        readonly next?: Validity | undefined;
        /** It signed; certificates of it may still be in use. */
        readonly previous?: Validity | undefined;
      }
    | undefined;
  readonly serving:
    | {
        readonly validity: Validity;
        readonly names: readonly string[];
        readonly isSignedByCurrent: boolean;
        /** The authorities that are published beside it are those that there are. */
        readonly hasWholeBundle: boolean;
      }
    | undefined;
  /** Names that the serving certificate must have. */
  readonly names: readonly string[];
}

/** The next thing to do; after it the certificates are looked at again. */
export type CertificateAction =
  | { readonly kind: 'createAuthority' }
  /** Makes the next authority and publishes it beside the current one. */
  | { readonly kind: 'prepareAuthority' }
  /** The next authority becomes the current one, and the current one the previous. */
  | { readonly kind: 'promoteAuthority' }
  | { readonly kind: 'dropPrevious' }
  | { readonly kind: 'issueServing' }
  | { readonly kind: 'publishBundle' }
  /** Nothing to do before this time has passed, in milliseconds. */
  | { readonly kind: 'rest'; readonly requeueAfterMs: number };

const dayMs = 24 * 60 * 60 * 1000;
/** Lifetimes, in milliseconds. */
export const authorityLifetimeMs = 3650 * dayMs;
export const servingLifetimeMs = 90 * dayMs;
/** Pods take their bundle along when they are created: longer than any of them lives. */
const distributionMs = 14 * dayMs;
/** Clocks differ, events get lost: we look so often, in milliseconds, whatever is due. */
const longestRestMs = 60 * 60 * 1000;
const renewalShare = 2 / 3;

/** What to do about the certificates; the first rule that has an answer wins. */
export function planCertificates(observed: ObservedCertificates): CertificateAction {
  return (
    whenThereIsNoAuthority(observed) ??
    whenAuthorityIsOld(observed) ??
    whenNextIsKnown(observed) ??
    whenPreviousIsOver(observed) ??
    whenServingIsUnfit(observed) ??
    whenBundleDiffers(observed) ?? { kind: 'rest', requeueAfterMs: restMs(observed) }
  );
}

function whenThereIsNoAuthority({ authority, now }: ObservedCertificates): CertificateAction | undefined {
  if (authority !== undefined && authority.current.notAfter > now) return undefined;
  return { kind: 'createAuthority' };
}

function whenAuthorityIsOld({ authority, now }: ObservedCertificates): CertificateAction | undefined {
  if (authority === undefined || authority.next !== undefined) return undefined;
  return isDue(authority.current, now) ? { kind: 'prepareAuthority' } : undefined;
}

/** Not before whoever verifies has had the time to learn of it. */
function whenNextIsKnown({ authority, now }: ObservedCertificates): CertificateAction | undefined {
  if (authority?.next === undefined) return undefined;
  const knownAt = authority.next.notBefore.getTime() + distributionMs;
  return now.getTime() >= knownAt ? { kind: 'promoteAuthority' } : undefined;
}

/** Not before the last certificate that it signed is over. */
function whenPreviousIsOver({ authority, now }: ObservedCertificates): CertificateAction | undefined {
  if (authority?.previous === undefined) return undefined;
  const overAt = authority.current.notBefore.getTime() + distributionMs + servingLifetimeMs;
  const isOver = now >= authority.previous.notAfter || now.getTime() >= overAt;
  return isOver ? { kind: 'dropPrevious' } : undefined;
}

function whenServingIsUnfit({ serving, names, now }: ObservedCertificates): CertificateAction | undefined {
  const isFit =
    serving?.isSignedByCurrent === true && !isDue(serving.validity, now) && hasSameNames(serving.names, names);
  return isFit ? undefined : { kind: 'issueServing' };
}

function whenBundleDiffers({ serving }: ObservedCertificates): CertificateAction | undefined {
  return serving?.hasWholeBundle === false ? { kind: 'publishBundle' } : undefined;
}

function restMs({ serving, now }: ObservedCertificates): number {
  if (serving === undefined) return longestRestMs;
  return Math.max(1_000, Math.min(longestRestMs, renewalTime(serving.validity) - now.getTime()));
}

function isDue(validity: Validity, now: Date): boolean {
  return now.getTime() >= renewalTime(validity);
}

function renewalTime({ notBefore, notAfter }: Validity): number {
  return notBefore.getTime() + (notAfter.getTime() - notBefore.getTime()) * renewalShare;
}

function hasSameNames(some: readonly string[], others: readonly string[]): boolean {
  const known = new Set(some);
  return known.size === new Set(others).size && others.every((name) => known.has(name));
}
