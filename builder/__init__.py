"""The KPDDS pipeline: from seed problems to published Parquet shards.

This package imports in one direction only (a test holds it)::

    kpmath, records, config, errors
        <- prompts, llm, store, embeddings, answers
        <- stages/*
        <- synthesis, publish
        <- pipeline
        <- cli, space

Start reading at :mod:`builder.pipeline`, which tells the whole method from top to bottom.
"""
