"""From outcomes to figures, and where they are shown."""
