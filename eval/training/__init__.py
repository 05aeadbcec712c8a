"""Data files and a base model -> the reader that ships (`make train`)."""
