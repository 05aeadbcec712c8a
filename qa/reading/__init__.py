"""A question -> passages, and the spans that the reader scores in them."""
