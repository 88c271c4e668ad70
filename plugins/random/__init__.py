"""Stand-in for pulumi-random 4.21: the same types, inputs, outputs, checks and replacements."""
