"""The encoder, the reader and the calibration: chosen, compiled, listed, fetched."""
