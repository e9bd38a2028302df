# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# sphere resolve between a client and a server that lies

expect "resolve with an argument" 2 'no arguments' resolve x
expect "resolve where others could ask" 2 'this machine itself' resolve --listen 0.0.0.0:5300
expect "resolve on a port of 0" 2 'this machine itself' resolve --listen 127.0.0.35:0
expect "resolve with a server that is a name" 2 'takes an address' resolve --server example.net
expect "resolve for no name" 2 'no name of a host' resolve --dry-run 'a b'
SPHERE_LSM_DIR=$tmp/none expect "resolve without sphere_lsm" 4 'no sphere_lsm|not mounted' resolve --server 127.0.0.1
for args in "--server [::1]" "--server [::1]:53" "--server ::1" "--server 127.0.0.1 --listen [::1]"; do
	# shellcheck disable=SC2086 # words
	SPHERE_LSM_DIR=$tmp/none expect "resolve $args" 4 'no sphere_lsm|not mounted' resolve $args
done
for args in "[]" "[" "[::1" "[::1]x" "[]:53"; do
	expect "resolve with the server $args" 2 'takes an address' resolve --server "$args"
done

cat >"$tmp/resolve.py" <<'EOF'
import random, signal, socket, struct, subprocess, sys, threading, time
sphere = sys.argv[1]
def name(n):
    return b"".join(bytes([len(l)]) + l.encode() for l in n.split(".")) + b"\0"
def question(n, t, i=0x1234, flags=0x0100, klass=1):
    return struct.pack(">HHHHHH", i, flags, 1, 0, 0, 0) + name(n) + struct.pack(">HH", t, klass)
def rr(owner, t, ttl, data, klass=1):
    return owner + struct.pack(">HHIH", t, klass, ttl, len(data)) + data
PTR = b"\xc0\x0c"
asked = []
for _ in range(20):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        tcp.bind(server.getsockname())
        break
    except OSError:
        pass
tcp.listen(8)
other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
other.bind(("127.0.0.1", 0))
dropped = {}
over_tcp = ["tcp.test", "huge.test", "none.test", "tcp-silent.test", "tcp-cut.test", "tcp-empty.test", "tcp-closed.test", "tcp-again.test"]
def serve_tcp(s):
    b = s.recv(2000)
    i, = struct.unpack(">H", b[2:4])
    at = 14
    labels = []
    while b[at]:
        labels.append(b[at + 1:at + 1 + b[at]].decode())
        at += 1 + b[at]
    n = ".".join(labels)
    asked.append("tcp " + n)
    t, = struct.unpack(">H", b[at + 1:at + 3])
    records = answers(n, t)
    m = struct.pack(">HHHHHH", i, 0x8380 if n == "tcp-again.test" else 0x8180, 1, len(records), 0, 0) + b[14:at + 5] + b"".join(records)
    m = struct.pack(">H", len(m)) + m
    if n == "tcp-empty.test":
        m = b"\0\0"
    if n == "tcp-cut.test":
        m = m[:-5]
    if n == "tcp-silent.test":
        time.sleep(10)
    if n != "tcp-closed.test":
        # in parts
        for c in (m[:1], m[1:9], m[9:]):
            s.sendall(c)
            time.sleep(0.02)
    s.close()
def accept_tcp():
    while True:
        s, _ = tcp.accept()
        threading.Thread(target=serve_tcp, args=(s,), daemon=True).start()
