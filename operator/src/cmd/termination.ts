/** The signals that ask this process to end, from the first line of `main` on: as process 1 it would ignore them else. */
export interface Termination {
  /** Resolves with the first signal that came when there was something to end in order. A second one ends it at once. */
  readonly asked: Promise<NodeJS.Signals>;
  /** From now on there is; before, a signal ends the process at once. */
  readonly begin: () => void;
}

/** Listens from now on. */
export function termination(): Termination {
  const { promise: asked, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let stage: 'starting' | 'running' | 'ending' = 'starting';
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stage !== 'running') process.exit(stage === 'starting' ? 0 : 1);
    stage = 'ending';
    resolve(signal);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return { asked, begin: () => (stage = 'running') };
}

/** Ends this process after `ms` milliseconds, unless it has ended by itself before. */
export function exitAfter(ms: number, complain: () => void): void {
  setTimeout(() => {
    complain();
    process.exit(1);
  }, ms).unref();
}
