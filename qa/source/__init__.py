"""A document as a page, with the cited words marked."""
