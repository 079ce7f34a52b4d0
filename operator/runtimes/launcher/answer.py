"""What the child wrote as its answer. Foreign code shares its process, so it may be anything."""

import json

from outcome import Failure

REASONS = ("ProgramFailed", "ProgramInvalid", "ResultNotJson")
# Beyond these a number changes on its way through programs that read all numbers as IEEE 754 doubles (RFC 7493).
LARGEST_INTEGER = 2**53 - 1


def parse_answer(text):
    """The outputs of the program; Failure when it failed, or answered what JSON cannot hold."""
    try:
        answer = json.loads(text, parse_constant=_refuse_constant, parse_int=_parse_integer)
        json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
    except RecursionError as error:
        raise Failure("ResultNotJson", "the result is nested too deeply") from error
    except ValueError as error:
        raise Failure("ResultNotJson", f"the result cannot be written as JSON: {error}") from error
    match answer:
        case {"value": value}:
            return value if isinstance(value, dict) else {"result": value}
        case {"error": {"reason": str(reason), "message": str(message), "retryable": bool(retryable)}}:
            known = reason if reason in REASONS else "ProgramFailed"
            raise Failure(known, message[:4096], retryable=retryable)
        case _:
            raise Failure("ResultNotJson", "the program wrote over its result")


def _refuse_constant(name):
    raise ValueError(f"{name} is no JSON number")


def _parse_integer(digits):
    value = int(digits)  # ValueError beyond 4,300 digits, which would take long
    if abs(value) > LARGEST_INTEGER:
        raise ValueError(f"{digits[:40]} is too large to be exact; return it as text")
    return value
