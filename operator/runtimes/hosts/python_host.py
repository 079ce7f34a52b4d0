"""Inside the sandbox: calls `execute(inputs)` of a program in Python and writes one answer. usage: PROGRAM ANSWER_FD"""

import importlib.util
import inspect
import json
import os
import sys
import traceback

MAX_FRAMES = 5


def call(program, inputs):
    """What `execute` returns, or what its coroutine does."""
    specification = importlib.util.spec_from_file_location("program", program)
    module = importlib.util.module_from_spec(specification)
    sys.modules["program"] = module
    specification.loader.exec_module(module)
    execute = getattr(module, "execute", None)
    if not callable(execute):
        raise NotImplementedError("the program defines no function `execute(inputs)`")
    value = execute(inputs)
    if inspect.iscoroutine(value):
        import asyncio

        return asyncio.run(value)
    return value


def describe(error, program):
    """The error in a line, and the user's own lines that led there, the innermost first."""
    try:
        words = "".join(traceback.format_exception_only(error)).strip()
    except Exception:  # its __str__ may be broken
        words = type(error).__name__
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == program]
    print("".join(["Traceback (of the program's own lines):\n", *traceback.format_list(frames), words]), file=sys.stderr)
    places = [f"line {frame.lineno} in {frame.name}" for frame in reversed(frames[-MAX_FRAMES:])]
    return f"{words} ({', called from '.join(places)})" if places else words


def answer_of(program, inputs):
    """The answer as JSON, whatever the program does short of ending the process."""
    try:
        value = call(program, inputs)
    except BaseException as error:
        reason = "ProgramInvalid" if isinstance(error, (SyntaxError, NotImplementedError)) else "ProgramFailed"
        retryable = getattr(error, "retryable", False) is True
        return failure(reason, describe(error, program), retryable)
    try:
        return json.dumps({"value": value}, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        return failure("ResultNotJson", f"the result cannot be written as JSON: {error}", False)


def failure(reason, message, retryable):
    return json.dumps({"error": {"reason": reason, "message": message[:4096], "retryable": retryable}})


def main():
    program, answer_fd = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    inputs = json.load(sys.stdin)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    answer = answer_of(program, inputs)
    with open(answer_fd, "w", encoding="utf-8") as file:
        file.write(answer)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads that the program left do not keep it


main()
