"""The command line for stacks; each command is a file of cli/commands."""
