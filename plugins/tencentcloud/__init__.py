"""Stand-in for pulumi-resource-tencentcloud 0.2.3: a model of what a TKE cluster takes, kept in a file.

It refuses what the cloud and its provider refuse, with their codes and words where they are documented (TF
provider v1.82.42, which 0.2.3 bundles). Its cluster is the one that STAND_IN_KUBECONFIG leads to.

facts/ has what was read in the provider's and the SDK's source, with file and line: the inputs of each type
(schemas.json) and the codes that each action of the API may answer (codes.json).

Where it differs from the official plugin:
- nothing is asked of a cloud: whatever credentials there are, they are right;
- machines, load balancers and disks are not modelled, so nothing is waited for and nothing is billed;
- everything is there and gone at once, unless the account's switches say otherwise (account.py);
- it knows the types in kinds.py and the look-ups in lookups.py.
"""
