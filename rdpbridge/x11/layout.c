// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/layout.h"

#include <X11/XKBlib.h>
#include <X11/Xatom.h>
#include <string.h>

#define RULES_BYTES_MAX 1024
#define GROUPS_MAX 4

typedef struct {
    const char *layout, *variant; // variant NULL: whatever is not named by another row
    uint32_t rdp;
} Row;

// XKB names as in xkeyboard-config's evdev.lst; identifiers as in Windows' own list of keyboard
// identifiers ("Keyboard identifiers and input method editors for Windows").
static const Row rows[] = {
    {"us", "intl", 0x20409},       {"us", "alt-intl", 0x20409}, {"us", "dvorak", 0x10409},
    {"us", "dvorak-l", 0x30409},   {"us", "dvorak-r", 0x40409}, {"us", NULL, 0x409},
    {"gb", "extd", 0x452},         {"gb", NULL, 0x809},         {"uk", NULL, 0x809},
    {"ie", NULL, 0x1809},          {"de", "nodeadkeys", 0x407}, {"de", NULL, 0x407},
    {"at", NULL, 0x407},           {"ch", "fr", 0x100c},        {"ch", "fr_nodeadkeys", 0x100c},
    {"ch", NULL, 0x807},           {"fr", "bepo", 0x40c},       {"fr", NULL, 0x40c},
    {"be", NULL, 0x80c},           {"ca", "multix", 0x11009},   {"ca", "eng", 0x409},
    {"ca", NULL, 0x1009},          {"nl", NULL, 0x413},         {"lu", NULL, 0x140c},
    {"es", "cat", 0x40a},          {"es", NULL, 0x40a},         {"latam", NULL, 0x80a},
    {"pt", NULL, 0x816},           {"br", NULL, 0x416},         {"it", NULL, 0x410},
    {"dk", NULL, 0x406},           {"no", "smi", 0x43b},        {"no", NULL, 0x414},
    {"se", NULL, 0x41d},           {"fi", NULL, 0x40b},         {"is", NULL, 0x40f},
    {"fo", NULL, 0x438},           {"pl", "qwertz", 0x415},     {"pl", NULL, 0x10415},
    {"cz", "qwerty", 0x10405},     {"cz", NULL, 0x405},         {"sk", "qwerty", 0x1041b},
    {"sk", NULL, 0x41b},           {"hu", NULL, 0x40e},         {"ro", NULL, 0x418},
    {"bg", "phonetic", 0x20402},   {"bg", NULL, 0x30402},       {"hr", NULL, 0x41a},
    {"si", NULL, 0x424},           {"rs", "latin", 0x81a},      {"rs", NULL, 0xc1a},
    {"ba", NULL, 0x141a},          {"mk", NULL, 0x42f},         {"al", NULL, 0x41c},
    {"gr", NULL, 0x408},           {"tr", "f", 0x1041f},        {"tr", NULL, 0x41f},
    {"ru", "typewriter", 0x10419}, {"ru", NULL, 0x419},         {"ua", NULL, 0x422},
    {"by", NULL, 0x423},           {"lt", NULL, 0x10427},       {"lv", NULL, 0x426},
    {"ee", NULL, 0x425},           {"mt", NULL, 0x43a},         {"il", NULL, 0x40d},
    {"ara", NULL, 0x401},          {"ir", NULL, 0x429},         {"pk", NULL, 0x420},
    {"in", "tam", 0x449},          {"in", "tel", 0x44a},        {"in", "ben", 0x445},
    {"in", NULL, 0x439},           {"th", NULL, 0x41e},         {"vn", NULL, 0x42a},
    {"kh", NULL, 0x453},           {"la", NULL, 0x454},         {"mm", NULL, 0x10c00},
    {"jp", NULL, 0x411},           {"kr", NULL, 0x412},         {"cn", NULL, 0x804},
    {"tw", NULL, 0x404},           {"ge", NULL, 0x437},         {"am", NULL, 0x42b},
    {"az", NULL, 0x42c},           {"kz", NULL, 0x43f},         {"kg", NULL, 0x440},
    {"mn", NULL, 0x450},           {"uz", NULL, 0x843},         {"et", NULL, 0x45e},
};

