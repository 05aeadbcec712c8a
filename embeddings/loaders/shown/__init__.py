"""What a reader of the page sees: hidden and struck text left out, raised and lowered letters as they are meant."""
