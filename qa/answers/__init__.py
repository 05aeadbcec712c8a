"""Spans of the reader -> an answer: candidates, their confidence, what contradicts them, why."""
