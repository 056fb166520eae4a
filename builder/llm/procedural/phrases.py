"""The sentences that belong to no key point: definitions, questions, joins, openings, given facts.

Each is written by render.py and recognised by reader.py; they stand together here so that the two
cannot drift apart.
"""

from __future__ import annotations

import re

from .grammar import Template

OPENINGS = {
    "items": (
        Template("<Name> has <q> <items>."),
        Template("<Name> has a collection of <q> <items>."),
        Template("At the start of the week, <Name> has <q> <items>."),
    ),
    "dollars": (
        Template("<Name> has <q:money>."),
        Template("<Name> has saved <q:money>."),
        Template("At the start of the week, <Name> has <q:money>."),
    ),
}
STORY_ASKS = {  # after several sentences, after one
    "items": (
        Template("the number of <items> that <Name> has in the end"),
        Template("the number of <items> that <Name> has now"),
    ),
    "dollars": (
        Template("the number of dollars that <Name> has in the end"),
        Template("the number of dollars that <Name> has now"),
    ),
}
STORY_QUESTIONS = {
    "items": (
        Template("How many <items> does <Name> have now?"),
        Template("How many <items> does <Name> have in the end?"),
        Template("How many <items> does <she> have now?"),
        Template("How many <items> does <she> have in the end?"),
    ),
    "dollars": (
        Template("How many dollars does <Name> have now?"),
        Template("How many dollars does <she> have in the end?"),
        Template("How much money, in dollars, does <she> have now?"),
        Template("How much money, in dollars, does <Name> have in the end?"),
    ),
}

DEFINITIONS = (
    "Let ${letter}$ be {phrase}.",
    "Let ${letter}$ be {phrase}.",
    "Let ${letter}$ be {phrase}.",
    "Let ${letter}$ denote {phrase}.",
    "Suppose that ${letter}$ is {phrase}.",
)
FINALS = (
    "Find {phrase}.",
    "What is {phrase}?",
    "Compute {phrase}.",
    "Determine {phrase}.",
    "Calculate {phrase}.",
)
FACTS = ("It is given that {phrase} is {value}.", "Here {phrase} is {value}.")
VARIABLE_FACTS = ("It is given that ${letter} = {value}$.", "Here ${letter} = {value}$.")
JOINED = {"sum": "${a} + {b}$", "product": "${a} \\cdot {b}$", "difference": "$|{a} - {b}|$"}

_TOKEN = r"⟦(\d+)⟧"
_BARE = r"(-?\d[\d,]{0,11}|-?\\frac\{\d{1,9}\}\{\d{1,9}\})"
WHERE = re.compile(rf",? where \$([a-zA-Z])\$ (?:is|denotes|equals) {_TOKEN}")
LET = re.compile(
    rf"(?:Let \$([a-zA-Z])\$ (?:be|denote)|(?:Suppose|Assume) that \$([a-zA-Z])\$ is) {_TOKEN}\.",
    re.IGNORECASE,
)
FINAL = re.compile(rf"(?:Find|What is|Compute|Determine|Calculate|Evaluate) {_TOKEN}\s?[.?]")
FACT = re.compile(rf"(?:It is given that|Here) {_TOKEN} is \$?{_BARE}\$?\.")
VARIABLE_FACT = re.compile(rf"(?:It is given that|Here) \$([a-zA-Z]) = {_BARE}\$\.")
JOIN_VARIABLES = re.compile(
    r"\$(?:([a-zA-Z])(?: \+ [a-zA-Z]){1,5}|([a-zA-Z]) \\cdot [a-zA-Z]|\|[a-zA-Z] - [a-zA-Z]\|)\$"
)
