"""A service that imports what it has installed."""

import boto3
import django
import sympy

print(boto3.__version__, django.__version__, sympy.__version__)
GREETING = "edited by the bench"
