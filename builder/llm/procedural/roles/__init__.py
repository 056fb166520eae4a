"""The procedural model's five roles; each sees only the text of its prompt."""