def answers(n, t):
    """(records, code) for a name, or a function that makes raw answers"""
    v4 = lambda *a: socket.inet_aton(".".join(map(str, a)))
    table = {
        "plain.test": [rr(PTR, 1, 60, v4(192, 0, 2, 1)), rr(PTR, 1, 5, v4(192, 0, 2, 2))],
        "six.test": [rr(PTR, 28, 300, socket.inet_pton(socket.AF_INET6, "2001:db8::1"))] if t == 28 else [],
        "alias.test": [rr(PTR, 5, 30, name("middle.test")), rr(name("middle.test"), 5, 600, name("end.test")),
                       rr(name("end.test"), 1, 3600, v4(192, 0, 2, 3))],
        "stray.test": [rr(name("evil.test"), 1, 60, v4(192, 0, 2, 66)), rr(PTR, 1, 60, v4(192, 0, 2, 4)),
                       rr(PTR, 1, 60, b"\1\2\3"), rr(PTR, 1, 60, v4(192, 0, 2, 67), 3)],
        "long.test": [rr(PTR, 1, 0x7fffffff, v4(192, 0, 2, 5)), rr(PTR, 1, 0xffffffff, v4(192, 0, 2, 6))],
        "many.test": [rr(PTR, 1, 60, v4(198, 51, 100, i)) for i in range(1, 60)],
        "loop.test": [rr(b"\xc0" + bytes([12 + len(name("loop.test")) + 4]), 1, 60, v4(192, 0, 2, 7))],
        "cut.test": [rr(PTR, 1, 60, v4(192, 0, 2, 8))[:-2]],
        "once.test": [rr(PTR, 1, 60, v4(192, 0, 2, 9))],
        "guess.test": [rr(PTR, 1, 60, v4(192, 0, 2, 10))],
        "both.test": [rr(PTR, 1, 60, v4(192, 0, 2, 17))],
        "short.test": [rr(PTR, 1, 60, v4(192, 0, 2, 12))],
        "tcp.test": [rr(PTR, 1, 60, v4(192, 0, 2, 13))],
        "huge.test": [rr(PTR, 1, 60, v4(192, 0, 2, 14))] * 500,
        "none.test": [],
        "old.test": [rr(PTR, 1, 60, v4(192, 0, 2, 15))],
        "older.test": [rr(PTR, 1, 60, v4(192, 0, 2, 16))],
        "slow.test": [rr(PTR, 1, 60, v4(192, 0, 2, 11))],
    }
    return table.get(n, [])
def serve():
    while True:
        b, who = server.recvfrom(2000)
        i, = struct.unpack(">H", b[:2])
        labels, at = [], 12
        while b[at]:
            labels.append(b[at + 1:at + 1 + b[at]].decode())
            at += 1 + b[at]
        n = ".".join(labels)
        t, = struct.unpack(">H", b[at + 1:at + 3])
        asked.append(n)
        if n.startswith("silent"):
            continue
        if n == "slow.test":
            time.sleep(0.5)
        if n == "once.test" and not dropped.get(n):
            dropped[n] = 1
            continue
        head = lambda i, code, n_answers: struct.pack(">HHHHHH", i, 0x8180 | code, 1, n_answers, 0, 0)
        q = b[12:at + 5]
        if n == "guess.test":
            wrong = rr(PTR, 1, 60, socket.inet_aton("203.0.113.66"))
            server.sendto(head(i ^ 1, 0, 1) + q + wrong, who)                               # another id
            server.sendto(head(i, 0, 1) + name("other.test") + b"\0\1\0\1" + wrong, who)     # another question
            other.sendto(head(i, 0, 1) + q + wrong, who)                                    # another server
            server.sendto(b"", who)
            server.sendto(b[:2] + b"\x81", who)
        edns = struct.unpack(">H", b[10:12])[0] or len(b) > at + 5
        if n in ("old.test", "older.test", "rude.test") and (edns or n == "rude.test"):
            # the question is repeated or not
            server.sendto(head(i, 1, 0) + q if n != "older.test" else struct.pack(">HHHHHH", i, 0x8184, 0, 0, 0, 0), who)
            continue
        if n in over_tcp or n == "short.test":
            records = answers(n, t) if n == "short.test" else []
            server.sendto(struct.pack(">HHHHHH", i, 0x8380, 1, len(records), 0, 0) + q + b"".join(records), who)
            continue
        if n == "nothing.test":
            server.sendto(head(i, 3, 0) + q, who)
            continue
        records = answers(n, t)
        server.sendto(head(i, 0, len(records)) + q + b"".join(records), who)
threading.Thread(target=serve, daemon=True).start()
threading.Thread(target=accept_tcp, daemon=True).start()

names = ["plain.test", "six.test", "alias.test", "stray.test", "long.test", "many.test", "loop.test", "cut.test",
         "once.test", "guess.test", "nothing.test", "slow.test", "silent.test",
         "short.test", "old.test", "older.test", "rude.test"] + over_tcp + ["greedy/silent%d.test" % i for i in range(37)] + ["greedy/both.test", "both.test"]
