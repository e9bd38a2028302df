# SPDX-License-Identifier: GPL-2.0-or-later
CONFIG_MT3620=y
CONFIG_GENERIC_LOADER=y
