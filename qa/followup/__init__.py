"""A question and the turns before it -> a question that stands alone."""
