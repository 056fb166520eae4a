"""From stage files to a dataset folder: rows, shards, card."""
