"""What a cluster is: which server a kubeconfig leads to, whether it answers, and what is in it."""
