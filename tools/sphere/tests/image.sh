# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# sphere image: packages that are made here, good ones and hostile ones

pkg=$tmp/app.imagepackage
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$tmp/ik.pem" -out "$tmp/ik.crt" -subj /CN=test -days 2 2>/dev/null
openssl x509 -in "$tmp/ik.crt" -outform DER -out "$tmp/ik.der"
openssl x509 -in "$tmp/ik.crt" -pubkey -noout >"$tmp/ik.pub"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$tmp/ik2.pem" -out "$tmp/ik2.crt" -subj /CN=test -days 2 2>/dev/null

cat >"$tmp/package.py" <<'EOF'
"""package.py OUT KEY DER [CHANGE...]: write an image package."""
import hashlib, struct, subprocess, sys, uuid
out, key, der = sys.argv[1:4]
change = dict(c.split("=", 1) for c in sys.argv[4:])
COMPONENT = uuid.UUID("01234567-89ab-cdef-0123-456789abcdef")
manifest = ('{"SchemaVersion":1,"Name":"test","ComponentId":"%s","EntryPoint":"/bin/app","CmdArgs":[],'
            '"Capabilities":{"Gpio":[8]},"ApplicationType":"Default","TargetApplicationRuntimeVersion":3}'
            % change.get("manifest_id", COMPONENT)).encode()
program = b"#!/bin/sh\n" + bytes(range(256)) * 20
PAGE = 4096
# directories first, then pages of files
files = {"app_manifest.json": (0o101644, manifest), "bin": (0o40755, None), "link": (0o120777, b"/etc/passwd"),
         "node": (0o20666, b"")}
inner = {"app": (int(change.get("mode", "0105755"), 8), program)}
if "again" in change:
    inner["app\0"] = (0o100755, b"")
if "no_manifest" in change:
    files["something.json"] = files.pop("app_manifest.json")
if "name" in change:
    inner = {change["name"].encode().decode("unicode_escape"): inner["app"]}
data, pages = {}, bytearray()
def place(content):
    at = PAGE + len(pages)
    pages.extend(content + bytes(-len(content) % PAGE))
    return at
def inode(mode, size, name, offset):
    n = (len(name) + 3) // 4
    return struct.pack("<HHII", mode, 0, size & 0xffffff, n | offset // 4 << 6) + name.encode("latin1").ljust(n * 4, b"\0")
offsets = {}
for table in (files, inner):
    for name, (mode, content) in table.items():
        if content and mode & 0o170000 == 0o100000:
            offsets[name] = place(content)
if "offset" in change:
    offsets["app"] = int(change["offset"])
def entries(table, extra):
    return b"".join(inode(m, extra.get(n, (len(c) if c else 0, 0))[0], n, extra.get(n, (0, offsets.get(n, 0)))[1])
                    for n, (m, c) in table.items())
bin_entries = entries(inner, {} if "fsize" not in change else {"app": (int(change["fsize"]), offsets["app"])})
root_at = 76
root_len = len(entries(files, {}))
bin_at = root_at + root_len
if "loop" in change:
    bin_at = root_at
    bin_entries = b""
root = entries(files, {"bin": (root_len if "loop" in change else len(bin_entries), bin_at)})
head = struct.pack("<IIII", int(change.get("magic", str(0x28cd3d45))), PAGE + len(pages), 3, 0) + b"Compressed ROMFS"
head += struct.pack("<IIII", 0, 0, 0, 5) + b"test".ljust(16, b"\0")
head += struct.pack("<HHII", 0o40755, 0, root_len, root_at // 4 << 6)
body = (head + root + bin_entries).ljust(PAGE, b"\0") + bytes(pages)
def section(tag, payload):
    return tag.encode() + struct.pack("<H", len(payload)) + payload
sections = [
    section("ID", struct.pack("<HH", int(change.get("type", "10")), 0) + COMPONENT.bytes_le + uuid.UUID(int=7).bytes_le),
    section("SG", hashlib.sha1(open(der, "rb").read()).digest() + struct.pack("<I", int(change.get("kind", "1")))),
    section("DB", struct.pack("<Q", 1600000000) + b"test".ljust(32, b"\0")),
    section("TP", struct.pack("<I", 3)),
    section("ND", struct.pack("<III", 1, 8, 3)),
]
if "without" in change:
    sections = [s for s in sections if s[:2] != change["without"].encode()]
if "wrong" in change:
    tag, size = change["wrong"].split(":")
    sections = [s for s in sections if s[:2] != tag.encode()]
    sections.append(section(tag, b"\1" + bytes(int(size) - 1)))
if "empty" in change:
    sections.append(section("CM", b""))
if "twice" in change:
    sections.append(sections[0])
if "more" in change:
    sections.append(b"RV" + struct.pack("<H", int(change["more"])) + b"\0\0\0\0")
meta = struct.pack("<II", 0x4d345834, int(change.get("count", str(len(sections))))) + b"".join(sections)
meta += bytes(int(change.get("tail", "0")))
length = len(meta) + 4 + (64 if "counts_signature" in change else 0)
meta += struct.pack("<I", int(change.get("length", str(length))))
if "odd" in change:
    body += b"\0" * 4
signed = body + meta
open(out + ".signed", "wb").write(signed)
sig = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key, out + ".signed"], capture_output=True, check=True).stdout
def integer(b, at):
    n = b[at + 1]
    return b[at + 2:at + 2 + n].lstrip(b"\0").rjust(32, b"\0"), at + 2 + n
