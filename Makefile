# SPDX-License-Identifier: GPL-2.0-only
#
# For people. The build rules of the modules are plain kernel files under
# drivers/ and security/; Kbuild joins them for builds outside a kernel tree.

SHELL := /bin/bash
T := tools/testing
SETUP := $T/setup

# what a person may set
KVER ?= 6.1
DEBUG ?=
KDIR ?=
ARCH ?=
CROSS_COMPILE ?=
export KVER DEBUG

.PHONY: help
help:
	@sed -n 's/^## //p' $(firstword $(MAKEFILE_LIST))

## make run [ARCH=x86_64]     boot the emulated board with Debian's own kernel, load the
##                            modules, show a line per step and end with a status; with
##                            ARCH=x86_64 a PC, and the security module alone
## make check                 every test that needs no hardware, on 6.1
## make check-all             the same on every kernel, with sanitisers
## make soak                  the long counts; resumable, prints its seed
.PHONY: run check check-all soak shell
run:
	@$T/board/show $(ARCH)
check:
	@$T/check/run quick
check-all:
	@$T/check/run all
soak:
	@$T/check/run soak

## make shell                 a shell on the emulated board (leave it with: poweroff -f)
shell:
	@$T/board/run --shell

## make kunit [KVER=6.12] [DEBUG=1] [SUITE=glob]
##                            the KUnit suites under UML; DEBUG adds KASAN, lockdep, UBSAN
.PHONY: kunit
kunit:
	@$T/kunit/run --kver $(KVER) $(if $(DEBUG),--debug) '$(SUITE)'

## make bench-rtcore          instructions, register accesses and interrupts per message to a core
.PHONY: bench-rtcore
bench-rtcore:
	@$T/board/bench-rtcore

## make bench-mailbox         register accesses and instructions per message
.PHONY: bench-mailbox
bench-mailbox:
	@$T/board/bench-mailbox

## make bench-pluton          instructions per request, gain of many at once
.PHONY: bench-pluton
bench-pluton:
	@$T/board/bench-pluton

## make bench-lsm             instructions that confinement adds to system calls
.PHONY: bench-lsm
bench-lsm:
	@$T/board/bench-lsm

## make lint                  W=1, sparse, kernel-doc, dt-schema, shellcheck, checkpatch
## make size                  code and data of each module on the board's kernel
.PHONY: lint size
lint:
	@$T/lint/run
size:
	@$T/lint/size

## make modules KDIR=/lib/modules/$(uname -r)/build [ARCH=arm CROSS_COMPILE=arm-linux-gnueabihf-]
##                            the modules for a kernel of yours; without KDIR for the running one
## make install               the same, and install them (DESTDIR= for an image)
.PHONY: modules install modules_install
kdir = $(or $(KDIR),/lib/modules/$(shell uname -r)/build)
# newer kernels want type information in modules, which Debian's headers do not bring the tool for
nobtf = $(if $(shell command -v pahole),,CONFIG_DEBUG_INFO_BTF_MODULES=)
kargs = -C $(kdir) M=$(CURDIR) $(if $(ARCH),ARCH=$(ARCH)) $(if $(CROSS_COMPILE),CROSS_COMPILE=$(CROSS_COMPILE)) $(nobtf)
modules:
	@[ -e "$(kdir)/Makefile" ] || { echo "There are no kernel headers at $(kdir): install linux-headers for your kernel, or name its build directory with KDIR=" >&2; exit 1; }
	$(MAKE) $(kargs) modules
install modules_install: modules
	$(MAKE) $(kargs) $(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) modules_install

## make clean                 remove what `make modules` built here
## make distclean             also the cache of kernels, QEMU and results
.PHONY: clean distclean
clean:
	@find . -name .git -prune -o \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' \
		-o -name '.*.cmd' -o -name '.*.o.d' -o -name '*.order' -o -name '*.symvers' -o -name '.module-common.c' \
		-o -name '*.dtb' -o -name '*.elf' \) -type f -exec rm -f {} +
distclean: clean
	@$(SETUP)/distclean
