"""What the launcher does before foreign code starts: it hides itself, and takes from its child what it may not have."""

import os
import platform
import resource
import signal

import seccomp

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 1, 4, 36

MEBIBYTE = 1024 * 1024
# Processes are counted by user, across all pods of a node: few would let pods starve each other. It only bounds a bomb.
LIMITS = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_FSIZE: 256 * MEBIBYTE,
    resource.RLIMIT_NOFILE: 1024,
    resource.RLIMIT_NPROC: 4096,
}


def protect_launcher():
    """No process of the same user reads this one's memory or files, and orphans of the program come to it."""
    seccomp.prctl(PR_SET_DUMPABLE, 0)
    seccomp.prctl(PR_SET_CHILD_SUBREAPER, 1)


def make_restriction(shares_pod=False):
    """A function for the child to call between fork and exec. KeyError: an architecture that is not known."""
    instructions = seccomp.build_filter(platform.machine(), os.getpid(), shares_pod)

    def restrict():
        os.umask(0o077)
        seccomp.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        for limit, value in LIMITS.items():
            _, hard = resource.getrlimit(limit)
            lowest = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(limit, (lowest, lowest))
        seccomp.install_filter(instructions)

    return restrict


def end_all(child):
    """Kills the child and everything that came from it, at once: nothing of it runs when this returns."""
    if os.getpid() == 1:
        _kill(-1)  # everything in the container but this process, in one step that no fork outruns
    _kill(-child)
    while children := _children():
        for pid in children:
            _kill(pid)
        for pid in children:
            _reap(pid)


def _kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _reap(pid):
    """Waits for a child that was killed; those that its death makes orphans are found next."""
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        pass


def _children():
    """The processes whose parent this one is."""
    own = os.getpid()
    return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _parent_of(pid) == own]


def _parent_of(pid):
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            # The name, in parentheses, may hold anything.
            return int(stat.read().rpartition(b")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None
