"""Stand-in for pulumi-language-python: starts Python programs and plugins for Pulumi's engine."""
