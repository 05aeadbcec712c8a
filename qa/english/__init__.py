"""What Pincite knows of English: words and their kinds, noun phrases, numbers, dates, names."""
