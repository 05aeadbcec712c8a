"""The systems that `eval.bench.peers` measures side by side, each run in a process of its own.

What stands here is imported in the environment of the system, which need not hold Pincite's own packages: only the
standard library, `embeddings.types`, and inside functions what the system itself needs.
"""
