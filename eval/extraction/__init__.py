"""How much of a file arrives as text: small files of every format, made by scripts, with the text they must give."""
