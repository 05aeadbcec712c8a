"""The tables behind the defaults (docs/experiments.md)."""
