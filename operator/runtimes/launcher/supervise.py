"""Runs a child in the sandbox and watches it: what it says, what it answers, how long it takes."""

import os
import selectors
import signal
import subprocess
import tempfile
import time

import sandbox
from outcome import RETRYABLE, Failure

MAX_ANSWER_BYTES = 8 * 1024 * 1024
MAX_LOG_BYTES = 4 * 1024 * 1024
TERMINATION_GRACE_SECONDS = 1
CHUNK = 65_536

SIGNALS = {
    signal.SIGKILL: ("OutOfMemory", "it was killed, most likely because it used more memory than its limit"),
    signal.SIGSYS: ("SandboxViolation", "it made a system call of another architecture, which the sandbox forbids"),
}


class Supervision:
    """One child, from its start to the end of all that came from it."""

    def __init__(self, deadline_seconds):
        self.deadline = time.monotonic() + deadline_seconds
        self.deadline_seconds = deadline_seconds
        self.answer = bytearray()
        self.logged_bytes = 0
        self.selector = selectors.DefaultSelector()

    def run(self, command, environment, folder, task):
        """Starts `command ANSWER_FD` with the task on its standard input; answers with what it wrote, or raises Failure."""
        self._listen_for_termination()
        answer_end, child_end = os.pipe()
        child = self._start([*command, str(child_end)], environment, folder, task, child_end)
        os.close(child_end)
        self._watch(answer_end, self._take_answer)
        self._watch(child.stdout.fileno(), self._take_log)
        exited = os.pidfd_open(child.pid)
        self.selector.register(exited, selectors.EVENT_READ, None)
        try:
            self._follow()
            status = os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1])
        except Failure as failure:
            if failure.exit_code == RETRYABLE:
                _ask_to_end(child.pid)
            raise
        finally:
            sandbox.end_all(child.pid)
        self._drain()
        return self._judge(status)

    @staticmethod
    def _start(command, environment, folder, task, child_end):
        with tempfile.TemporaryFile() as standard_input:
            standard_input.write(task)
            standard_input.seek(0)
            try:
                return subprocess.Popen(
                    command,
                    stdin=standard_input,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    pass_fds=(child_end,),
                    start_new_session=True,
                    cwd=folder,
                    env=environment,
                    preexec_fn=sandbox.make_restriction(),
                )
            except (subprocess.SubprocessError, KeyError) as error:
                raise Failure("SandboxUnavailable", f"this node cannot confine a program (seccomp): {error}") from error

    def _listen_for_termination(self):
        """Signals arrive as bytes on a pipe, so that they interrupt nothing but the wait."""
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        signal.set_wakeup_fd(writing)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        self.selector.register(reading, selectors.EVENT_READ, self._be_interrupted)

    def _watch(self, descriptor, take):
        os.set_blocking(descriptor, False)
        self.selector.register(descriptor, selectors.EVENT_READ, take)

    def _follow(self):
        """Until the child ends; Failure when it has to be ended."""
        while True:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise Failure("TimedOut", f"it took longer than {self.deadline_seconds} s", is_limit=True)
            events = self.selector.select(left)
            for key, _ in events:
                if key.data is None:
                    return
                key.data(key.fd)

    def _drain(self):
        """Takes what stands in the pipes, whose other ends nobody holds any more."""
        for key in list(self.selector.get_map().values()):
            while key.data in (self._take_answer, self._take_log) and key.fd in self.selector.get_map():
                key.data(key.fd)

    def _take_answer(self, descriptor):
        chunk = self._read(descriptor)
        self.answer += chunk
        if len(self.answer) > MAX_ANSWER_BYTES:
            message = f"its result is larger than {MAX_ANSWER_BYTES // 1024 // 1024} MiB"
            raise Failure("ResultTooLarge", message, is_limit=True)

    def _take_log(self, descriptor):
        """The log is for people: the program goes on when it says too much, and the rest is left out."""
        chunk = self._read(descriptor)
        kept = chunk[: max(0, MAX_LOG_BYTES - self.logged_bytes)]
        if kept:
            os.write(1, kept)
        if self.logged_bytes <= MAX_LOG_BYTES < self.logged_bytes + len(chunk):
            os.write(1, b"\n[the rest is left out]\n")
        self.logged_bytes += len(chunk)

    def _read(self, descriptor):
        try:
            chunk = os.read(descriptor, CHUNK)
        except BlockingIOError:
            return b""
        if chunk == b"":
            self.selector.unregister(descriptor)
        return chunk

    @staticmethod
    def _be_interrupted(_):
        raise Failure("Interrupted", "the pod was asked to end", retryable=True)

    def _judge(self, status):
        if self.answer:
            return bytes(self.answer)
        if status < 0:
            name = signal.Signals(-status).name
            reason, message = SIGNALS.get(-status, ("Crashed", f"it crashed ({name})"))
            raise Failure(reason, message, is_limit=reason == "OutOfMemory")
        raise Failure("ProgramFailed", f"it ended itself with exit code {status} before `execute` returned")


def _ask_to_end(child):
    """Gives the program a moment to end by itself, as Kubernetes gives it to the pod."""
    try:
        os.killpg(child, signal.SIGTERM)
    except ProcessLookupError:
        return
    until = time.monotonic() + TERMINATION_GRACE_SECONDS
    while time.monotonic() < until and os.waitpid(child, os.WNOHANG) == (0, 0):
        time.sleep(0.02)
