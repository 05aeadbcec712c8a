"""Greetings and other small talk, the replies to it, and questions to start from."""
