"""Who answers for a visitor, and a problem that is made for one who watches.

The procedural model answers by default.  Others are offered where they are there: the endpoint of the environment or
the recipe's own models, whose key is the owner's; on Hugging Face the visitor's own inference; an endpoint for which
a visitor types a key.  A key is held in a :class:`Secret` and by the connection that uses it, for one job, and nowhere
else.  How models are asked is not known here, nor what they are asked for.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import NoReturn, Protocol
from urllib.parse import urlsplit

from builder.config import PROCEDURAL, Config, Model
from builder.errors import ConfigError, KPMathError, ModelError
from builder.llm.chat import Chat
from builder.llm.openai_client import OpenAIChat
from builder.llm.procedural.chat import NAME
from builder.llm.streaming import Arrived, Listener, Live, Waiting, Writing, watched
from builder.records import InformationSet, Question, Solution, Vote
from builder.run import api_key, open_model
from builder.synthesis import Services, Step, count_votes, synthesize

from .studio import Studio

ROUTER = "https://router.huggingface.co/v1"
PUBLIC: Mapping[str, str] = {
    "Hugging Face": ROUTER,
    "OpenAI": "https://api.openai.com/v1",
    "Anthropic": "https://api.anthropic.com/v1",
    "Google Gemini": "https://generativelanguage.googleapis.com/v1beta/openai",
    "Mistral": "https://api.mistral.ai/v1",
    "DeepSeek": "https://api.deepseek.com/v1",
    "Groq": "https://api.groq.com/openai/v1",
    "OpenRouter": "https://openrouter.ai/api/v1",
    "Together": "https://api.together.xyz/v1",
}
"""Where a typed key may be sent: a server on the Internet must not be sent to addresses of a visitor's choice."""

HUB_MODEL = "openai/gpt-oss-120b"
PROCEDURAL_NOTE = (
    "A program with a catalogue of key points and a stated error rate, not a language model: no key, no network."
)
_AT_ONCE = 16  # requests of one job in flight
_TIMEOUT, _STALL, _PATIENCE = 300.0, 30.0, 10.0  # seconds; see OpenAIChat
# What the client tells who runs it, in its messages.
_ADVICE = re.compile(
    r"; nothing has been answered for \d+ s: when .*|; look at base_url, .*|; check the key in the environment",
    re.DOTALL,
)
_BEAT = 1.0  # seconds; Gradio sees that a visitor has left when it is given the next event
_LONGEST = 400  # characters of a key or a model's name


class Secret:
    """A text that is shown nowhere: it has no form but ``***``, cannot be compared, copied to a file or pickled."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text, for who sends it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible endpoint with the key that a visitor typed."""

    base_url: str
    key: Secret
    model: str


@dataclass(frozen=True)
class Visitor:
    """Who asks, and who is to answer."""

    session: str = ""
    oauth_token: Secret | None = None  # of a visitor who signed in on Hugging Face
    source: str = ""  # id of an Offer; "": the first
    endpoint: Endpoint | None = None  # wins over ``source``


@dataclass(frozen=True)
class Offer:
    """A choice of who answers."""

    id: str  # "procedural" | "recipe" | "environment" | "hub" | "key"
    label: str
    note: str  # one line on what it is and who pays


class Spends(Protocol):
    """Told what a job has used (:class:`space.limits.Ticket`)."""

    seconds: float

    def spend(self, tokens: int) -> None: ...


