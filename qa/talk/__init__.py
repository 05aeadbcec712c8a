"""What people write that is no question, and the reply to it."""
