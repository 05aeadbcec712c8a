"""Speed, memory and size, beside other systems. Not part of the wheel."""
