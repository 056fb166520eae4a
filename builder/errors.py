"""The exception tree of KPMath.

::

    KPMathError                 a person can act on it; the command line prints it without a traceback
    ├── ConfigError             a recipe or an option: names the key, the value and the nearest valid one
    ├── SeedError               a seed file: names the file, the line and the field
    ├── PromptError             a prompt template: a missing or an unknown placeholder
    ├── ReplyError              a model's reply that cannot be read; becomes a stored reason, ends no run
    ├── ModelError              the endpoint: refused, unauthorised, unknown model, final failure
    │   ├── RequestRefused      this one request is refused for good (400, content filter): costs its row
    │   └── RetryableModelError what may succeed when asked again (429, 5xx, time-out, reset)
    ├── StoreError              the completion store or a stage file: foreign, damaged, old layout, disk full
    └── PublishError            a dataset folder that must not be published

Every message says what was wrong, where, and what to do next.  :attr:`KPMathError.exit_code` is the
exit status of the command line.
"""

from __future__ import annotations


class KPMathError(Exception):
    """Base of every error that a user can cause and mend."""

    exit_code = 1


class ConfigError(KPMathError):
    """A recipe, an option or a value of the configuration is not valid."""

    exit_code = 2


class SeedError(KPMathError):
    """A seed file is missing, malformed or lacks a field."""

    exit_code = 3


class PromptError(KPMathError):
    """A prompt template and the values given to it do not match."""

    exit_code = 2


class ReplyError(KPMathError):
    """A model's reply does not have the form that its parser expects."""

    exit_code = 4


class ModelError(KPMathError):
    """A model could not be asked, or refused for good."""

    exit_code = 5


class RequestRefused(ModelError):
    """The endpoint refuses this request whatever is done; other requests are not concerned."""


class RetryableModelError(ModelError):
    """A failure that may pass: rate limit, server error, time-out, dropped connection.

    ``retry_after`` is the number of seconds that the server asked to wait, where it said so.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StoreError(KPMathError):
    """The completion store or a stage file cannot be used or written."""

    exit_code = 6


class PublishError(KPMathError):
    """What should be published is not whole or not allowed to be."""

    exit_code = 7
