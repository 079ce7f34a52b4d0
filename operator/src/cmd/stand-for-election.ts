import { LeaderElector, type LeaderElectionOptions } from '../kube/leader-election.ts';
import type { Telemetry } from './observers.ts';

/** Who stands for election, and what happens when it leads. */
export interface Candidacy {
  readonly election: Omit<LeaderElectionOptions, 'observer'>;
  /** Called each time this process comes to lead. */
  readonly lead: () => void;
  /** Called each time it no longer does: nothing of it may go on. */
  readonly lose: () => void;
}

/** The elector, which is the write gate too, and how to begin: again and again until `signal` aborts. */
export function standForElection({ logger, metrics }: Telemetry, { election, lead, lose }: Candidacy) {
  const elector = new LeaderElector({
    ...election,
    observer: {
      onStarted: () => {
        metrics.leader.set(1);
        logger.info({ identity: election.identity }, 'this process leads');
        lead();
      },
      onLost: (reason) => {
        logger.warn({ reason }, 'this process no longer leads; it stands again');
        lose();
      },
      onHolderChanged: (holder) => logger.info({ holder: holder ?? null }, 'the leader changed'),
      onProblem: (err) => logger.warn({ err }, 'the Lease could not be read or written'),
    },
  });
  const run = async (signal: AbortSignal): Promise<void> => {
    metrics.leader.set(0);
    while ((await elector.run(signal)) === 'lost') metrics.leader.set(0);
    metrics.leader.set(0);
  };
  return { elector, run };
}
