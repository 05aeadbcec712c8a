"""Gold questions in, a report out: how right, how honest and how fast the answers are.

The module shares its name with a builtin, so import what is needed by name: `from eval.metrics import token_f1`.
"""