port = None
for _ in range(20):
    port = random.randrange(20000, 60000)
    p = subprocess.Popen([sphere, "resolve", "--listen", "127.0.0.35:%d" % port, "--server", "127.0.0.1:%d" % server.getsockname()[1]]
                         + [x for n in names for x in ("--dry-run", n)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    c.connect(("127.0.0.35", port))
    ready = False
    for _ in range(50):
        time.sleep(0.1)
        if p.poll() is not None:
            break
        try:
            c.settimeout(0.5)
            c.send(question("unlisted.test", 1))
            c.recv(2000)
            ready = True
            break
        except OSError:
            pass
    if ready:
        break
    p.kill()
def ask(b, timeout=8):
    c.settimeout(timeout)
    c.send(b)
    try:
        return c.recv(2000)
    except OSError:
        return None
def lookup(n, t=1):
    """(code, [(address, ttl)]) of a name"""
    r = ask(question(n, t))
    if r is None:
        return None
    i, flags, qd, an, ns, ar = struct.unpack(">HHHHHH", r[:12])
    assert i == 0x1234 and flags & 0x8000 and qd == 1 and ns == 0 and ar == 0, r
    at = 12 + len(name(n)) + 4
    found = []
    for _ in range(an):
        assert r[at:at + 2] == PTR
        tt, k, ttl, l = struct.unpack(">HHIH", r[at + 2:at + 12])
        assert tt == t and k == 1
        found.append((socket.inet_ntop(socket.AF_INET if t == 1 else socket.AF_INET6, r[at + 12:at + 12 + l]), ttl))
        at += 12 + l
    assert at == len(r), "bytes behind the end"
    return flags & 15, found
def check(text, got, want):
    print(("ok " if got == want else "not ok ") + text + ("" if got == want else " (%s)" % (got,)))
check("two addresses, with times to live that the kernel has", lookup("plain.test"), (0, [("192.0.2.1", 60), ("192.0.2.2", 10)]))
check("in another case", lookup("PLAIN.Test"), (0, [("192.0.2.1", 60), ("192.0.2.2", 10)]))
check("AAAA", lookup("six.test", 28), (0, [("2001:db8::1", 300)]))
check("no A", lookup("six.test"), (0, []))
check("aliases: not longer than they live", lookup("alias.test"), (0, [("192.0.2.3", 30)]))
check("records of others, of a wrong length or class do not count", lookup("stray.test"), (0, [("192.0.2.4", 60)]))
check("a day at most; negative is none", lookup("long.test"), (0, [("192.0.2.5", 86400), ("192.0.2.6", 10)]))
check("as many as fit", len(lookup("many.test")[1]), 30)
check("a pointer to itself", lookup("loop.test"), (0, []))
check("an answer that is cut off", lookup("cut.test"), (0, []))
check("a lost answer is asked for again", lookup("once.test"), (0, [("192.0.2.9", 60)]))
check("answers with another id, question or sender do not count", lookup("guess.test"), (0, [("192.0.2.10", 60)]))
check("a name that does not exist", lookup("nothing.test"), (3, []))
check("a server that is silent", lookup("silent.test"), (2, []))
check("what fitted of a truncated answer", lookup("short.test"), (0, [("192.0.2.12", 60)]))
check("if nothing did it is asked for over TCP", lookup("tcp.test"), (0, [("192.0.2.13", 60)]))
check("of a very long answer the beginning", len(lookup("huge.test")[1]), 30)
check("an answer over TCP that there is no address", lookup("none.test"), (0, []))
check("over TCP an answer that ends early", lookup("tcp-cut.test"), (2, []))
check("an empty one", lookup("tcp-empty.test"), (2, []))
check("one that is truncated again", lookup("tcp-again.test"), (2, []))
check("none", lookup("tcp-closed.test"), (2, []))
check("nothing at all", lookup("tcp-silent.test"), (2, []))
check("a server that does not understand EDNS", lookup("old.test"), (0, [("192.0.2.15", 60)]))
check("and does not repeat the question", lookup("older.test"), (0, [("192.0.2.16", 60)]))
before = len(asked)
check("or does not understand the question at all", lookup("rude.test")[0], 2)
check("is asked twice", len(asked), before + 2)
before = len(asked)
check("a name that nobody lists is refused", lookup("evil.test"), (5, []))
check("a name below a listed one as well", lookup("secret.plain.test"), (5, []))
check("other records than addresses: none", lookup("plain.test", 16), (0, []))
check("nobody was asked about these", len(asked), before)
check("a class of its own", ask(question("plain.test", 1, klass=3))[3] & 15, 5)
check("two questions in one", ask(struct.pack(">HHHHHH", 1, 0x100, 2, 0, 0, 0) + name("plain.test") + b"\0\1\0\1")[3] & 15, 1)
check("an update", ask(question("plain.test", 1, flags=0x2800))[3] & 15, 1)
check("a name with a wrong character", ask(question("pl/ain.test", 1))[3] & 15, 1)
check("a pointer to itself in a question", ask(struct.pack(">HHHHHH", 1, 0x100, 1, 0, 0, 0) + b"\xc0\x0c\0\1\0\1")[3] & 15, 1)
check("an answer gets no answer", ask(question("plain.test", 1, flags=0x8180), 0.5), None)
# one application must not stop the lookups of the others
def client():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.connect(("127.0.0.35", port))
    s.settimeout(3)
    return s
def code_of(s):
    try:
        return s.recv(2000)[3] & 15
    except OSError:
        return None
greedy = client()
for i in range(70):
    greedy.send(question("silent.test", 1, 1000 + i))
check("many who ask for a silent host leave room for others", lookup("plain.test")[0], 0)
for i in range(70):
    client().send(question("silent.test", 1))
check("from many sockets as well", lookup("plain.test")[0], 0)
time.sleep(5)
for i in range(37):
    for t in (1, 28):
        greedy.send(question("silent%d.test" % i, t))
check("and who asks for many silent hosts", lookup("plain.test")[0], 0)
# an application may list as many hosts, and use as many sockets, as it likes
more = [client() for _ in range(37)]
for i, s in enumerate(more):
    for t in (1, 28):
        s.send(question("silent%d.test" % i, t))
check("and from a socket for each", lookup("plain.test")[0], 0)
check("a name that others list as well is not theirs", lookup("both.test")[0], 0)
greedy.settimeout(0.5)
while code_of(greedy) is not None:
    pass
time.sleep(5)
before = len(asked)
many = [client() for _ in range(10)]
for i, s in enumerate(many):
    s.send(question("slow.test", 1, 2000 + i))
got = [s.recv(2000) for s in many]
check("all who ask for the same get the answer", [struct.unpack(">H", b[:2])[0] for b in got if b[3] & 15 == 0 and b[7] == 1], list(range(2000, 2010)))
check("for which the server was asked once", len(asked), before + 1)
for _ in range(3):
    many[0].send(question("slow.test", 1, 3000))
many[0].settimeout(2)
check("a question that is sent again gets one answer", [code_of(many[0]) for _ in range(2)], [0, None])
random.seed(53)
for _ in range(2000):
    b = bytearray(question("plain.test", 1))
    for _ in range(random.randrange(1, 6)):
        b[random.randrange(len(b))] = random.randrange(256)
    c.send(bytes(b[:random.randrange(len(b) + 1)]))
time.sleep(0.5)
c.setblocking(False)
try:
    while True:
        c.recv(2000)
except OSError:
    pass
c.setblocking(True)
time.sleep(6)
try:
    c.settimeout(0.1)
    while True:
        c.recv(2000)
except OSError:
    pass
check("2000 damaged questions later it still answers", lookup("plain.test"), (0, [("192.0.2.1", 60), ("192.0.2.2", 10)]))
p.send_signal(signal.SIGTERM)
out, err = p.communicate(timeout=20)
check("it ends when it is told to", p.returncode, 0)
check("and has given the addresses first", "alias.test ::ffff:192.0.2.3 30" in out, True)
check("without a report of the sanitizers", "Sanitizer" in err or "runtime error" in err, False)
EOF
timeout 180 python3 "$tmp/resolve.py" "$sphere" >"$tmp/resolved" 2>&1 || echo "not ok the test of the resolver ended early: $(tail -n 3 "$tmp/resolved" | tr '\n' ' ')" >>"$tmp/resolved"
while read -r line; do
	case $line in
	ok\ *)	   ok "${line#ok }" ;;
	not\ ok\ *) not_ok "${line#not ok }" ;;
	esac
done <"$tmp/resolved"
if [ "$(grep -c '^ok ' "$tmp/resolved")" -ge 49 ]; then ok "all of it was tried"; else not_ok "all of it was tried: $(tail -n 3 "$tmp/resolved")"; fi
