"""One file for each format: the bytes of a file in, its text and what the file says of it out.

`formats` names them, `limits` bounds them, `extract` is what each of them gives. Those that read binary formats or call
parsers written in C run in a process of their own (`worker`, `child`). `embeddings.loading` is the way in.
"""
