// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a window is for the view, read from the styles a RAIL server gives it. Pure: any 32 bits
// are valid styles. The table is channel/rail.h's.

#include "rdpbridge/viewproto.h"

#include <stdbool.h>

// Styles and extended styles by their Windows values ([MS-RDPERP] 2.2.1.3.1.2.1).
#define BRIDGE_WS_POPUP 0x80000000u
#define BRIDGE_WS_DISABLED 0x08000000u
#define BRIDGE_WS_CAPTION 0x00c00000u
#define BRIDGE_WS_SYSMENU 0x00080000u
#define BRIDGE_WS_THICKFRAME 0x00040000u
#define BRIDGE_WS_MINIMIZEBOX 0x00020000u
#define BRIDGE_WS_MAXIMIZEBOX 0x00010000u
#define BRIDGE_WS_EX_DLGMODALFRAME 0x00000001u
#define BRIDGE_WS_EX_TOPMOST 0x00000008u
#define BRIDGE_WS_EX_TRANSPARENT 0x00000020u
#define BRIDGE_WS_EX_TOOLWINDOW 0x00000080u
#define BRIDGE_WS_EX_APPWINDOW 0x00040000u
#define BRIDGE_WS_EX_LAYERED 0x00080000u
#define BRIDGE_WS_EX_NOACTIVATE 0x08000000u

// What a Windows draws with windows that are none for its user: shadows, which are layered and let
// clicks through, the shell's own window, and the language bar, which chooses among the guest's
// keyboards where the host's counts. Not for our own guest, whose tooltips are such.
bool bridge_style_is_scenery(uint32_t style, uint32_t ex_style, const char *title);

// The kind of window; owner_id 0 is none.
ViewKind bridge_style_kind(uint32_t style, uint32_t ex_style, uint32_t owner_id);

// ViewFlags of a window of that kind.
uint32_t bridge_style_flags(uint32_t style, uint32_t ex_style, ViewKind kind);
