"""What somebody writes that is no question, and what is said to it."""
