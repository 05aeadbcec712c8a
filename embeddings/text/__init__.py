"""A text -> its sections, sentences and passages, with their dates."""