@dataclass(frozen=True)
class Models:
    """The models that this server offers.

    Args:
        config: of the recipe.
        environ: ``OPENAI_BASE_URL``, ``OPENAI_API_KEY``, ``OPENAI_MODEL``; ``KPMATH_SPACE_SHARE_KEY`` = 1 lets
            every visitor of a public server use the owner's; ``KPMATH_SPACE_HUB_MODEL``; ``SPACE_ID``.
        local: the server listens on this machine only, so that its visitor is its owner.
    """

    config: Config
    environ: Mapping[str, str]
    local: bool

    @staticmethod
    def of(config: Config, *, local: bool, environ: Mapping[str, str] | None = None) -> Models:
        """The models of a recipe and of the environment (by default that of the process)."""
        return Models(config, os.environ if environ is None else environ, local)

    @property
    def free_url(self) -> bool:
        """Whether a visitor may type the URL of an endpoint."""
        return self.local and not self._on_hub

    @property
    def _on_hub(self) -> bool:
        return bool(self.environ.get("SPACE_ID"))

    @property
    def _owner_shares(self) -> bool:
        """Whether visitors may use what the owner pays for."""
        return self.free_url or self.environ.get("KPMATH_SPACE_SHARE_KEY") == "1"

    @property
    def _hub_model(self) -> str:
        return self.environ.get("KPMATH_SPACE_HUB_MODEL") or HUB_MODEL

    @property
    def _environment_url(self) -> str:
        return self.environ.get("OPENAI_BASE_URL") or PUBLIC["OpenAI"]

    def offers(self) -> tuple[Offer, ...]:
        """Who may answer, in the order in which they are shown; the first is the default."""
        offers = [Offer("procedural", f"Procedural model ({NAME})", PROCEDURAL_NOTE)]
        models = {self.config.model_for(role).name: self.config.model_for(role) for role in self.config.roles}
        if self._owner_shares and not all(m.backend == PROCEDURAL for m in models.values()):
            own = Offer("recipe", f"The recipe's models ({', '.join(models)})", "What the recipe names answers.")
            offers.insert(0, own)
        if self._owner_shares and self.environ.get("OPENAI_MODEL"):
            where = urlsplit(self._environment_url).hostname or "the environment's endpoint"
            note = f"The endpoint of this server's environment, {where}, answers; who runs the server pays."
            offers.append(Offer("environment", f"{self.environ['OPENAI_MODEL']} at {where}", note))
        if self._on_hub:
            note = "Your own inference on Hugging Face answers, once you have signed in; your account pays."
            offers.append(Offer("hub", f"{self._hub_model} on Hugging Face", note))
        note = (
            "Your key is sent to the endpoint that you choose, for as long as a problem is made, and is kept nowhere."
        )
        offers.append(Offer("key", "A model of yours, by its key", note))
        return tuple(offers)

    def public_endpoints(self) -> Mapping[str, str]:
        """Label -> base URL that a typed key may be sent to; the environment's own endpoint is among them."""
        own = self.environ.get("OPENAI_BASE_URL")
        if not own or own in PUBLIC.values():
            return PUBLIC
        return {**PUBLIC, f"This server's ({urlsplit(own).hostname})": own}

    def typed(self, where: str, key: Secret, model: str) -> Endpoint:
        """The endpoint that a visitor typed a key for.

        Args:
            where: a label of :meth:`public_endpoints`; or a URL, where :attr:`free_url`.

        Raises:
            ConfigError: it cannot be used; what was typed is not repeated.
        """
        base_url = self.public_endpoints().get(where.strip()) or (where.strip() if self.free_url else "")
        if not base_url:
            raise ConfigError("choose one of the listed endpoints; this server sends keys nowhere else")
        if urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).hostname:
            raise ConfigError("the endpoint is no http(s) URL: such as http://127.0.0.1:8000/v1")
        name, value = model.strip(), key.reveal().strip()
        if not name or len(name) > _LONGEST or not name.isprintable():
            raise ConfigError("name the model that is to answer, as its endpoint calls it")
        if not value or len(value) > _LONGEST or not value.isascii() or not value.isprintable():
            raise ConfigError("the key is empty or no plain text: copy it again")
        return Endpoint(base_url, Secret(value), name)

    def config_for(self, visitor: Visitor) -> Config:
        """The recipe with the models that answer for a visitor; its fingerprint is that of what is made.

        Raises:
            ConfigError: nobody of that name is offered, or the visitor has not signed in or typed a key.
        """
        return self._answering(visitor)[0]

    def _answering(self, visitor: Visitor) -> tuple[Config, Secret | None]:
        """The configuration, and the visitor's key where it is not the owner's that is used."""
        source = "key" if visitor.endpoint else visitor.source or self.offers()[0].id
        if source not in {offer.id for offer in self.offers()}:
            raise ConfigError(f"no model {source[:40]!r} is offered here; choose one of the list")
        if source == "recipe":
            return self.config, None
        if source == "procedural":
            return self._with(Model(backend=PROCEDURAL, name=NAME)), None
        if source == "environment":
            return self._with(Model(name=self.environ["OPENAI_MODEL"], base_url=self._environment_url)), None
        # Public endpoints differ in whether they accept a seed, and give no reply twice by it.
        if source == "hub":
            if visitor.oauth_token is None:
                raise ConfigError("sign in with Hugging Face first, or choose the procedural model")
            return self._with(Model(name=self._hub_model, base_url=ROUTER, send_seed=False)), visitor.oauth_token
        if visitor.endpoint is None:
            raise ConfigError("give a key, its endpoint and the model's name, or choose the procedural model")
        base_url = visitor.endpoint.base_url
        model = Model(name=visitor.endpoint.model, base_url=base_url, send_seed=base_url not in PUBLIC.values())
        return self._with(model), visitor.endpoint.key

    def _with(self, model: Model) -> Config:
        return replace(self.config, model=model, models=())

    @asynccontextmanager
    async def services(
        self, visitor: Visitor, studio: Studio, listener: Listener | None = None, *, pause: float = 0.0
    ) -> AsyncIterator[Services]:
        """What :func:`builder.synthesis.synthesize` works with, for one job; connections are closed behind it.

        ``listener`` is told what arrives, ``pause`` seconds apart where whole replies are passed on in pieces.

        Raises:
            KPMathError: as :meth:`config_for`, or the model cannot be asked.  No key is in its text.
        """
        config, key = self._answering(visitor)
        opened: dict[Model, Chat] = {}
        for role in config.roles:
            model = config.model_for(role)
            if model not in opened:
                opened[model] = self._open(model, key)
        chats = {role: opened[config.model_for(role)] for role in config.roles}
        if listener is not None:
            chats = {role: Live(chat, listener, pause=pause) for role, chat in chats.items()}
        try:
            yield Services(config, studio.prompts, chats, studio.practices)
        except KPMathError as error:
            raise for_visitor(error, key) from None
        finally:
            for chat in opened.values():
                await chat.aclose()

    def _open(self, model: Model, key: Secret | None) -> Chat:
        if model.backend == PROCEDURAL:
            return open_model(model)
        own = self.environ.get(model.api_key_env) or "none" if not model.api_key_file else api_key(model)
        return OpenAIChat(
            model.base_url or self._environment_url,
            key.reveal() if key else own,
            concurrency=min(_AT_ONCE, model.concurrency),
            requests_per_minute=model.requests_per_minute,
            tokens_per_minute=model.tokens_per_minute,
            timeout=min(_TIMEOUT, model.timeout),
            stall=_STALL,
            max_retries=2,
            patience=_PATIENCE,
            send_seed=model.send_seed,
        )


