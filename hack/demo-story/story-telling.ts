import type { Kubectl } from '../operator-process/kubectl.ts';

/** What is told, and to whom. */
export interface StoryTelling {
  readonly instance: string;
  readonly kubectl: Kubectl;
  readonly namespace: string;
  readonly say: (line: string) => void;
}

/** kubectl in the namespace of the story. */
export const kubectlIn =
  ({ kubectl, namespace }: Pick<StoryTelling, 'kubectl' | 'namespace'>): Kubectl =>
  (args, options) =>
    kubectl(['-n', namespace, ...args], options);
