// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/style.h"

#include <string.h>

// One row of the table: all bits of `with` and at least one of `any` (if there are any), none of
// `without`. WS_CAPTION is two bits, so it is looked at by itself.
typedef struct {
    ViewKind kind;
    uint32_t ex_with, ex_any, ex_without;
    enum { CAPTION_ANY, CAPTION_YES, CAPTION_NO } caption;
    bool popup;          // needs WS_POPUP
    bool owner_suffices; // an owner counts as ex_any
} Row;

static const Row rows[] = {
    {.kind = VIEW_KIND_TOOLTIP,
     .popup = true,
     .ex_with = BRIDGE_WS_EX_TOOLWINDOW,
     .ex_any = BRIDGE_WS_EX_TRANSPARENT | BRIDGE_WS_EX_NOACTIVATE},
    {.kind = VIEW_KIND_SPLASH,
     .popup = true,
     .ex_with = BRIDGE_WS_EX_NOACTIVATE,
     .ex_without = BRIDGE_WS_EX_TOOLWINDOW},
    {.kind = VIEW_KIND_POPUP,
     .popup = true,
     .caption = CAPTION_NO,
     .ex_any = BRIDGE_WS_EX_TOOLWINDOW,
     .owner_suffices = true,
     .ex_without = BRIDGE_WS_EX_APPWINDOW},
    {.kind = VIEW_KIND_DIALOG,
     .caption = CAPTION_YES,
     .ex_any = BRIDGE_WS_EX_DLGMODALFRAME,
     .owner_suffices = true},
    {.kind = VIEW_KIND_UTILITY, .caption = CAPTION_YES, .ex_with = BRIDGE_WS_EX_TOOLWINDOW},
};

static bool
has_caption(uint32_t style)
{
    return (style & BRIDGE_WS_CAPTION) == BRIDGE_WS_CAPTION;
}

static bool
row_fits(const Row *row, uint32_t style, uint32_t ex_style, uint32_t owner_id)
{
    if (row->popup && !(style & BRIDGE_WS_POPUP))
        return false;
    if (row->caption != CAPTION_ANY && has_caption(style) != (row->caption == CAPTION_YES))
        return false;
    if ((ex_style & row->ex_with) != row->ex_with || (ex_style & row->ex_without))
        return false;
    return !row->ex_any || (ex_style & row->ex_any) || (row->owner_suffices && owner_id);
}

static bool
is_shell(const char *title)
{
    return strcmp(title, "Program Manager") == 0 ||
           strcmp(title, "TF_FloatingLangBar_WndTitle") == 0;
}

bool
bridge_style_is_scenery(uint32_t style, uint32_t ex_style, const char *title)
{
    const uint32_t shadow = BRIDGE_WS_EX_LAYERED | BRIDGE_WS_EX_TRANSPARENT;
    bool shell = (style & BRIDGE_WS_POPUP) && !has_caption(style) &&
                 (ex_style & BRIDGE_WS_EX_TOOLWINDOW) && is_shell(title);

    return shell || (ex_style & shadow) == shadow;
}

ViewKind
bridge_style_kind(uint32_t style, uint32_t ex_style, uint32_t owner_id)
{
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (row_fits(&rows[i], style, ex_style, owner_id))
            return rows[i].kind;
    return VIEW_KIND_NORMAL;
}

uint32_t
bridge_style_flags(uint32_t style, uint32_t ex_style, ViewKind kind)
{
    static const struct {
        uint32_t style, ex_style, flag;
    } bits[] = {
        {BRIDGE_WS_THICKFRAME, 0, VIEW_FLAG_RESIZABLE},
        {BRIDGE_WS_SYSMENU, 0, VIEW_FLAG_CLOSABLE},
        {BRIDGE_WS_MINIMIZEBOX, 0, VIEW_FLAG_MINIMIZABLE},
        {BRIDGE_WS_MAXIMIZEBOX, 0, VIEW_FLAG_MAXIMIZABLE},
        {0, BRIDGE_WS_EX_LAYERED, VIEW_FLAG_ALPHA},
        {0, BRIDGE_WS_EX_TOPMOST, VIEW_FLAG_ABOVE},
        {0, BRIDGE_WS_EX_TOOLWINDOW, VIEW_FLAG_SKIP_TASKBAR},
    };
    uint32_t flags = 0;

    for (unsigned i = 0; i < sizeof bits / sizeof bits[0]; i++)
        if ((style & bits[i].style) || (ex_style & bits[i].ex_style))
            flags |= bits[i].flag;
    if (kind == VIEW_KIND_DIALOG && (ex_style & BRIDGE_WS_EX_DLGMODALFRAME))
        flags |= VIEW_FLAG_MODAL;
    if (!has_caption(style))
        flags |= VIEW_FLAG_UNDECORATED;
    return flags;
}
