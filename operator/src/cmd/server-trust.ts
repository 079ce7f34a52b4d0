import type { TrustSource } from './engine.ts';

/** Certificate authorities of the server, as the operator last made or read them. */
export class ServerTrust implements TrustSource {
  #authorities = '';

  /** As PEM; empty until they are known. */
  readonly authorities = (): string => this.#authorities;

  renew(authorities: string): void {
    this.#authorities = authorities;
  }
}
