"""Every entry of the catalogue, tested by the same rules; a new entry is tested automatically."""

from __future__ import annotations

import re
from random import Random

import pytest

from builder.llm.procedural.catalogue import entries, topics
from builder.llm.procedural.compose import feedable
from builder.llm.procedural.entry import Story
from builder.llm.procedural.graph import Graph, Node
from builder.llm.procedural.reader import read_problem
from builder.llm.procedural.render import Renderer
from builder.llm.procedural.seeds import SUBJECTS
from builder.llm.procedural.steps import explain
from builder.llm.procedural.values import tex

every_entry = pytest.mark.parametrize("entry", entries(), ids=lambda e: e.id)
DRAWS = 40


def drawn(entry, n=DRAWS):
    rng = Random(entry.id)
    found = [p for p in (entry.draw(rng, tries=400) for _ in range(n)) if p is not None]
    assert len(found) >= n * 0.8, f"{entry.id}: most draws are not valid; narrow the parameters' domains"
    return found


@every_entry
def test_closed_form_and_second_route_agree(entry):
    for params in drawn(entry):
        assert entry.value(params) == entry.brute(**params), params
        assert all(d.holds(params[k]) for k, d in entry.params.items()), params


@every_entry
def test_the_declared_kind_of_result_is_what_comes_out(entry):
    kinds = {"integer": "int", "rational": "int Fraction", "surd": "Surd int Fraction", "pi": "PiTimes"}
    kinds |= {"set": "frozenset", "interval": "Interval", "tuple": "tuple", "poly": "Poly"}
    for params in drawn(entry):
        assert type(entry.value(params)).__name__ in kinds[entry.result].split(), params


class OneWording(Renderer):
    """Renders with the wording of the node."""

    def _liking(self, i, wording, fed, before):
        return 10.0 * (wording is self.graph.nodes[i].entry.compiled[self.graph.nodes[i].wording])


@every_entry
def test_every_wording_is_read_back_with_its_parameters(entry):
    for w in range(len(entry.wordings)):
        for k, params in enumerate(drawn(entry, 12)):
            graph = Graph((Node(entry, params, w),), (0,))
            text = OneWording(graph, Random(k)).text()
            reading = read_problem(text)
            assert reading.graph is not None, f"not recognised: {text}\nleft over: {reading.unread}"
            assert [n.entry.id for n in reading.graph.nodes] == [entry.id], text
            assert dict(reading.graph.nodes[0].params) == params, text
            assert not reading.unread and not reading.gaps and not reading.unused, (text, reading.unread)
            assert reading.answer == entry.value(params)


@every_entry
def test_most_slips_give_a_wrong_value(entry):
    draws = drawn(entry)
    for slip in entry.slips:
        wrong = sum(slip.wrong(**p) != entry.value(p) for p in draws)
        assert wrong >= 0.8 * len(draws), f"{slip.what}: only {wrong} of {len(draws)} are wrong"


@every_entry
def test_worked_steps_fill_every_slot_and_state_the_result(entry):
    for params in drawn(entry, 10):
        for variant in range(len(entry.steps)):
            text = explain(entry, params, variant)
            assert not re.search(r"<[a-zA-Z]\w*(:[^<>]*)?>", text), text
            assert not entry.chainable or tex(entry.value(params)) in text, text
            assert text.replace("\\$", "").count("$") % 2 == 0, text
        for slip in entry.slips:
            assert explain(entry, params, 0, slip).replace("\\$", "").count("$") % 2 == 0


@every_entry
def test_labels_and_topic_are_declared(entry):
    assert entry.topic in topics()
    subject, _, rest = entry.topic.partition(" - ")
    assert subject in (*SUBJECTS, "Others") and rest[:1].isupper(), entry.topic
    assert all(not re.search(r"[<>$]|\d{2}", n) for n in entry.names)


def test_some_member_of_every_family_gives_a_number():
    numeric = {e.family for e in entries() if e.chainable}
    assert {e.family for e in entries()} == numeric


def test_entries_that_share_a_label_are_one_family():
    owner = {}
    for e in entries():
        for name in e.names:
            assert owner.setdefault(name.lower(), e.family) == e.family, name


def test_stories_can_be_told_outside_a_story_too():
    for e in entries():
        if any(isinstance(w, Story) and w.takes for w in e.wordings):
            assert e.carry in e.params
            assert any(not isinstance(w, Story) for w in e.wordings), e.id


def test_nearly_every_entry_can_follow_another():
    closed = [e.id for e in entries() if not feedable(e)]
    assert len(closed) <= len(entries()) * 0.1, closed
