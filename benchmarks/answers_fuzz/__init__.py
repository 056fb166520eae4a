"""Fuzzing of the builder's answers, see :mod:`.__main__`."""
