"""The real replies, with a column that says how each is written, for ``agreement --parts --by habit``.

    python -m benchmarks.label_parts LABELLED.jsonl OUT.jsonl

Several labellers wrote the replies of ``labelled_practices.jsonl``; the file is sorted by id and does not say
who wrote which.  What can be told is how key points are written: with a full stop at the end (in all of a reply or
in none, and in one sixth of the replies, so most likely one of six labellers), else with all of them beginning with
an -ing form, with none, or with some.  The last three groups hold several labellers each.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from builder.label_reading import parse_labels


def habit(reply: str) -> str:
    """How the key points of a reply are written."""
    points = [k for t in parse_labels(reply) for k in t.key_points]
    if all(k.endswith(".") for k in points):
        return "full stop"
    forms = {k.split()[0].endswith("ing") for k in points}
    return "mixed" if len(forms) > 1 else "ing-form" if forms == {True} else "other form"


def main(source: str, out: str) -> None:
    """Write the rows of ``source`` with the column ``habit`` to ``out``."""
    rows = [json.loads(line) for line in Path(source).read_text(encoding="utf-8").splitlines()]
    with Path(out).open("w", encoding="utf-8") as stream:
        for row in rows:
            stream.write(json.dumps({**row, "habit": habit(row["reply"])}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m benchmarks.label_parts LABELLED.jsonl OUT.jsonl")
    main(*sys.argv[1:])
