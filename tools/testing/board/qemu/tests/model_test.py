#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The board's model against the published facts, without Linux.

model_test.py QEMU FIRMWARE-DIR

Speaks QEMU's qtest protocol: each case is a machine of its own, driven
register by register. Prints TAP.
"""
import re
import struct
import subprocess
import sys

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
    case(options + ",strict=on")(run)


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
    eq(b.r(CTL + 0x14) & 1, 1, "running")
    eq(b.r(CTL + 0x24) & 1, 0, "the other one, without firmware")
    b.w(CTL + 0x10, 2)
    b.post(1, 1, 1)
    for _ in range(2000):
        eq(b.reg(1, POP_CNT), 0, "answers of a stopped core")
    eq(b.r(CTL + 0x14) & 1, 0, "running after stop")
    b.w(CTL + 0x10, 1)
    if not wait_for(b, 1, 1):
        raise AssertionError("no echo after the start")
    eq(b.pop(1), (1, 1))


@case(f"m4-0={FIRMWARE}/echo.elf", accel="tcg,thread=single")
def the_a7_sees_a_cores_memory(b):
    # the vector table: end of the memory, then a Thumb address inside it
    eq(b.r(0x3F100000), 0x00100000 + 192 * 1024)
    eq(b.r(0x3F100004) & 0xFFF80001, 0x00100001)
    b.w(0x3F140000, 0x5A5A5A5A)
    eq(b.r(0x3F140000), 0x5A5A5A5A)


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
