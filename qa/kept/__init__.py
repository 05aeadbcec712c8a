"""Conversations, feedback and old answers: how they are kept, and how they are read back."""
