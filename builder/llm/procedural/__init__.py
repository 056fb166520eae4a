"""The procedural model: a deterministic, seeded stand-in for a language model (see chat.py)."""
