#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The board's model against the published facts, without Linux.

model_test.py QEMU FIRMWARE-DIR

Speaks QEMU's qtest protocol: each case is a machine of its own, driven
register by register. Prints TAP.
"""
import hashlib
import os
import re
import struct
import subprocess
import sys
import tempfile

QEMU, FIRMWARE = sys.argv[1], sys.argv[2]

MBOX, STRIDE = 0x31000000, 0x10000
VERSION, GEN_CTRL, SW_TX, SW_EN, SW_STS = 0x00, 0x04, 0x14, 0x18, 0x1C
NF_THRS, NE_THRS, INT_EN, INT_STS = 0x30, 0x34, 0x38, 0x3C
CMD_POST, DATA_POST, POST_CNT = 0x40, 0x44, 0x48
CMD_POP, DATA_POP, POP_CNT, SEM = 0x50, 0x54, 0x58, 0x60
RAM, CTL = 0x80000000, 0x3F000000
DEPTH = 15

# The published orders of the interrupt bits: bit of (peer read, not full,
# peer wrote, not empty). Of the first only what its driver does is known.
MAPS = {"linux": (0, 3, 1, 2), "mtk": (3, 2, 1, 0), "ctl": (0, 1, 2, 3)}
# interrupt lines of a channel, relative to 40 + 6 * channel
LINE_RD, LINE_NF, LINE_WR, LINE_NE, LINE_FIFO, LINE_SW = range(6)


class Died(Exception):
    """QEMU went away: status and what it said."""


class Board:
    """One machine, driven through qtest."""

    def __init__(self, options="", accel="qtest", mem="16M"):
        cmd = [QEMU, "-M", "mt3620" + ("," + options if options else ""), "-m", mem,
               "-accel", accel, "-display", "none", "-monitor", "none", "-serial", "none",
               "-qtest", "stdio", "-qtest-log", "none"]
        self.proc = subprocess.Popen(cmd, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, text=True)
        self.lines = set()      # interrupt lines that are up

    def cmd(self, text):
        try:
            self.proc.stdin.write(text + "\n")
            self.proc.stdin.flush()
        except BrokenPipeError:
            pass
        while True:
            line = self.proc.stdout.readline()
            if not line:
                raise Died(self.proc.wait(), self.proc.stderr.read())
            words = line.split()
            if words[0] == "IRQ":
                (self.lines.add if words[1] == "raise" else self.lines.discard)(int(words[2]))
                continue
            if words[0] != "OK":
                raise AssertionError(f"qtest: {text}: {line.strip()}")
            return words[1] if len(words) > 1 else None

    def r(self, addr):
        return int(self.cmd(f"readl {addr:#x}"), 16)

    def w(self, addr, val):
        self.cmd(f"writel {addr:#x} {val:#x}")

    def reg(self, chan, off, val=None):
        addr = MBOX + chan * STRIDE + off
        if val is None:
            return self.r(addr)
        return self.w(addr, val)

    def post(self, chan, cmd, data):
        self.reg(chan, DATA_POST, data)
        self.reg(chan, CMD_POST, cmd)

    def pop(self, chan):
        data = self.reg(chan, DATA_POP)
        return self.reg(chan, CMD_POP), data

    def intercept(self):
        self.cmd("irq_intercept_in /machine/mpcore/gic")

    def up(self, chan):
        """Lines of a channel that are up."""
        first = 40 + 6 * chan
        return {n - first for n in self.lines if first <= n < first + 6}

    def write(self, addr, data):
        self.cmd(f"write {addr:#x} {len(data):#x} 0x{data.hex()}")

    def read(self, addr, size):
        return bytes.fromhex(self.cmd(f"read {addr:#x} {size:#x}")[2:])

    def until(self, what, text):
        for _ in range(200000):
            if what():
                return
        raise AssertionError(text)

    def step(self, ns):
        self.cmd(f"clock_step {ns}")

    def close(self):
        if self.proc.poll() is None:
            self.proc.kill()
        self.proc.wait()
        for f in (self.proc.stdin, self.proc.stdout, self.proc.stderr):
            try:
                f.close()
            except BrokenPipeError:
                pass


CASES = []


def case(options="", **kw):
    def wrap(fn):
        CASES.append((fn, options, kw))
        return fn
    return wrap


def eq(is_, should, what=""):
    if is_ != should:
        raise AssertionError(f"{what} is {is_!r}, should be {should!r}".strip())


ECHO = "m4-0-peer=echo,m4-1-peer=echo"


@case()
def each_channel_has_the_version_word(b):
    for chan in range(3):
        eq(b.reg(chan, VERSION), 0x36200000)


@case("version=0x12345678")
def the_version_word_is_a_property(b):
    eq(b.reg(0, VERSION), 0x12345678)


@case(ECHO)
def entries_come_back_in_order_with_both_words(b):
    for chan in (1, 2):
        sent = [(0x1000 + i, i and 0xA0000000 + i) for i in range(DEPTH)]
        for cmd, data in sent:
            b.post(chan, cmd, data)
        eq(b.reg(chan, POP_CNT), DEPTH, "POP_CNT")
        eq([b.pop(chan) for _ in sent], sent)
        eq(b.reg(chan, POP_CNT), 0, "POP_CNT at the end")


@case(ECHO)
def channels_do_not_alias(b):
    b.post(1, 1, 2)
    eq(b.reg(2, POP_CNT), 0)
    eq(b.pop(1), (1, 2))


@case("m4-0-peer=stuck")
def the_fifo_holds_fifteen(b):
    for i in range(DEPTH):
        eq(b.reg(1, POST_CNT), i)
        b.post(1, i, i)
    eq(b.reg(1, POST_CNT), DEPTH)
    b.post(1, 99, 99)
    eq(b.reg(1, POST_CNT), DEPTH, "POST_CNT after a post too many")


@case(ECHO)
def the_data_latch_keeps_its_word(b):
    b.post(1, 1, 7)
    b.reg(1, CMD_POST, 2)
    eq([b.pop(1), b.pop(1)], [(1, 7), (2, 7)])


@case(ECHO + ",data-latch-clears=on")
def or_loses_it_if_so_chosen(b):
    b.post(1, 1, 7)
    b.reg(1, CMD_POST, 2)
    eq([b.pop(1), b.pop(1)], [(1, 7), (2, 0)])


@case(ECHO)
def data_is_read_before_the_command_moves_on(b):
    b.post(1, 1, 11)
    b.post(1, 2, 22)
    eq(b.reg(1, DATA_POP), 11)
    eq(b.reg(1, DATA_POP), 11, "DATA_POP again")
    eq(b.reg(1, CMD_POP), 1)
    eq(b.reg(1, DATA_POP), 22)


def interrupt_bits(name):
    rd, nf, wr, ne = (1 << bit for bit in MAPS[name])

    def run(b):
        b.intercept()
        eq(b.reg(1, INT_EN), 0, "INT_EN after reset")
        eq(b.reg(1, INT_STS), nf, "INT_STS when idle")
        b.post(1, 1, 2)
        eq(b.reg(1, INT_STS), rd | nf | wr | ne, "INT_STS after the echo")
        eq(b.up(1), set(), "lines while nothing is enabled")
        b.reg(1, INT_EN, 0xF)
        eq(b.up(1), {LINE_RD, LINE_NF, LINE_WR, LINE_NE, LINE_FIFO}, "lines")
        b.reg(1, INT_STS, 0xF)
        eq(b.reg(1, INT_STS), nf | ne, "events cleared, levels not")
        eq(b.up(1), {LINE_NF, LINE_NE, LINE_FIFO}, "lines after the write")
        b.pop(1)
        eq(b.reg(1, INT_STS), nf, "INT_STS when empty")
        b.post(1, 1, 2)
        b.reg(1, INT_STS, wr)
        eq(b.reg(1, INT_STS), rd | nf | ne, "only what was written is cleared")
        b.reg(1, INT_EN, rd)
        eq(b.up(1), {LINE_RD, LINE_FIFO}, "lines when one is enabled")
        b.reg(1, INT_EN, 0)
        eq(b.up(1), set(), "lines when none is")
        eq(b.up(2), set(), "lines of the other channel")
    run.__name__ = f"interrupt_bits_in_the_order_{name}"
    return run


for order in MAPS:
    case(f"{ECHO},int-map={order}")(interrupt_bits(order))


@case(ECHO + ",int-en-reset=0xf")
def the_reset_value_of_the_enables_is_a_property(b):
    eq(b.reg(1, INT_EN), 0xF)


@case("m4-0-peer=stuck")
def thresholds_move_the_levels(b):
    nf = 1 << MAPS["linux"][1]
    b.reg(1, NF_THRS, 3)
    for i in range(12):
        b.post(1, i, i)
    eq(b.reg(1, INT_STS) & nf, nf, "not full with room for three")
    b.post(1, 12, 12)
    eq(b.reg(1, INT_STS) & nf, 0, "not full with room for two")


@case(ECHO)
def software_interrupts(b):
    b.intercept()
    b.reg(1, SW_TX, 0xA5)
    eq(b.reg(1, SW_STS), 0xA5)
    eq(b.up(1), set(), "lines while nothing is enabled")
    b.reg(1, SW_EN, 0x04)
    eq(b.up(1), {LINE_SW})
    b.reg(1, SW_STS, 0x04)
    eq(b.up(1), set())
    eq(b.reg(1, SW_STS), 0xA1, "only what was written is cleared")
    b.reg(1, SW_TX, 0x04)
    eq(b.up(1), {LINE_SW}, "again")


@case(ECHO)
def reset_of_both_ends(b):
    b.reg(1, INT_EN, 0xF)
    b.reg(1, SW_EN, 0xFF)
    b.post(1, 1, 1)
    b.reg(1, SW_TX, 1)
    b.reg(1, GEN_CTRL, 1)
    eq([b.reg(1, r) for r in (POP_CNT, POST_CNT, INT_EN, SW_EN, SW_STS)], [0] * 5)


@case()
def semaphore(b):
    eq(b.reg(1, SEM), 2, "the A7 gets it")
    eq(b.reg(1, SEM), 2, "and still has it")
    b.reg(1, SEM, 0)


@case(ECHO)
def accesses_are_counted(b):
    b.w(CTL + 0x108, 1)
    b.post(1, 1, 1)
    b.pop(1)
    eq([b.r(CTL + 0x110 + 4 * i) for i in range(6)], [0, 0, 2, 2, 0, 0])
    b.w(CTL + 0x108, 1)
    eq(b.r(CTL + 0x118), 0)


@case("m4-0-peer=flood")
def a_flooding_peer_keeps_the_fifo_full(b):
    b.post(1, 1, 1)
    for _ in range(100):
        eq(b.reg(1, POP_CNT), DEPTH)
        b.pop(1)


@case("m4-0-peer=flood")
def and_its_software_interrupts_never_end(b):
    b.reg(1, SW_TX, 1)
    eq(b.reg(1, SW_STS), 0xFF)


# ---- strict mode -----------------------------------------------------------

def fatal(name, pattern, act, options=ECHO):
    def run(b):
        try:
            act(b)
            b.r(RAM)
        except Died as d:
            status, said = d.args
            eq(status, 70, "status")
            if not re.search(pattern, said) or said.count("\n") != 1:
                raise AssertionError(f"it says {said!r}") from d
            return
        raise AssertionError("it went on")
    run.__name__ = "strict_" + name
    case("strict=on" + (options and "," + options))(run)


fatal("pop_of_an_empty_fifo", r"a7: mailbox a7-m4-0, register CMD_POP: .*empty",
      lambda b: b.reg(1, CMD_POP))
fatal("data_of_an_empty_fifo", r"DATA_POP: .*empty", lambda b: b.reg(2, DATA_POP))
fatal("post_to_a_full_fifo", r"CMD_POST: .*full",
      lambda b: [b.post(1, i, i) for i in range(DEPTH + 1)], "m4-0-peer=stuck")
fatal("post_without_data", r"CMD_POST: no data word", lambda b: b.reg(1, CMD_POST, 1))
fatal("write_of_a_read_only_register", r"POP_CNT: read only", lambda b: b.reg(1, POP_CNT, 1))
fatal("read_of_a_write_only_register", r"CMD_POST: write only", lambda b: b.reg(1, CMD_POST))
fatal("unknown_register", r"register 0x24: there is no", lambda b: b.reg(1, 0x24))
fatal("byte_access", r"VERSION: access of 1 byte", lambda b: b.cmd(f"readb {MBOX:#x}"))
fatal("unaligned_access", r"INT_EN: access of 2 byte", lambda b: b.cmd(f"readw {MBOX + 0x3A:#x}"))
fatal("reserved_bits", r"SW_TX_INT_PORT: reserved bits 0x00000100",
      lambda b: b.reg(1, SW_TX, 0x100))
fatal("reserved_bits_of_the_enables", r"INT_EN: reserved bits", lambda b: b.reg(1, INT_EN, 0x10))
fatal("semaphore_of_pluton", r"register 0x60: there is no", lambda b: b.reg(0, SEM))
fatal("semaphore_not_held", r"SEM_PORT: released without", lambda b: b.reg(1, SEM, 0))
fatal("pluton_version", r"pluton: command 0x00010003 has version 3",
      lambda b: b.post(0, 0x00010003, RAM))
fatal("pluton_before_setup", r"pluton: .*before the ring block", lambda b: b.post(0, 0x20400102, 0))
fatal("pluton_ring_block", r"pluton: the ring block at 0x80000000 says 0 and 0",
      lambda b: b.post(0, 0x00010002, RAM))


# ---- Pluton ----------------------------------------------------------------

def ring_block(base):
    data = struct.pack("<HH", 32, 16)
    for i in range(128):
        data += struct.pack("<IIHBB", base + 0x604 + 2048 * i, 0, 2048, 1, i) if i < 48 else bytes(12)
    return data


def entry(b, i):
    return b.read(RAM + 4 + 12 * i, 12)


def read_rng(b, seq, slot):
    b.write(RAM + 4 + 12 * (32 + slot) + 10, b"\0")
    b.write(RAM + 0x604 + 2048 * (32 + slot), bytes(4))
    b.post(0, 2 | seq << 8 | 0x40 << 16 | (32 + slot) << 24, 0)
    b.step(1000000)
    eq(b.reg(0, POP_CNT), 1, "answers")
    cmd, _ = b.pop(0)
    eq(cmd & 0xFFFFFF, 2 | seq << 8 | 0x40 << 16, "version, sequence and command")
    index = cmd >> 24
    size, rest, value = struct.unpack("<HHI", b.read(RAM + 0x604 + 2048 * index, 8))
    eq((size, rest), (4, 0), "head of the message")
    return index, value


def pluton_numbers(b):
    b.write(RAM, ring_block(RAM))
    b.post(0, 0x00010002, RAM)
    eq(b.reg(0, POST_CNT), 0, "it takes what is posted")
    return [read_rng(b, seq, seq % 16) for seq in range(1, 5)]


@case("strict=on")
def pluton_answers_in_its_own_buffers(b):
    got = pluton_numbers(b)
    eq([i for i, _ in got], [0, 1, 2, 3], "buffers")
    eq(len({v for _, v in got}), 4, "different numbers")
    eq(entry(b, 0)[10], 0, "its buffer is in use until the A7 frees it")
    eq(entry(b, 33)[10], 1, "the transmit slot is free again")


@case("strict=on,pluton-answer-half=a7")
def or_in_the_one_that_asked(b):
    eq([i for i, _ in pluton_numbers(b)], [33, 34, 35, 36])
    eq(entry(b, 33)[10], 0, "the slot is in use until the A7 frees it")


@case("pluton-seed=7")
def pluton_is_repeatable_for_a_seed(b):
    first = pluton_numbers(b)
    other = Board("pluton-seed=7")
    third = Board("pluton-seed=8")
    try:
        eq(pluton_numbers(other), first, "the same seed")
        if pluton_numbers(third) == first:
            raise AssertionError("another seed gives the same numbers")
    finally:
        other.close()
        third.close()


@case("pluton-delay-us=5000")
def pluton_takes_its_time(b):
    b.write(RAM, ring_block(RAM))
    b.post(0, 0x00010002, RAM)
    b.write(RAM + 4 + 12 * 32 + 10, b"\0")
    b.post(0, 2 | 1 << 8 | 0x40 << 16 | 32 << 24, 0)
    b.step(4900000)
    eq(b.reg(0, POP_CNT), 0, "answers before the time")
    b.step(200000)
    eq(b.reg(0, POP_CNT), 1, "answers after it")


# NIST P-256, just enough to check a signature independently of the model
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        m = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P)
    else:
        m = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (m * m - a[0] - b[0]) % P
    return x, (m * (a[0] - x) - a[1]) % P


def mul(k, point):
    out = None
    while k:
        if k & 1:
            out = add(out, point)
        point = add(point, point)
        k >>= 1
    return out


def verify(key, digest, sig):
    x, y = (int.from_bytes(key[i:i + 32], "big") for i in (0, 32))
    r, s = (int.from_bytes(sig[i:i + 32], "big") for i in (0, 32))
    if (y * y - x**3 + 3 * x - B) % P or not (0 < r < N and 0 < s < N):
        return False
    w = pow(s, -1, N)
    z = int.from_bytes(digest, "big")
    point = add(mul(z * w % N, G), mul(r * w % N, (x, y)))
    return point is not None and point[0] % N == r


FAULT, DELAY, RESTART, ANSWERED, VIOLATIONS = (CTL + o for o in (0x200, 0x204, 0x208, 0x20C, 0x210))


def setup(b):
    b.write(RAM, ring_block(RAM))
    b.post(0, 0x00010002, RAM)


def request(b, cmd, payload=b"", seq=1, slot=0):
    b.write(RAM + 4 + 12 * (32 + slot) + 10, b"\0")
    b.write(RAM + 0x604 + 2048 * (32 + slot), struct.pack("<HH", len(payload), 0) + payload)
    b.post(0, 2 | seq << 8 | cmd << 16 | (32 + slot) << 24, 0)


def collect(b):
    """Answers that wait, as (version, seq, cmd, index, size, payload)."""
    b.step(1000000)
    out = []
    while b.reg(0, POP_CNT):
        word, _ = b.pop(0)
        version, seq, cmd, index = word.to_bytes(4, "little")
        at = RAM + 0x604 + 2048 * index
        size, payload = 0, b""
        if index < 48:
            size = struct.unpack("<H", b.read(at, 2))[0]
            payload = b.read(at + 4, min(size, 2044)) if size else b""
            b.write(RAM + 4 + 12 * index + 10, b"\1")
        out.append((version, seq, cmd, index, size, payload))
    return out


def ask(b, cmd, payload=b"", seq=1):
    request(b, cmd, payload, seq)
    got = collect(b)
    eq([g[:3] for g in got], [(2, seq, cmd)], "answers")
    return got[0][5]


TENANT = b"a tenant".ljust(64, b"\0")


@case("strict=on,pluton-capabilities=0x0a:11")
def every_published_command_is_answered(b):
    setup(b)
    eq(len(ask(b, 0x03)), 4, "boot mode flags")
    eq(len(ask(b, 0x40)), 4, "random")
    eq(len(ask(b, 0x41)), 132, "security state")
    eq(ask(b, 0x48, b"\x0b\0\0\0"), b"\1", "a capability that is enabled")
    eq(ask(b, 0x48, b"\x0c\0\0\0"), b"\0", "one that is not")
    eq(ask(b, 0x48, b"\0\0\0\0"), b"\0", "and none")
    eq(ask(b, 0x49), struct.pack("<64H", 10, 11, *([0] * 62)), "all of them")
    request(b, 0x02, b"\1\2\3\4")
    eq(collect(b), [], "answers to a post code")
    eq(entry(b, 32)[10], 1, "its slot is free again")


@case("strict=on")
def signatures_verify(b):
    setup(b)
    digest = hashlib.sha256(b"message").digest()
    key = ask(b, 0x4B, TENANT)
    sig = ask(b, 0x4D, TENANT + digest)
    eq(verify(key, digest, sig), True, "the signature")
    eq(verify(key, hashlib.sha256(b"other").digest(), sig), False, "for another message")
    other = ask(b, 0x4B, b"b".ljust(64, b"\0"))
    eq(verify(other, digest, sig), False, "for another tenant")


@case("strict=on")
def attestation_verifies(b):
    setup(b)
    nonce = bytes(range(32))
    a = ask(b, 0x4C, nonce)
    eq((len(a), a[0]), (856, 1))
    key, sig, count = a[4:68], a[68:132], struct.unpack("<I", a[132:136])[0]
    digest = hashlib.sha256(nonce + a[132:136 + 36 * count]).digest()
    eq(verify(key, digest, sig), True, "the signature")
    eq(ask(b, 0x41)[68:132], key, "the key in the security state")
    eq(a[136 + 36 * count:], bytes(36 * (20 - count)), "what is not used")


@case("strict=on")
def the_attestation_key_changes_when_committed(b):
    setup(b)
    before = ask(b, 0x41)[68:]
    eq(ask(b, 0x4E), b"\1\0\0\0", "a commit without a new key")
    eq(ask(b, 0x4A), bytes(4))
    eq(ask(b, 0x41)[68:], before, "not yet")
    eq(ask(b, 0x4E), bytes(4))
    if ask(b, 0x41)[68:] == before:
        raise AssertionError("the key is the same")


@case("strict=on")
def the_manufacturing_state_goes_up_only(b):
    setup(b)
    magic = 0x5F04C5AB
    eq(ask(b, 0x51), bytes(8))
    eq(ask(b, 0x52, struct.pack("<II", magic + 1, 1)), b"\1\0\0\0", "without the magic number")
    eq(ask(b, 0x52, struct.pack("<II", magic, 1)), bytes(4))
    eq(ask(b, 0x51), struct.pack("<II", 0, 1))
    eq(ask(b, 0x52, struct.pack("<II", magic, 0)), b"\1\0\0\0", "down")
    eq(ask(b, 0x52, struct.pack("<II", magic, 9)), b"\1\0\0\0", "out of range")


@case()
def the_identity_is_kept_in_a_file(_):
    with tempfile.TemporaryDirectory() as d:
        keys = []
        for name in ("one", "one", "two"):
            b = Board(f"pluton-identity={d}/{name}")
            try:
                setup(b)
                keys.append(ask(b, 0x41)[4:])
            finally:
                b.close()
        eq(os.path.getsize(f"{d}/one"), 32)
        eq((keys[0] == keys[1], keys[0] == keys[2]), (True, False), "the same, another")


def fault(number, name, check, options="strict=on"):
    def run(b):
        setup(b)
        b.w(FAULT, number)
        eq(b.r(FAULT), number)
        check(b)
        # off again: a good request succeeds right after
        b.w(FAULT, 0)
        collect(b)
        setup(b)
        eq(len(ask(b, 0x41, seq=9)), 132, "the answer to a good request")
    run.__name__ = "fault_" + name
    case(options)(run)


def answers(b, cmd=0x40, payload=b""):
    request(b, cmd, payload)
    return collect(b)


def damage(b):
    """Which fields differ from what the driver wrote: pointer, length, index, in use or not."""
    was, is_ = ring_block(RAM), b.read(RAM, 0x604)
    out = []
    for off, size in ((4, 4), (8, 2), (11, 1)):
        at = [4 + 12 * i + off for i in range(128)]
        out.append(any(was[a:a + size] != is_[a:a + size] for a in at))
    out.append(any(is_[4 + 12 * i + 10] > 1 for i in range(32, 48)))
    return out


fault(1, "silent", lambda b: eq(answers(b), []))
fault(2, "duplicate", lambda b: eq([g[1:3] for g in answers(b)], [(1, 0x40)] * 2))
fault(3, "reorder", lambda b: [b.w(DELAY, 100), request(b, 0x40, seq=1, slot=0),
                               request(b, 0x40, seq=2, slot=1),
                               eq([g[1] for g in collect(b)], [2, 1])])
fault(4, "sequence", lambda b: eq(answers(b)[0][1], 0x81))
fault(5, "command", lambda b: eq(answers(b)[0][2], 0x41))
fault(6, "slot", lambda b: eq({"none" if g[0][3] >= 48 else "another" if g[0][3] != g[1] else "right"
                               for g in [(answers(b)[0], i % 32) for i in range(30)]},
                              {"none", "another"}))
fault(7, "short", lambda b: eq(answers(b, 0x41)[0][4], 1))
fault(8, "long", lambda b: eq(sorted(answers(b)[0][4] for _ in range(2)), [2045, 0xFFFF]))
fault(9, "table", lambda b: eq([len(answers(b)) for _ in range(40)] and
                               damage(b), [True] * 4))
fault(10, "unsolicited", lambda b: eq([g[1] for g in answers(b)], [0] * 10 + [1]))
fault(11, "restart", lambda b: eq(answers(b), []))
fault(12, "late", lambda b: [eq(answers(b), []), b.step(10**10), eq(len(collect(b)), 1)])
fault(13, "version", lambda b: eq(answers(b)[0][0], 3))
fault(14, "flip", lambda b: eq(answers(b)[0][4], 0xFFFF))
fault(15, "status", lambda b: eq(answers(b, 0x51)[0][5][:4], b"\1\0\0\0"))


def storm(b):
    got = []
    for _ in range(20):
        got += collect(b)
    eq(len(got) >= 200, True, "messages that nobody asked for")
    eq(any(g[0] == 2 for g in got) and any(g[0] != 2 for g in got), True, "of both kinds")
    request(b, 0x40)
    got = collect(b) + collect(b)
    eq(any(g[:3] == (2, 1, 0x40) and g[4] == 4 for g in got), True, "the answer among them")
    b.w(FAULT, 0)
    collect(b)
    eq(collect(b), [], "messages after it")


fault(16, "storm", storm)


@case("pluton-serial=on,pluton-delay-us=1000")
def overlapping_requests_are_noticed_when_asked_for(b):
    setup(b)
    request(b, 0x40, seq=1, slot=0)
    request(b, 0x41, seq=2, slot=1)
    eq(b.r(VIOLATIONS), 0, "two of different classes")
    request(b, 0x40, seq=3, slot=2)
    eq(b.r(VIOLATIONS), 1, "two of one class")


fatal("overlapping_requests", "READ_RNG while READ_RNG",
      lambda b: [setup(b), request(b, 0x40, seq=1, slot=0), request(b, 0x40, seq=2, slot=1)],
      "pluton-serial=on")
fatal("pluton_reserved_word", "in the reserved word",
      lambda b: [setup(b), b.write(RAM + 0x604 + 2048 * 32, b"\0\0\1\0"),
                 b.write(RAM + 4 + 12 * 32 + 10, b"\0"), b.post(0, 0x20400102, 0)], "")
fatal("pluton_wrong_length", "READ_RNG has 4 bytes, not 0",
      lambda b: [setup(b), request(b, 0x40, b"abcd")], "")
fatal("pluton_available_slot", "marked available",
      lambda b: [setup(b), b.post(0, 0x20400102, 0)], "")


# ---- real-time cores ---------------------------------------------------------

def wait_for(b, chan, count):
    for _ in range(200000):
        if b.reg(chan, POP_CNT) >= count:
            return True
    return False


@case(f"strict=on,m4-0={FIRMWARE}/echo.elf,m4-1={FIRMWARE}/echo.elf", accel="tcg,thread=single")
def the_cores_run_firmware(b):
    for chan in (1, 2):
        for i in range(5):
            b.post(chan, 0x100 + i, i)
        if not wait_for(b, chan, 5):
            raise AssertionError("no echo")
        eq([b.pop(chan) for _ in range(5)], [(0x100 + i, i) for i in range(5)])


@case(f"strict=on,m4-0={FIRMWARE}/echo.elf", accel="tcg,thread=single")
def a_core_is_stopped_and_started(b):
    b.until(lambda: b.r(CTL + 0x14) & 1, "the core does not run")
    eq(b.r(CTL + 0x24) & 1, 0, "the other one, without firmware")
    b.w(CTL + 0x10, 2)
    b.until(lambda: not b.r(CTL + 0x14) & 1, "the core does not stop")
    b.post(1, 1, 1)
    for _ in range(2000):
        eq(b.reg(1, POP_CNT), 0, "answers of a stopped core")
    eq(b.r(CTL + 0x14) & 1, 0, "running after stop")
    b.w(CTL + 0x10, 1)
    eq(b.reg(1, POST_CNT), 0, "what was posted to the program before")
    b.post(1, 2, 2)
    if not wait_for(b, 1, 1):
        raise AssertionError("no echo after the start")
    eq(b.pop(1), (2, 2))


@case(f"m4-0={FIRMWARE}/echo.elf", accel="tcg,thread=single")
def the_a7_sees_a_cores_memory(b):
    # the vector table: end of the memory, then a Thumb address inside it
    eq(b.r(0x3F100000), 0x00100000 + 192 * 1024)
    eq(b.r(0x3F100004) & 0xFFF80001, 0x00100001)
    b.w(0x3F140000, 0x5A5A5A5A)
    eq(b.r(0x3F140000), 0x5A5A5A5A)


# ---- messages over the rings ---------------------------------------------------

CORES = 2
RING_LOG2 = 12
RING_DATA = (1 << RING_LOG2) - 64
APP = bytes(range(0x10, 0x20))
OTHER_APP = bytes(range(0xA0, 0xB0))
PANEL = 0x3F140000
(MODE, ARG, PROGRAM, STARTS, OPENED, RECEIVED, SENT, CORRUPT, ACTS, WAITS, LOST, WRONG) = range(0, 48, 4)


class Link:
    """The A7's side of the two rings of a core, by the published rules."""

    def __init__(self, b, core, log2=RING_LOG2):
        self.b, self.core, self.chan, self.log2 = b, core, 1 + core, log2
        self.data = (1 << log2) - 64
        self.times = 0
        self.open()

    def open(self):
        """Other memory each time: the core still writes into what it has."""
        b = self.b
        base = RAM + 0x100000 + 0x40000 * self.core + 0x10000 * (self.times % 2)
        self.times += 1
        self.theirs, self.ours = base, base + (1 << self.log2)
        self.write = self.read = 0
        b.write(self.theirs, bytes(64))
        b.write(self.ours, bytes(64))
        opened = self.panel(OPENED)
        b.post(self.chan, 0xBA5E0001, self.theirs | self.log2)
        b.post(self.chan, 0xBA5E0002, self.ours | self.log2)
        b.post(self.chan, 0xBA5E0003, 0)
        # without a panel: all three taken, which is the last act before it is open
        b.until(lambda: not b.reg(self.chan, POST_CNT), "the core does not take the rings")
        if self.panel(PROGRAM):
            b.until(lambda: self.panel(OPENED) == opened + 1, "the core does not open the rings")

    def panel(self, off, val=None):
        addr = PANEL + 0x100000 * self.core + off
        if val is None:
            return self.b.r(addr)
        return self.b.w(addr, val)

    def ring(self, base, at, size):
        first = min(size, self.data - at)
        out = self.b.read(base + 64 + at, first)
        if first < size:
            out += self.b.read(base + 64, size - first)
        return out

    def space(self):
        theirs = self.b.r(self.theirs + 4)
        return theirs - self.write + (self.data if theirs <= self.write else 0)

    def send(self, payload, app=APP, signal=True, rest=0):
        if self.space() < 24 + len(payload) + 16:
            return False
        block = struct.pack("<I", 20 + len(payload)) + app + struct.pack("<I", rest) + payload
        first = min(len(block), self.data - self.write)
        self.b.write(self.ours + 64 + self.write, block[:first])
        if first < len(block):
            self.b.write(self.ours + 64, block[first:])
        self.write = (self.write + (len(block) + 15) // 16 * 16) % self.data
        self.b.w(self.ours, self.write)
        if signal:
            self.b.reg(self.chan, SW_TX, 2)
        return True

    def recv(self, signal=True):
        """A block as (component, reserved word, payload), or None."""
        write = self.b.r(self.theirs)
        if write % 16 or write >= self.data:
            raise AssertionError(f"write position {write:#x}")
        filled = (write - self.read) % self.data
        if not filled:
            return None
        size = struct.unpack("<I", self.ring(self.theirs, self.read, 4))[0]
        if size < 20 or size > filled - 4 or size > 1060:
            raise AssertionError(f"block of length {size}")
        block = self.ring(self.theirs, self.read, 4 + size)
        self.read = (self.read + (4 + size + 15) // 16 * 16) % self.data
        self.b.w(self.ours + 4, self.read)
        if signal:
            self.b.reg(self.chan, SW_TX, 1)
        return block[4:20], struct.unpack("<I", block[20:24])[0], block[24:]

    def get(self):
        got = []
        self.b.until(lambda: got.append(self.recv()) or got[-1], "no message from the core")
        return got[-1]

    def drained(self):
        """The core has read everything that was sent."""
        return self.b.r(self.theirs + 4) == self.write


def firmware(name, cores=1):
    return ",".join(["strict=on"] + [f"m4-{i}={FIRMWARE}/{name}.elf" for i in range(cores)])


def payload(n, size):
    return bytes((n * 7 + i * 13 + (i >> 8)) & 0xFF for i in range(size))


def echoes(name):
    @case(firmware(name, 2), accel="tcg,thread=single")
    def sizes(b):
        for core in range(2):
            link = Link(b, core)
            for n, size in enumerate([0, 1, 3, 4, 7, 8, 9, 15, 16, 23, 100, 511, 1023, 1024, 1039, 1040] * 2):
                eq(link.send(payload(n, size), rest=n), True, "room")
                eq(link.get(), (APP, 0, payload(n, size)), f"echo of {size} bytes")
    sizes.__name__ = f"{name}_sends_each_size_back"

    @case(firmware(name), accel="tcg,thread=single")
    def ahead(b):
        """As many under way as fit, each compared, at every place of the ring."""
        link, sent, got = Link(b, 0), 0, 0
        while got < 600:
            while sent < 600 and link.send(payload(sent, sent * 37 % 1041),
                                           APP if sent % 2 else OTHER_APP):
                sent += 1
            app, _, data = link.get()
            eq((app, data), (APP if got % 2 else OTHER_APP, payload(got, got * 37 % 1041)),
               f"echo {got}")
            got += 1
        eq(link.recv(), None, "a message too many")
    ahead.__name__ = f"{name}_keeps_order_when_the_rings_are_full"

    @case(firmware(name), accel="tcg,thread=single")
    def again(b):
        """The set-up is repeated, also with blocks under way; other sizes."""
        link = Link(b, 0)
        for log2 in (11, 12, 14, 12):
            link.log2, link.data = log2, (1 << log2) - 64
            link.open()
            for n in range(5):
                link.send(payload(n, 100))
            for n in range(5):
                eq(link.get()[2], payload(n, 100))
    again.__name__ = f"{name}_begins_anew_when_asked"

    @case(firmware(name), accel="tcg,thread=single")
    def restarted(b):
        """A core that was restarted says nothing until it is set up."""
        link = Link(b, 0)
        for n in range(20):
            link.send(payload(n, 300))
            eq(link.get()[2], payload(n, 300))
            b.w(CTL + 0x10, 2)
            b.until(lambda: not b.r(CTL + 0x14), "it does not stop")
            b.w(CTL + 0x10, 1)
            b.until(lambda: b.r(CTL + 0x14), "it does not start")
            link.send(payload(n, 10))
            for _ in range(50):
                eq(link.recv(), None, "a message before the set-up")
            link.open()
    restarted.__name__ = f"{name}_waits_for_the_rings_after_a_restart"


for program in ("ic-echo", "echo2"):
    echoes(program)


@case(firmware("ic-echo"), accel="tcg,thread=single")
def an_echo_that_is_not_read_stops_reading(b):
    link, sent = Link(b, 0), 0
    while True:
        b.until(lambda: link.drained() or link.panel(WAITS), "it does not read")
        if not link.send(payload(sent, 1000)):
            break
        sent += 1
    if sent < 6 or sent > 8:
        raise AssertionError(f"{sent} messages were under way")
    for n in range(sent):
        eq(link.get()[2], payload(n, 1000))


@case(firmware("ic-echo"), accel="tcg,thread=single")
def without_the_signal_nothing_is_read(b):
    """The program sleeps: a software interrupt that is owed would be noticed."""
    link = Link(b, 0)
    link.send(payload(1, 10))
    link.get()
    # it has to fall asleep first
    for _ in range(3000):
        eq(link.recv(), None, "a message too many")
    link.send(payload(2, 10), signal=False)
    for _ in range(3000):
        eq(link.recv(), None, "an answer without a signal")
    b.reg(1, SW_TX, 2)
    eq(link.get()[2], payload(2, 10))


@case(firmware("ic-echo"), accel="tcg,thread=single")
def it_hears_the_a7_after_a_reset_of_the_mailbox(b):
    link = Link(b, 0)
    b.reg(1, GEN_CTRL, 1)
    link.open()
    link.send(payload(2, 10))
    eq(link.get()[2], payload(2, 10))


@case(f"strict=on,m4-0={FIRMWARE}/idle.elf,m4-0-peer=rings", accel="tcg,thread=single")
def a_peer_in_the_model_echoes_at_once(b):
    link, sent, got = Link(b, 0), 0, 0
    while got < 300:
        while sent < 300 and link.send(payload(sent, sent * 37 % 1041), signal=False):
            sent += 1
        b.reg(1, SW_TX, 2)
        eq(b.reg(1, SW_STS), 3, "its signals")
        b.reg(1, SW_STS, 3)
        while True:
            m = link.recv(signal=False)
            if not m:
                break
            eq(m, (APP, 0, payload(got, got * 37 % 1041)), f"echo {got}")
            got += 1


def stream_word(seed, number, i):
    x = seed ^ (number * 2654435761 & 0xFFFFFFFF) ^ (i * 2246822519 & 0xFFFFFFFF)
    x ^= x >> 16
    x = x * 2146121005 & 0xFFFFFFFF
    x ^= x >> 15
    x = x * 2221713035 & 0xFFFFFFFF
    return x ^ x >> 16


def stream_message(seed, n, low, high):
    size = low + stream_word(seed, n, 0xFFFFFFFF) % (high - low + 1)
    data = b"".join(struct.pack("<I", stream_word(seed, n, i)) for i in range((size + 3) // 4))
    return b"DATA" + struct.pack("<II", n, seed) + data[12:size]


@case(firmware("ic-stream"), accel="tcg,thread=single")
def a_stream_is_sent(b):
    link = Link(b, 0)
    link.send(b"SEND" + struct.pack("<IIII", 50, 12, 1040, 99))
    for n in range(50):
        eq(link.get()[2], stream_message(99, n, 12, 1040), f"message {n}")
    for _ in range(500):
        eq(link.recv(), None, "a message too many")


@case(firmware("ic-stream"), accel="tcg,thread=single")
def a_stream_is_checked(b):
    link = Link(b, 0)

    def tell():
        link.send(b"TELL")
        return struct.unpack("<III", link.get()[2][4:])

    def put(n, flip=False):
        m = bytearray(stream_message(5, n, 20, 60))
        m[15] ^= flip
        b.until(lambda: link.send(bytes(m)), "no room")
    for n in range(30):
        put(n)
    eq(tell(), (30, 0, 0), "received, lost, wrong")
    for n in (0, 1, 3, 4, 4):
        put(n)
    put(5, flip=True)
    eq(tell(), (6, 1, 2), "with one lost, one twice, one changed")


def hostile(name, number, check):
    @case(firmware("ic-hostile"), accel="tcg,thread=single")
    def run(b):
        link = Link(b, 0)
        link.send(payload(0, 700))
        eq(link.get()[2], payload(0, 700), "it is honest at first")
        link.panel(MODE, number)
        link.send(payload(1, 600))
        b.until(lambda: link.panel(ACTS), "it does nothing wrong")
        # the honest answer goes out before
        eq((link.ring(link.theirs, link.read, 4), link.read), (struct.pack("<I", 620), 736))
        link.read += 624
        check(b, link)
        link.panel(MODE, 0)
        if name == "crash":
            b.w(CTL + 0x10, 1)
        else:
            b.reg(1, GEN_CTRL, 1)
        link.open()
        link.send(payload(2, 10))
        eq(link.get()[2], payload(2, 10), "honest again")
    run.__name__ = f"hostile_{number:02}_{name}"


def write_is(value):
    return lambda b, l: b.until(lambda: b.r(l.theirs) == value(l) & 0xFFFFFFFF, "not that position")


def read_is(value):
    return lambda b, l: b.until(lambda: b.r(l.theirs + 4) == value(l) & 0xFFFFFFFF, "not that position")


def length_is(value):
    def check(b, l):
        b.until(lambda: b.r(l.theirs) != l.read, "no block")
        eq(struct.unpack("<I", l.ring(l.theirs, l.read, 4))[0], value)
    return check


hostile("write_at_end", 1, write_is(lambda l: l.data))
hostile("write_huge", 2, write_is(lambda l: -16))
hostile("write_unaligned", 3, write_is(lambda l: l.read + 8))
hostile("write_odd", 4, write_is(lambda l: l.read + 1))
hostile("write_back", 5, write_is(lambda l: l.read - 64))
hostile("read_at_end", 6, read_is(lambda l: l.data))
hostile("read_huge", 7, read_is(lambda l: -16))
hostile("read_unaligned", 8, read_is(lambda l: l.write + 4))
hostile("read_ahead", 9, read_is(lambda l: l.write + 512))
hostile("read_back", 10, read_is(lambda l: l.write - 64))
hostile("length_zero", 11, length_is(0))
hostile("length_short", 12, length_is(19))
hostile("length_long", 13, length_is(1061))
hostile("length_huge", 14, length_is(0xFFFFFFFF))
hostile("length_overflows", 15, length_is(0xFFFFFFFC))
hostile("length_beyond", 16, length_is(500))
hostile("only_a_length", 17, write_is(lambda l: l.read + 16))
hostile("to_a_stranger", 18, lambda b, l: eq(l.get()[0][:4], b"\xef\xbe\xad\xde"))
hostile("to_nobody", 19, lambda b, l: eq(l.get()[0], bytes(16)))
hostile("nothing_in_it", 20, lambda b, l: eq(l.get(), (APP, 0, b"")))
hostile("as_much_as_may_be", 21, lambda b, l: eq(len(l.get()[2]), 1040))
hostile("reserved_words", 22, lambda b, l: eq((l.get()[1], b.r(l.theirs + 8)), (0xA5A5A5A5, 0xFFFFFFFF)))
hostile("flood", 23, lambda b, l: eq([len(l.get()[2]) for _ in range(300)], [8] * 300))
hostile("flood_software_interrupts", 24, lambda b, l: [
    [b.reg(1, SW_STS, 0xFF), b.until(lambda: b.reg(1, SW_STS) == 0xFF, "no flood")] for _ in range(20)])
hostile("flood_fifo", 25, lambda b, l: [
    [b.until(lambda: b.reg(1, POP_CNT) == DEPTH, "no flood"), b.pop(1)] for _ in range(20)])
hostile("reset_both_ends", 26, lambda b, l: [b.reg(1, INT_EN, 0xF)])
hostile("reset_this_end", 27, lambda b, l: None)
hostile("positions_flicker", 28, lambda b, l: [
    b.until(lambda: b.r(l.theirs) != l.read, "nothing"), b.until(lambda: b.r(l.theirs) == l.read, "nothing")])
hostile("block_flickers", 29, lambda b, l: b.until(
    lambda: l.ring(l.theirs, (b.r(l.theirs) - 48) % l.data, 4) != struct.pack("<I", 36), "nothing"))
hostile("their_header", 30, lambda b, l: b.until(lambda: b.r(l.ours) == 0xFFFFFFF0, "not written"))
hostile("their_blocks", 31, lambda b, l: b.until(lambda: b.r(l.ours + 64 + 4028) == 0xFFFFFFFF, "not written"))
hostile("silent", 32, lambda b, l: [l.send(payload(9, 10)), eq([l.recv() for _ in range(500)], [None] * 500)])
hostile("deaf", 33, lambda b, l: [l.send(payload(9, 10)), l.get(), l.get(), eq(l.drained(), False)])
hostile("mute", 34, lambda b, l: [l.send(payload(9, 10)), b.until(l.drained, "not read"),
                                  eq([l.recv() for _ in range(500)], [None] * 500)])
hostile("restart", 35, lambda b, l: [b.until(lambda: l.panel(STARTS) == 2, "no restart"),
                                     eq(b.r(CTL + 0x1C), 2, "starts")])
hostile("crash", 36, lambda b, l: [l.send(payload(9, 10)), eq([l.recv() for _ in range(500)], [None] * 500)])


# ---- options ------------------------------------------------------------------

def refused(name, pattern, options, mem="16M"):
    def run(_):
        b = Board(options, mem=mem)
        try:
            b.r(RAM)
        except Died as d:
            status, said = d.args
            eq(status, 1, "status")
            if not re.search(pattern, said):
                raise AssertionError(f"it says {said!r}") from d
            return
        finally:
            b.close()
        raise AssertionError("it went on")
    run.__name__ = "refused_" + name
    case()(run)


refused("too_little_memory", "4 to 256 MiB", "", "2M")
refused("too_much_memory", "4 to 256 MiB", "", "512M")
refused("three_a7", "a7-cpus must be 1 or 2", "a7-cpus=3")
refused("unknown_order", "int-map must be", "int-map=nobody")
refused("unknown_peer", "no peer called", "m4-0-peer=nobody")
refused("bad_capabilities", "pluton-capabilities must be", "pluton-capabilities=1:x")
refused("unknown_half", "must be m4 or a7", "pluton-answer-half=both")


def main():
    failed = 0
    for n, (fn, options, kw) in enumerate(CASES, 1):
        b = None
        try:
            b = Board(options, **kw)
            fn(b)
            print(f"ok {n} {fn.__name__}")
        except (AssertionError, Died) as e:
            failed += 1
            print(f"not ok {n} {fn.__name__}")
            print("# " + " ".join(str(a) for a in e.args).replace("\n", " "))
        finally:
            if b:
                b.close()
        sys.stdout.flush()
    print(f"1..{len(CASES)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
