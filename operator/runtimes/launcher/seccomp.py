"""A filter of system calls, as the kernel's classic BPF, that foreign code and all that it starts cannot take off."""

import ctypes
import errno
import os
import struct

import syscalls

# linux/audit.h; the index says which number of a system call counts.
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
X32_BIT = 0x40000000
AF_UNIX = 1
# SOCK_DGRAM and SOCK_RAW have it, SOCK_STREAM and SOCK_SEQPACKET do not: only those two send nowhere but to their pair.
SENDS_ANYWHERE = 2
# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET (linux/sched.h).
NEW_NAMESPACES = 0x7E020000

# linux/bpf_common.h and linux/seccomp.h
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_IF_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL_PROCESS, FAIL = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER_OFFSET, ARCHITECTURE_OFFSET, ARGUMENTS_OFFSET = 0, 4, 16

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2

libc = ctypes.CDLL(None, use_errno=True)


def _instruction(code, value, when_true=0, when_false=0):
    return struct.pack("HBBI", code, when_true, when_false, value & 0xFFFFFFFF)


def _answer(value):
    return [_instruction(RETURN, value)]


def _refuse(error=errno.EPERM):
    return _answer(FAIL | error)


def _when_number(number, body):
    """`body` decides about one system call; it always answers."""
    return [_instruction(JUMP_EQUAL, number, 0, len(body)), *body]


def _when_first_argument(test, values, then, otherwise):
    return _when_argument(0, test, values, then, otherwise)


def _when_argument(index, test, values, then, otherwise):
    """Arguments of these calls are ints: the kernel itself reads their lower halves only."""
    tests = [part for value in values for part in (_instruction(test, value, 0, len(then)), *then)]
    return [_instruction(LOAD, ARGUMENTS_OFFSET + 8 * index), *tests, *otherwise]


def build_filter(machine, launcher_pid, shares_pod=False):
    """
    The filter for a machine's architecture, which protects the launcher's process too. Where other containers run in the pod at
    the same time it also refuses what reaches them: their sockets, and what System V and message queues share. KeyError: no such
    machine.
    """
    architecture, column = ARCHITECTURES[machine]
    allow, refuse = _answer(ALLOW), _refuse()
    program = [
        _instruction(LOAD, ARCHITECTURE_OFFSET),
        _instruction(JUMP_EQUAL, architecture, 1, 0),
        *_answer(KILL_PROCESS),
        _instruction(LOAD, NUMBER_OFFSET),
        _instruction(JUMP_AT_LEAST, X32_BIT, 0, 1),
        *_answer(KILL_PROCESS),
        *_when_number(
            syscalls.SOCKET[column],
            refuse if shares_pod else _when_first_argument(JUMP_EQUAL, [AF_UNIX], allow, refuse),
        ),
        *_when_number(syscalls.SOCKETPAIR[column], _judge_pair(shares_pod)),
        *_when_number(syscalls.CLONE[column], _when_first_argument(JUMP_IF_SET, [NEW_NAMESPACES], refuse, allow)),
        # Its arguments lie in memory, where a filter cannot look; the C library falls back to `clone`.
        *_when_number(syscalls.CLONE3[column], _refuse(errno.ENOSYS)),
        *_when_number(
            syscalls.KILL[column],
            _when_first_argument(JUMP_EQUAL, [launcher_pid, -launcher_pid, -1], refuse, allow),
        ),
        *_when_number(syscalls.PRLIMIT64[column], _when_first_argument(JUMP_EQUAL, [0], allow, refuse)),
    ]
    for numbers in syscalls.SIGNAL_BY_ID.values():
        program += _when_number(
            numbers[column], _when_first_argument(JUMP_EQUAL, [launcher_pid], refuse, allow)
        )
    for numbers in [*syscalls.REFUSED.values(), *(syscalls.SHARED_IN_PODS.values() if shares_pod else ())]:
        if numbers[column] is not None:
            program += _when_number(numbers[column], refuse)
    return b"".join([*program, *allow])


def _judge_pair(shares_pod):
    """Of a pair the family counts and, among other containers, whether one of it could send elsewhere."""
    by_family = _when_first_argument(JUMP_EQUAL, [AF_UNIX], _answer(ALLOW), _refuse())
    return _when_argument(1, JUMP_IF_SET, [SENDS_ANYWHERE], _refuse(), by_family) if shares_pod else by_family


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def prctl(option, *arguments):
    """OSError when the kernel refuses."""
    values = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    if libc.prctl(option, *values) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")


def install_filter(instructions):
    """For this process and all that come from it, for ever. OSError when the kernel refuses."""
    program = _Program(len(instructions) // 8, instructions)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(program))
