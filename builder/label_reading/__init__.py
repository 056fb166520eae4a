"""Reading a labelling reply (METHOD 1): topics with their key points, or a reason why not.

The reply that is asked for is a list of "Topic i: Subject - Subcategory", each followed by its "Key
Point j: ..." lines.  Models decorate it, number it in their own ways, think aloud before it, or answer
with a table or JSON.  What is unambiguous is read; what is not is a :class:`ReplyError` with its
reason, never a guess:

- **Reasoning** between tags is not read.  Of several lists the **last complete one** counts: a list
  begins where the numbering of topics starts again (or, without numbers, after "Final answer").  That it
  replaces the one before must show: by words between them ("Final", "Here is", "Let me"), by a code
  fence, or because it names all of the same topics.  A list of topics alone after a complete one repeats it.
- **Key points** are labelled ("Key Point 1: ..."), or items of a list under "Key Points:" or right under
  their topic.  A line without a mark goes on with the key point above it where it is indented, begins with a
  small letter or mathematics, or the line above is unfinished; a sentence is a remark; else it is an error.
- Several key points in **one line** ("Key Points: a; b") are an error: neither mark is only a separator.
- Key points **before their topic** are read where they name it ("Key Point 1 (Algebra - Lines): ...", "Key
  Points for Topic 2:", "Key Point 2.1" of topic 2), or where every topic stands after its list.
- A gap in the numbers shows that something was not read, and is an error.

How replies are asked for is not known here.
"""

from __future__ import annotations

from itertools import pairwise

from ..errors import ReplyError
from ..records import TopicKeyPoints
from .drafts import MAX_KEY_POINTS, MAX_TOPICS, Draft
from .json_reply import find_json, read_json
from .lines import Kind
from .outline import Outline, promote_headings
from .tables import read_lines
from .text import readable

__all__ = ["MAX_KEY_POINTS", "MAX_REPLY", "MAX_TOPICS", "parse_labels"]

MAX_REPLY = 100_000  # characters after the reasoning; a labelling has some hundreds


def parse_labels(reply: str) -> tuple[TopicKeyPoints, ...]:
    """The topics of a reply with their key points, in order; repeats are united (case and end marks fold).

    A topic's name is normalised to "Subject - Subcategory" with a plain dash; mathematics stays as written.
    The time is linear in the length of the reply.

    Raises:
        ReplyError: "no topic", "key point before any topic", "topic without a name", "topic without key
            points: ...", "topic is not 'Subject - Subcategory': ...", "too many ...", "too long ...", "JSON ...", and
            others: whatever is ambiguous or damaged, named.
    """
    text = readable(reply)
    if len(text) > MAX_REPLY:
        raise ReplyError(f"too long reply: {len(text)} characters without its reasoning")
    lines = read_lines(text)
    if not any(line.kind in (Kind.TOPIC, Kind.KEY_POINT, Kind.KEY_POINTS) for line in lines):
        found = find_json(text)
        if found is not None:
            return read_json(found).labels()
    promote_headings(lines)
    outline = Outline()
    for line in lines:
        outline.read(line)
    return _last_complete(outline.end())


def _last_complete(drafts: list[Draft]) -> tuple[TopicKeyPoints, ...]:
    """The labels of the list that counts, if it is sure that it does."""
    drafts = [d for i, d in enumerate(drafts) if not d.is_echo or i == len(drafts) - 1]
    if not drafts:
        raise ReplyError("no topic")
    last = len(drafts) - 1
    while last > 0 and drafts[last].is_recap and not drafts[last].problem:
        last -= 1
    names = drafts[last].names()
    if any(not later.names() <= names for later in drafts[last + 1 :]):
        raise ReplyError("topic without key points: a last list names other topics than the one before it")
    for earlier, later in pairwise(drafts[: last + 1]):
        if not later.signalled and not earlier.names() <= names:
            raise ReplyError("topic numbers start again, and nothing says which list counts")
    return drafts[last].labels()
