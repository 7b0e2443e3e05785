"""The helper package of the Customer Value Creation Handbook."""

__version__ = "0.1.0"
