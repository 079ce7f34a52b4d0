// Says of each new connection of a pod whether the cluster's NetworkPolicies let it through: the node's firewall asks by a
// queue (hack/cluster/network-policies.ts).
package main

import (
	"context"
	"flag"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

// The library would write firewall rules of its own for the pods of its node, with an expression of nftables that not
// every kernel has. No pod is on this one, so that they stay empty, and the firewall's rules are those of the caller.
const noNode = "-"

func main() {
	kubeconfig := flag.String("kubeconfig", "", "the file that leads to the API server")
	node := flag.String("node", "", "the node whose pods there are: those of other nodes never send anything")
	queue := flag.Int("queue", 0, "the number of the queue")
	flag.Parse()
	if err := answer(context.Background(), *kubeconfig, *node, *queue); err != nil {
		klog.Fatal(err)
	}
}

// answer goes on for as long as the process does, or returns why it could not begin.
func answer(ctx context.Context, kubeconfig, node string, queue int) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.ContentType = "application/vnd.kubernetes.protobuf"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	ofNode := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTweakListOptions(func(options *metav1.ListOptions) {
		options.FieldSelector = "spec.nodeName=" + node
	}))
	policies, namespaces := factory.Networking().V1().NetworkPolicies(), factory.Core().V1().Namespaces()
	controller, err := networkpolicy.NewController(
		client, policies, namespaces, ofNode.Core().V1().Pods(), nil, nil, nil, nil,
		networkpolicy.Config{QueueID: queue, NodeName: noNode},
	)
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	ofNode.Start(ctx.Done())
	return controller.Run(ctx)
}