def for_visitor(error: KPMathError, key: Secret | None) -> KPMathError:
    """The error as a visitor is told it: without the key, and with what can be done here, not at a command line."""
    said, value = str(error), key.reveal() if key else ""
    if value:
        said = said.replace(value, "***")
    if isinstance(error, ModelError):
        said = _ADVICE.sub("", said).removesuffix(".") + "; try again, or let another model answer"
    return error if said == str(error) else ModelError(said)


async def watch(
    information_set: InformationSet,
    visitor: Visitor,
    studio: Studio,
    models: Models,
    ticket: Spends,
    *,
    pause: float = 0.0,
) -> AsyncGenerator[Writing | Arrived | Waiting | Step, None]:
    """One information set from question to vote, as it happens: the steps of ``synthesize``, and what arrives
    between them (:func:`builder.llm.streaming.watched`).  What is used is told to ``ticket``.

    Raises:
        KPMathError: who should answer cannot be asked, answers nonsense, or takes longer than the ticket allows.
    """

    async def steps(listener: Listener) -> AsyncIterator[Step]:
        async with models.services(visitor, studio, listener, pause=pause) as services:
            async for step in synthesize(information_set, services):
                yield step

    events = watched(steps, seconds=ticket.seconds, beat=_BEAT)
    try:
        async for event in events:
            if isinstance(event, Arrived):
                ticket.spend(event.reply.prompt_tokens + event.reply.completion_tokens)
            yield event
    finally:
        await events.aclose()


def vote_so_far(question: Question, solutions: Sequence[Solution], config: Config) -> Vote:
    """The vote of the candidates that are there, whatever the order in which they came, of all that are planned."""
    return count_votes(question, sorted(solutions, key=lambda s: s.index), config)
