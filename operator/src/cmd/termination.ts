/** Resolves with the first signal that asks this process to end. A second one ends it at once. */
export function termination(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(1);
      asked = true;
      resolve(signal);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}

/** Ends this process after `ms` milliseconds, unless it has ended by itself before. */
export function exitAfter(ms: number, complain: () => void): void {
  setTimeout(() => {
    complain();
    process.exit(1);
  }, ms).unref();
}
