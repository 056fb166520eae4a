"""Families of answers whose classes are known by construction; see :mod:`benchmarks.answer_groups`."""
