"""Models that run without PyTorch, and how they are made."""
