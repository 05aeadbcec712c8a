"""Tables of files as grids: what spans several places, what stands under what, and each row as a line of text."""
