"""PDF: its text, and where each letter lies on the page."""
