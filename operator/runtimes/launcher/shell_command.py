"""One command of an agent in the sandbox, from its start to the end of all that came from it."""

import os
import selectors
import signal
import subprocess
import time

import sandbox

CHUNK = 65_536
SCRATCH = os.environ.get("TMPDIR", "/tmp")
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": SCRATCH, "TMPDIR": SCRATCH}


class AskerGone(Exception):
    """Nobody waits for the answer any more."""


class Refusal(Exception):
    """The command was not begun: why, in words."""


class _Output:
    """The beginning and the end of what is printed; what lies between is counted."""

    def __init__(self, max_bytes):
        self.half = max(1, max_bytes // 2)
        self.head = bytearray()
        self.tail = bytearray()
        self.omitted = 0

    def add(self, chunk):
        fitting = self.half - len(self.head)
        self.head += chunk[:fitting]
        self.tail += chunk[fitting:]
        if (excess := len(self.tail) - self.half) > 0:
            del self.tail[:excess]
            self.omitted += excess

    def text(self):
        """UTF-8, mended where it is none."""
        note = f"\n[{self.omitted} bytes are left out here]\n".encode() if self.omitted else b""
        return bytes(self.head + note + self.tail).decode(errors="replace")


def run_command(command, *, folder, timeout_seconds, max_bytes, asker):
    """How it ended and what it printed. Nothing that it has started runs any more then, however it ended."""
    child = _start(command, folder)
    output = _Output(max_bytes)
    try:
        status = _follow(child, output, time.monotonic() + timeout_seconds, asker)
    finally:
        sandbox.end_all(child.pid)
        # NOTE: it has been waited for already: `subprocess` must not do so again, when another has its number.
        child.returncode = 0
    _drain(child.stdout, output)
    child.stdout.close()
    return {
        "exitCode": status if status is not None and status >= 0 else None,
        "signal": signal.Signals(-status).name if status is not None and status < 0 else None,
        "isTimedOut": status is None,
        "output": output.text(),
    }


def _start(command, folder):
    try:
        child = subprocess.Popen(
            ["/bin/sh", "-c", command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=folder,
            env=ENVIRONMENT,
            preexec_fn=sandbox.make_restriction(shares_pod=True),
        )
    except (subprocess.SubprocessError, KeyError) as error:
        raise Refusal(f"this node cannot confine a command (seccomp): {error}") from error
    except (OSError, ValueError) as error:
        raise Refusal(f"it cannot be started: {error}") from error
    os.set_blocking(child.stdout.fileno(), False)
    return child


def _follow(child, output, deadline, asker):
    """The status with which it ended by itself; None when its time was up. AskerGone when the agent is."""
    exited = os.pidfd_open(child.pid)
    try:
        with selectors.DefaultSelector() as selector:
            for source in (exited, child.stdout, asker):
                selector.register(source, selectors.EVENT_READ)
            while (left := deadline - time.monotonic()) > 0:
                ready = [key.fileobj for key, _ in selector.select(left)]
                if asker in ready:
                    raise AskerGone("it has left, or asks for more at once")
                if child.stdout in ready and not _take(child.stdout, output):
                    selector.unregister(child.stdout)
                if exited in ready:
                    return os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1])
            return None
    finally:
        os.close(exited)


def _take(stdout, output):
    """Whether more may come."""
    try:
        chunk = os.read(stdout.fileno(), CHUNK)
    except BlockingIOError:
        return True
    output.add(chunk)
    return chunk != b""


def _drain(stdout, output):
    """What stands in the pipe, whose other end nobody holds any more."""
    while True:
        try:
            chunk = os.read(stdout.fileno(), CHUNK)
        except BlockingIOError:
            return
        if chunk == b"":
            return
        output.add(chunk)