r, at = integer(sig, 2)
s, at = integer(sig, at)
open(out, "wb").write(signed + r + s)
EOF
package() { python3 "$tmp/package.py" "$pkg" "$tmp/ik.pem" "$tmp/ik.der" "$@"; }

for command in show verify extract; do
	expect "help of image $command" 0 "usage: sphere image $command" image $command --help
done
expect "show without a package" 2 'name one' image show
expect "verify without a key" 2 'with --cert' image verify "$pkg"
expect "extract without a directory" 2 'directory with -o' image extract "$pkg"
expect "a package that is not there" 3 'cannot be read' image show "$tmp/none"

package
expect "type" 0 '^type +application \(10\)' image show "$pkg"
expect "component" 0 '^component +01234567-89ab-cdef-0123-456789abcdef' image show "$pkg"
expect "time" 0 '^built +2020-09-13 12:26:40 UTC' image show "$pkg"
expect "name" 0 "^name +'test'" image show "$pkg"
expect "certificate" 0 "^certificate +$(sha1sum <"$tmp/ik.der" | cut -c 1-40)" image show "$pkg"
expect "needs" 0 'version 8 of interface 3 \(application runtime\)' image show "$pkg"
expect "temporary" 0 'removed at boot under development' image show "$pkg"
expect "files" 0 "^file +105755 +5130 'bin/app'" image show "$pkg"
expect "the manifest is good" 0 '^manifest +accepted' image show "$pkg"
run_sphere image show --manifest "$pkg"
if python3 -c 'import json, sys; assert json.load(sys.stdin)["EntryPoint"] == "/bin/app"' <<<"$out"; then ok "the manifest itself"; else not_ok "the manifest itself"; fi
expect "verified by certificate" 0 'signature is good' image verify --cert "$tmp/ik.crt" "$pkg"
expect "in DER" 0 'signature is good' image verify --cert "$tmp/ik.der" "$pkg"
expect "verified by key" 0 'signature is good' image verify --key "$tmp/ik.pub" "$pkg"
expect "not by another certificate" 1 'another certificate' image verify --cert "$tmp/ik2.crt" "$pkg"
expect "extract" 0 '' image extract -o "$tmp/x1" "$pkg"
if [ "$(cd "$tmp/x1" && find . | sort | tr '\n' ' ')" = '. ./app_manifest.json ./bin ./bin/app ' ]; then
	ok "files and directories, no link and no node"
else
	not_ok "files and directories, no link and no node: $(cd "$tmp/x1" && find . | tr '\n' ' ')"
