"""
The shell of an agent: `launcher shell`. Runs one command at a time, each in the sandbox, for the agent in the container beside it.

The agent listens on a Unix socket, and this end connects: its folder is there only for reading, and commands cannot open sockets.
Requests and answers are one line of JSON each. When the agent goes away its command is ended.
"""

import json
import signal
import socket
import sys
import time

import sandbox
from shell_command import AskerGone, Refusal, run_command

MAX_REQUEST_BYTES = 1024 * 1024
# Until the agent listens, which it does before it asks its model for the first time.
PAUSE_SECONDS = 0.1


def serve(path, workspace):
    """Until the pod ends."""
    sandbox.protect_launcher()
    # As process 1 it would ignore the signal.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        with _connect(path) as asker:
            _answer_all(asker, workspace)


def _connect(path):
    while True:
        asker = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            asker.connect(path)
            return asker
        except OSError:
            asker.close()
            time.sleep(PAUSE_SECONDS)


def _answer_all(asker, workspace):
    """Until the agent goes away, or says what it never says."""
    try:
        with asker.makefile("rb") as lines:
            while line := lines.readline(MAX_REQUEST_BYTES):
                answer = _answer(json.loads(line), asker, workspace)
                asker.sendall(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
    except (AskerGone, OSError, ValueError, KeyError, TypeError) as error:
        print(f"shell: the agent is gone: {error!r}", file=sys.stderr)
        time.sleep(PAUSE_SECONDS)


def _answer(request, asker, workspace):
    try:
        return run_command(
            request["command"],
            folder=workspace,
            timeout_seconds=request["timeoutMs"] / 1000,
            max_bytes=request["maxBytes"],
            asker=asker,
        )
    except Refusal as refusal:
        return {"refusal": str(refusal)}
