"""The commands behind the make targets: each says in its docstring what it does, takes options, runs."""
