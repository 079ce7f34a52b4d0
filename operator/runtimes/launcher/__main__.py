"""
Runs a program of the user's in a sandbox: `launcher run`; makes a Method's container ready: `launcher copy`; or runs commands of
an agent, each in a sandbox: `launcher shell`.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime

from answer import parse_answer
from outcome import DONE, Failure, Success, render_result, render_termination_message
from task import read_document, read_task

RUNTIMES = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COMMANDS = {
    "python": [sys.executable, "-I", "-B", f"{RUNTIMES}/hosts/python_host.py"],
    "javascript": [shutil.which("node") or "node", "--no-warnings", f"{RUNTIMES}/hosts/javascript-host.mjs"],
}
FILE_NAMES = {"python": "program.py", "javascript": "program.js"}


def run(folder):
    """Writes `result.json` into the folder; Failure when there is none."""
    import sandbox
    from supervise import Supervision

    sandbox.protect_launcher()
    task = read_task(f"{folder}/task.json")
    scratch = tempfile.mkdtemp(prefix="program-")
    try:
        with open(f"{scratch}/{FILE_NAMES[task.runtime]}", "w", encoding="utf-8") as file:
            file.write(task.program)
        started_at = _now()
        supervision = Supervision(task.deadline_seconds)
        command = [*COMMANDS[task.runtime], FILE_NAMES[task.runtime]]
        answer = supervision.run(command, _environment(scratch), scratch, json.dumps(task.inputs).encode())
        _replace(folder, "result.json", render_result(Success(parse_answer(answer), started_at, _now())))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def copy(folder):
    """Puts what starts a Method's command, and its inputs, where the Method's container finds them."""
    target = f"{folder}/bin"
    os.makedirs(target, exist_ok=True)
    for source in ("/bin/busybox", f"{RUNTIMES}/method/launch.sh"):
        shutil.copy(source, target)
    _replace(folder, "inputs.json", json.dumps(read_document(f"{folder}/task.json")["inputs"]).encode())


def _environment(scratch):
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": scratch,
        "TMPDIR": scratch,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }


def _replace(folder, name, content):
    """Whatever stands under the name, a link too, is replaced, never followed."""
    handle, path = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        os.fchmod(handle, 0o644)  # other containers of the pod may run as another user
    try:
        os.replace(path, f"{folder}/{name}")
    except OSError as error:
        raise Failure("ResultUnwritable", f"{folder}/{name} cannot be written: {error}") from error


def _now():
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _leave(path, message):
    """Foreign code may have made the file a link, or written into it."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        print(f"launcher: {path} cannot be written: {error}", file=sys.stderr)
        return
    with os.fdopen(handle, "wb") as file:
        file.write(message)


def main():
    parser = argparse.ArgumentParser(prog="launcher", description=__doc__)
    parser.add_argument("action", choices=("run", "copy", "shell"))
    parser.add_argument("--folder", default="/conclave", help="what the containers of the pod share")
    parser.add_argument("--termination-log", default="/dev/termination-log", help="where failures are told")
    parser.add_argument("--socket", default="/var/run/conclave-shell/socket", help="where the agent of a shell listens")
    parser.add_argument("--workspace", default="/workspace", help="where commands of a shell run")
    arguments = parser.parse_args()
    if arguments.action == "shell":
        import shell

        shell.serve(arguments.socket, arguments.workspace)
    try:
        {"run": run, "copy": copy}[arguments.action](arguments.folder)
    except Failure as failure:
        print(f"launcher: {failure.reason}: {failure.message}", file=sys.stderr)
        _leave(arguments.termination_log, render_termination_message(failure))
        return failure.exit_code
    _leave(arguments.termination_log, b"")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
