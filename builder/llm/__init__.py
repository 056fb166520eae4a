"""Models behind one protocol: see :mod:`builder.llm.chat`."""
