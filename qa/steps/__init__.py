"""The steps between the reader's spans and the candidates, one file for each."""
