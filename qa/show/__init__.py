"""Answers and conversations as people see them: cards, terminal, exports."""
