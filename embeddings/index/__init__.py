"""An index as a whole: open, search, update, watch, repair."""
