"""Tables of a text or a file: what a cell holds, what names the columns, which lines are rows."""
