"""How an attempt ends, and what is left behind to tell it (the documents of operator/src/api/runner-result.ts)."""

import json
from dataclasses import dataclass

API_VERSION = "conclave.dev/v1alpha1"
MAX_MESSAGE_BYTES = 1024

# The exit codes of the contract.
DONE, RETRYABLE, TERMINAL, LIMIT_REACHED = 0, 10, 20, 30


class Failure(Exception):
    """The attempt has no result: why in a word, in words, and whether trying again may help."""

    def __init__(self, reason, message, *, retryable=False, is_limit=False):
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.retryable = retryable
        self.is_limit = is_limit

    @property
    def exit_code(self):
        if self.is_limit:
            return LIMIT_REACHED
        return RETRYABLE if self.retryable else TERMINAL


@dataclass(frozen=True)
class Success:
    """What the program answered, as an object of JSON values, and when it ran (RFC 3339)."""

    outputs: dict
    started_at: str
    finished_at: str


def render_result(success):
    """The document `Result`, as bytes."""
    document = {
        "apiVersion": API_VERSION,
        "kind": "Result",
        "outcome": "succeeded",
        "outputs": success.outputs,
        "startedAt": success.started_at,
        "finishedAt": success.finished_at,
    }
    return _encode(document)


def render_termination_message(failure):
    """The document `TerminationMessage`, as bytes: at most 1,024, for which the message is cut."""
    whole = failure.message.encode(errors="replace").decode()
    fitting, too_long = 0, len(whole) + 1
    if len(_termination_message(failure, whole)) <= MAX_MESSAGE_BYTES:
        return _termination_message(failure, whole)
    while too_long - fitting > 1:
        middle = (fitting + too_long) // 2
        if len(_termination_message(failure, whole[:middle] + "…")) <= MAX_MESSAGE_BYTES:
            fitting = middle
        else:
            too_long = middle
    return _termination_message(failure, whole[:fitting] + "…")


def _termination_message(failure, message):
    error = {"reason": failure.reason, "message": message, "retryable": failure.retryable}
    return _encode({"outcome": "limit" if failure.is_limit else "failed", "error": error})


def _encode(document):
    """ValueError for NaN, infinities, and text that is no Unicode; RecursionError for what is too deep."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
