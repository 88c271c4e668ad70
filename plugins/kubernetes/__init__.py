"""A stand-in for the plugin `pulumi-resource-kubernetes`, for machines that cannot download the official one.

It speaks the same protocol, knows the same type tokens and fails with the same errors, so that a program
cannot tell which of the two runs, and a stack may go from one to the other. What it does not do, it refuses
by name: Helm, kustomize, Patch resources, rendering YAML, CRD packages (parameterization), `list`.

Where it differs on purpose:

- Diff compares inputs with inputs. The official one compares them with what the server made of the old ones,
  and so shows a change for ever where the server writes the same value differently (cpu "1000m" and "1").
- State: no managedFields, and the schemas of CRDs once (in the inputs) instead of three times.
- A preview bears an admission webhook that does not answer yet, with a warning.
- No warnings of deprecated kinds; the annotation `pulumi.com/replaceUnready` does nothing.
"""
