"""What is kept of a conversation and what comes back from a browser or a file."""
