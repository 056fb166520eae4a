"""The exception tree of KPMath.

::

    KPMathError                 a person can act on it; the command line prints it without a traceback
    ├── ConfigError             a recipe or an option: names the key, the value and the nearest valid one
    ├── SeedError               a seed file: names the file, the line and the field
    ├── PromptError             a prompt template: a missing or an unknown placeholder
    ├── ReplyError              a model's reply that cannot be read; becomes a stored reason, ends no run
    ├── ModelError              the endpoint: refused, unauthorised, unknown model, final failure
    │   ├── RequestFailed       this one request is given up, others are not concerned: costs its row
    │   │   └── RequestRefused  the endpoint refuses it whatever is done (400, content filter)
    │   └── RetryableModelError what may succeed when asked again (429, 5xx, time-out, reset)
    ├── ReplyPending            a reply that a batch file has asked for is not there yet
    ├── BudgetReached           --max-cost or --max-requests: the run stops, the same command goes on
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


class RequestFailed(ModelError):
    """This request is given up after all its tries; other requests are not concerned.

    ``requests`` is how many were sent for it.
    """

    def __init__(self, message: str, requests: int = 0) -> None:
        super().__init__(message)
        self.requests = requests

    fate = "failed"
    """What becomes of the row that asked."""


class RequestRefused(RequestFailed):
    """The endpoint refuses this request whatever is done; other requests are not concerned."""

    fate = "refused"


class RetryableModelError(ModelError):
    """A failure that may pass: rate limit, server error, time-out, dropped connection.

    ``retry_after`` is the number of seconds that the server asked to wait, where it said so.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ReplyPending(KPMathError):
    """A reply is not there yet and is asked for through a batch file."""

    exit_code = 9


class BudgetReached(KPMathError):
    """The limit of money or requests that the user set; what was paid for is stored."""

    exit_code = 8


class StoreError(KPMathError):
    """The completion store or a stage file cannot be used or written."""

    exit_code = 6


class PublishError(KPMathError):
    """What should be published is not whole or not allowed to be."""

    exit_code = 7
