"""What the pod is given to do: the document `Task` of operator/src/api/runner-task.ts, as far as it concerns code."""

import json
from dataclasses import dataclass

from outcome import API_VERSION, Failure

DEFAULT_DEADLINE_SECONDS = 600


@dataclass(frozen=True)
class Task:
    """A program and what it is called with."""

    runtime: str
    program: str
    inputs: dict
    deadline_seconds: int


def read_document(path):
    """The task as it stands there; Failure when it is no task. The operator wrote it: the checks find versions that differ."""
    try:
        with open(path, "rb") as file:
            document = json.load(file)
    except (OSError, ValueError) as error:
        raise Failure("TaskUnreadable", f"{path} cannot be read: {error}") from error
    is_task = isinstance(document, dict) and document.get("kind") == "Task"
    if not is_task or document.get("apiVersion") != API_VERSION or not isinstance(document.get("inputs"), dict):
        raise Failure("TaskUnreadable", f"{path} is no Task of {API_VERSION} with inputs")
    return document


def read_task(path):
    """The program to run; Failure when there is none."""
    document = read_document(path)
    work = document.get("work", {})
    runtime, program = work.get("runtime"), work.get("program")
    if work.get("kind") != "code" or runtime not in ("python", "javascript") or not isinstance(program, str):
        raise Failure("TaskUnreadable", f"{path} has no program in Python or JavaScript")
    deadline_seconds = document.get("deadlineSeconds", DEFAULT_DEADLINE_SECONDS)
    return Task(runtime, program, document["inputs"], deadline_seconds)
