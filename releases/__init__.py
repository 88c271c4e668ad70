"""Which upstream files and images a stack has, and from where."""