fi
if [ "$(stat -c %a "$tmp/x1/bin/app")" = 755 ]; then ok "no set-id bit"; else not_ok "no set-id bit"; fi
if [ "$(head -c 10 "$tmp/x1/bin/app")" = '#!/bin/sh' ] && [ "$(stat -c %s "$tmp/x1/bin/app")" = 5130 ]; then ok "with what was in them"; else not_ok "with what was in them"; fi
expect "not into a directory that is there" 4 'cannot be made: File exists' image extract -o "$tmp/x1" "$pkg"
printf '\1' | dd of="$pkg" bs=1 seek=5000 conv=notrunc 2>/dev/null
expect "a byte that was changed" 1 'signature is wrong' image verify --cert "$tmp/ik.crt" "$pkg"
package counts_signature=1
expect "a length that counts the signature" 0 'signature is good' image verify --cert "$tmp/ik.crt" "$pkg"
package manifest_id=01234567-89ab-cdef-0123-456789abcdee
expect "a manifest of another component" 1 'of another component' image show "$pkg"
package no_manifest=1
expect "a package without a manifest" 1 '^manifest +missing: an application needs app_manifest.json' image show "$pkg"
expect "whose manifest cannot be shown" 3 'has no app_manifest.json' image show --manifest "$pkg"
package no_manifest=1 type=8
expect "which only an application needs" 0 '^type +root file system' image show "$pkg"
package manifest_id=x
expect "a manifest that is refused" 1 '^manifest +refused' image show "$pkg"
package without=ID
expect "metadata without a component" 1 '^manifest +of no known component' image show "$pkg"
package kind=2
expect "a signature of another kind" 1 'does not say that it is signed' image verify --cert "$tmp/ik.crt" "$pkg"

# not_extracted TEXT STATUS PATTERN CHANGE...
not_extracted()
{
	package "${@:4}"
	expect "not extracted: $1" "$2" "$3" image extract -o "$tmp/x2" "$pkg"
	if [ ! -e "$tmp/x2" ]; then ok "nothing of it stays"; else not_ok "nothing of it stays: $(find "$tmp/x2")"; rm -r "$tmp/x2"; fi
}
not_extracted "a file that is not in the body" 3 'not in the body' offset=67108860
not_extracted "a name that stands twice" 4 'cannot be written: File exists' again=1
bad() { package "${@:3}"; expect "refused: $1" 3 "$2" image show "$pkg"; }
bad "a section that overflows the metadata" 'larger than the metadata' more=200
bad "a section at the very end" 'larger than the metadata' more=5
bad "an empty section" 'section is empty' empty=1
for wrong in ID:35 ID:37 SG:25 DB:48 TP:8 ND:8 ND:4 ND:20 ND:3; do
	bad "a section of a wrong size ($wrong)" "section ${wrong%:*} (is not of|has not the size)" wrong=$wrong
done
bad "a section twice" 'stands twice' twice=1
bad "too many sections" 'too many sections' count=4294967295
bad "more sections than there are" 'begins behind the end|is empty' count=6
bad "fewer sections than there are" 'bytes behind the last' count=4
bad "bytes behind the sections" 'bytes behind the last' tail=4
bad "a footer of 0" 'footer' length=0
bad "a footer that is too large" 'footer' length=4294967295
bad "a footer that leads elsewhere" 'footer' length=100
bad "a body that is no multiple of a page" 'no multiple' odd=1
bad "no cramfs" 'no cramfs' magic=1
bad "a directory that contains itself" 'too deep|too many files' loop=1
bad "a file behind the end" 'not in the body' offset=67108860
bad "a file that is too large" 'not in the body' fsize=16777215
bad "a compressed file" 'is compressed|not in the body' mode=0100755
bad "a name with a slash" "a '/' or a control" 'name=../../x'
bad "a name that is two dots" "'\\.' or '\\.\\.'" 'name=..'
bad "a name with an escape" 'control character' 'name=\x1b[31m'
: >"$pkg"
expect "refused: nothing" 3 'too short' image show "$pkg"
head -c 16777217 /dev/zero >"$pkg"
expect "refused: more than the flash holds" 3 'larger than the flash' image show "$pkg"
