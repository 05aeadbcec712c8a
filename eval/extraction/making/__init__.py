"""Makes the files of the set, and what is expected of each: `python -m eval.extraction.making`."""