uint32_t
host_layout_rdp_id(const char *layout, const char *variant)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strcmp(rows[i].layout, layout) == 0 &&
            (!rows[i].variant || strcmp(rows[i].variant, variant) == 0))
            return rows[i].rdp;
    return 0x409;
}

// The group's part of a list; variants may be fewer than layouts.
static void
part_of(const char *list, unsigned group, char *out, size_t size)
{
    g_auto(GStrv) parts = g_strsplit(list, ",", GROUPS_MAX);

    g_strlcpy(out, group < g_strv_length(parts) ? parts[group] : "", size);
}

// Keys of the host's own, as for ending the X server, are not the guest's.
static void
put_options(const char *options, char *out, size_t size)
{
    g_auto(GStrv) parts = g_strsplit(options, ",", -1);
    g_autoptr(GStrvBuilder) kept = g_strv_builder_new();

    for (char **part = parts; *part; part++)
        if (!g_str_has_prefix(*part, "terminate:") && !g_str_has_prefix(*part, "srvrkeys:"))
            g_strv_builder_add(kept, *part);
    g_auto(GStrv) list = g_strv_builder_end(kept);
    g_autofree char *joined = g_strjoinv(",", list);
    ctl_set_text(out, size, joined);
}

static void
read_repeat(HostDisplay *x, ChanWindowKeys *keys)
{
    XKeyboardState state = {.global_auto_repeat = AutoRepeatModeOff};
    unsigned delay_ms = 0, interval_ms = 0;

    XGetKeyboardControl(x->dpy, &state);
    if (state.global_auto_repeat == AutoRepeatModeOff || x->xkb_event < 0 ||
        !XkbGetAutoRepeatRate(x->dpy, XkbUseCoreKbd, &delay_ms, &interval_ms))
        return;
    keys->repeat_delay_ms = MIN(delay_ms, CHAN_WINDOW_REPEAT_MAX);
    keys->repeat_interval_ms = CLAMP(interval_ms, 1, CHAN_WINDOW_REPEAT_MAX);
}

HostKeyGroups
host_layout_groups(HostDisplay *x)
{
    XkbStateRec state = {0};

    if (x->xkb_event < 0 || XkbGetState(x->dpy, XkbUseCoreKbd, &state) != Success)
        return (HostKeyGroups){0};
    return (HostKeyGroups){.locked = state.locked_group, .counts = state.group};
}

void
host_layout_read(HostDisplay *x, HostKeyGroups groups, ViewLayout *l)
{
    HostPropertyQuery query = {x->root, x->atoms[ATOM__XKB_RULES_NAMES], XA_STRING, 8,
                               RULES_BYTES_MAX};
    const char *part[5] = {"", "pc105", "us", "", ""}; // rules, model, layout, variant, options
    unsigned long size = 0;
    char *names = host_display_property(x, &query, &size);
    const char *p = names, *end = names ? names + size : NULL;
    char layout[64], variant[64];

    // Xlib ends the bytes it returns with a NUL of its own.
    for (int i = 0; i < 5 && p && p < end; i++, p += strlen(p) + 1)
        if (*p || i >= 3)
            part[i] = p;
    memset(l, 0, sizeof *l);
    l->keys.group = MIN(groups.locked, CHAN_WINDOW_GROUPS_MAX - 1);
    ctl_set_text(l->keys.model, sizeof l->keys.model, part[1]);
    ctl_set_text(l->keys.layout, sizeof l->keys.layout, part[2]);
    ctl_set_text(l->keys.variant, sizeof l->keys.variant, part[3]);
    put_options(part[4], l->keys.options, sizeof l->keys.options);
    part_of(part[2], groups.counts, layout, sizeof layout);
    part_of(part[3], groups.counts, variant, sizeof variant);
    l->rdp_layout = host_layout_rdp_id(layout, variant);
    read_repeat(x, &l->keys);
    if (names)
        XFree(names);
}
