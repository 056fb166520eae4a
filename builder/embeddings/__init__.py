"""Vectors of short texts: lexical, a small language model in NumPy, and any endpoint."""
