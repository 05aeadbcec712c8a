"""Conversations and feedback: how they are kept, and how they are read back."""
