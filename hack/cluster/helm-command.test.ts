import { describe, expect, it } from 'vitest';
import { helmLike } from './helm-command.ts';

describe('Helm', () => {
  it('talks to the cluster of a kubeconfig', () => {
    const environment = { KUBECONFIG: '/instances/a/admin.kubeconfig' };
    const kubectl = { file: '/bin/kube', args: ['kube', 'kubectl'], environment };
    expect(helmLike('/bin/helm', kubectl)).toEqual({ file: '/bin/helm', args: ['helm'], environment });
  });

  it('talks to the cluster of a context', () => {
    const kubectl = { file: '/bin/kubectl', args: ['kubectl', '--context=my=own'], environment: {} };
    expect(helmLike('/bin/helm', kubectl).args).toEqual(['helm', '--kube-context=my=own']);
  });

  it('talks to none where there is none, whatever the machine’s own kubeconfig says', () => {
    expect(helmLike('/bin/helm', undefined).environment).toEqual({ KUBECONFIG: '/dev/null' });
  });
});
