"""How well follow-ups are understood."""
