"""Files that people add in the chat: for themselves, or for everybody."""
