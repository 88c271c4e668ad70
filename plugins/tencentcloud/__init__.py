"""Stand-in for pulumi-resource-tencentcloud 0.2.3: a model of what a TKE cluster takes, kept in a file.

It refuses what the cloud and its provider refuse, with their codes and words where they are documented (TF
provider v1.82.42, which 0.2.3 bundles). Its cluster is the one that STAND_IN_KUBECONFIG leads to.

Where it differs from the official plugin:
- nothing is asked of a cloud: whatever credentials there are, they are right;
- machines, load balancers and disks are not modelled, so nothing is waited for and nothing is billed;
- it knows VPC, subnet, security group and its rule set, cluster, node pool, super nodes and endpoint, add-on
  and log rule, a registry of TCR with namespace, VPC attachment and service account, logset and topic, and a
  few look-ups;
- an import takes the official plugin.
"""
