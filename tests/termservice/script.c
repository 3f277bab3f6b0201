// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/script.h"

#include "tests/termservice/report.h"
#include "tests/termservice/requests.h"
#include "tests/termservice/storm.h"
#include "tests/termservice/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_MAX 8000

// The words after the command; missing ones are "".
typedef struct {
    Session *session;
    Window *window;   // that the first word names
    const char *rest; // after the first word
    const char *all;
    guint32 id;
} Line;

static bool
on_move(const Line *l)
{
    Area a;
    if (sscanf(l->rest, "%d %d %d %d", &a.x, &a.y, &a.width, &a.height) != 4)
        return false;
    session_move(l->session, l->window, &a);
    return true;
}

static bool
on_show(const Line *l)
{
    static const struct {
        const char *name;
        Show show;
    } shows[] = {
        {"hidden", SHOW_HIDDEN},
        {"minimized", SHOW_MINIMIZED},
        {"maximized", SHOW_MAXIMIZED},
        {"normal", SHOW_NORMAL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(shows); i++) {
        if (strcmp(l->rest, shows[i].name) != 0)
            continue;
        session_show(l->session, l->window, shows[i].show);
        return true;
    }
    return false;
}

static bool
on_title(const Line *l)
{
    session_title(l->session, l->window, l->rest);
    return true;
}

static bool
on_popup(const Line *l)
{
    session_popup(l->session, l->window);
    return true;
}

static bool
on_shadow(const Line *l)
{
    session_shadow(l->session, l->window);
    return true;
}

static bool
on_close(const Line *l)
{
    session_close(l->session, l->window);
    return true;
}

static bool
on_raise(const Line *l)
{
    session_raise(l->session, l->id);
    return true;
}

static bool
on_paint(const Line *l)
{
    session_paint(l->session, l->window, (guint32)strtoul(l->rest, NULL, 0));
    return true;
}

// ID and the sides of what is mapped and of its target, hostile ones too.
static bool
on_scale(const Line *l)
{
    guint32 sides[4];
    if (sscanf(l->rest, "%u %u %u %u", &sides[0], &sides[1], &sides[2], &sides[3]) != 4)
        return false;
    session_scale(l->session, l->id, sides);
    return true;
}

// What is wrong with the next picture, and up to four numbers.
static bool
on_spoil(const Line *l)
{
    static const struct {
        const char *name;
        SpoilKind kind;
        gsize numbers;
    } kinds[] = {{"split", SPOIL_SPLIT, 0}, {"cut", SPOIL_CUT, 1},   {"flip", SPOIL_FLIP, 2},
                 {"rect", SPOIL_RECT, 4},   {"size", SPOIL_SIZE, 2}, {"count", SPOIL_COUNT, 1}};
    g_auto(GStrv) words = g_strsplit(l->all, " ", -1);
    View *view = session_view(l->session);
    Spoil spoil = {SPOIL_NOTHING, {0}};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_strv_length(words) == kinds[i].numbers + 1 && strcmp(words[0], kinds[i].name) == 0)
            spoil.kind = kinds[i].kind;
    for (gsize i = 0; spoil.kind != SPOIL_NOTHING && words[i + 1] != NULL; i++)
        spoil.values[i] = (guint32)strtoul(words[i + 1], NULL, 0);
    if (spoil.kind == SPOIL_NOTHING || view == NULL)
        return false;
    view_spoil(view, &spoil);
    return true;
}

static bool
on_shape(const Line *l)
{
    session_shape(l->session, l->window, (int)strtol(l->rest, NULL, 0));
    return true;
}

static bool
on_frame(const Line *l)
{
    int sides[4];
    if (sscanf(l->rest, "%d %d %d %d", &sides[0], &sides[1], &sides[2], &sides[3]) != 4)
        return false;
    session_frame(l->session, l->window, sides);
    return true;
}

static bool
on_style(const Line *l)
{
    if (sscanf(l->rest, "%x %x", &l->window->style, &l->window->ex_style) != 2)
        return false;
    if (session_view(l->session) != NULL)
        view_changed(session_view(l->session), l->window, ORDER_STYLE);
    return true;
}

static bool
on_where(const Line *l)
{
    Area a = desk_area(session_desk(l->session), l->window);
    report("where id=0x%08X x=%d y=%d width=%d height=%d", l->id, a.x, a.y, a.width, a.height);
    return true;
}

static bool
on_movesize(const Line *l)
{
    session_move_size(l->session, l->window, (guint16)strtoul(l->rest, NULL, 0));
    return true;
}

static bool
on_notify(const Line *l)
{
    char *tip = NULL;
    guint32 icon = (guint32)strtoul(l->rest, &tip, 0);
    session_notify(l->session, l->id, icon, *tip == ' ' ? tip + 1 : NULL);
    return true;
}

// ID ICON hidden, or shown
static bool
on_notify_state(const Line *l)
{
    char *state = NULL;
    guint32 icon = (guint32)strtoul(l->rest, &state, 0);
    session_notify_state(l->session, l->id, icon, strcmp(state, " hidden") == 0);
    return true;
}

// ID ICON TITLE|TEXT
static bool
on_balloon(const Line *l)
{
    char *words = NULL;
    guint32 icon = (guint32)strtoul(l->rest, &words, 0);
    g_auto(GStrv) parts = g_strsplit(*words == ' ' ? words + 1 : "", "|", 2);
    if (parts[0] == NULL || parts[1] == NULL)
        return false;
    session_balloon(l->session, l->id, icon, parts[0], parts[1]);
    return true;
}

static bool
on_cloak(const Line *l)
{
    session_cloak(l->session, l->id, strcmp(l->rest, "off") != 0);
    return true;
}

static bool
on_model(const Line *l)
{
    g_free(l->window->model);
    l->window->model = *l->rest != 0 ? g_strdup(l->rest) : NULL;
    return true;
}

static bool
on_image(const Line *l)
{
    g_free(l->window->image);
    l->window->image = g_strdup(l->rest);
    return true;
}

static bool
on_process(const Line *l)
{
    l->window->process = (guint32)strtoul(l->rest, NULL, 0);
    return true;
}

static bool
on_language_bar(const Line *l)
{
    View *view = session_view(l->session);
    if (view != NULL && view_rail(view) != NULL)
        rail_language_bar(view_rail(view), l->id);
    return true;
}

static bool
on_ime(const Line *l)
{
    View *view = session_view(l->session);
    guint32 v[4];
    if (sscanf(l->all, "%u %u %u %u", &v[0], &v[1], &v[2], &v[3]) != 4)
        return false;
    if (view != NULL && view_rail(view) != NULL)
        rail_compartments(view_rail(view), v);
    return true;
}

static bool
on_open(const Line *l)
{
    g_auto(GStrv) words = g_strsplit(l->all, " ", 2);
    if (words[0] == NULL || words[1] == NULL)
        return false;
    session_open(l->session, words[0], words[1]);
    return true;
}

static bool
on_exec_result(const Line *l)
{
    session_fail_exec(l->session, (guint16)l->id, (guint32)strtoul(l->rest, NULL, 0));
    return true;
}

static bool
send_bytes(const Line *l, bool (*give)(Session *session, const guint8 *bytes, gsize size))
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    for (const char *p = l->all; *p != '\0'; p += 2) {
        if (!g_ascii_isxdigit(p[0]) || !g_ascii_isxdigit(p[1]))
            return false;
        guint8 byte = (guint8)(g_ascii_xdigit_value(p[0]) << 4 | g_ascii_xdigit_value(p[1]));
        g_byte_array_append(bytes, &byte, 1);
    }
    return bytes->len > 0 && bytes->len < BYTES_MAX && give(l->session, bytes->data, bytes->len);
}

static bool
on_order(const Line *l)
{
    return send_bytes(l, session_raw_order);
}

static bool
on_pdu(const Line *l)
{
    return send_bytes(l, session_raw_pdu);
}

static bool
on_lock(const Line *l)
{
    session_lock(l->session);
    return true;
}

static bool
on_unlock(const Line *l)
{
    session_unlock(l->session);
    return true;
}

static bool
on_log_off(const Line *l)
{
    session_log_off(l->session);
    return true;
}

static bool
on_stay(const Line *l)
{
    session_stay(l->session, strcmp(l->all, "off") != 0);
    return true;
}

static bool
on_quiet(const Line *l)
{
    session_quiet(l->session, strcmp(l->all, "off") != 0);
    return true;
}

static bool
on_touch(const Line *l)
{
    View *view = session_view(l->session);
    if (view != NULL)
        view_suspend_touch(view, strcmp(l->all, "off") == 0);
    return view != NULL;
}

static bool
on_storm(const Line *l)
{
    if (strcmp(l->all, "off") != 0)
        return storm_begin(l->session, l->all);
    storm_end();
    return true;
}

static const struct {
    const char *name;
    bool of_window; // its first word is a window that there is
    bool (*run)(const Line *line);
} commands[] = {
    {"move", true, on_move},
    {"show", true, on_show},
    {"title", true, on_title},
    {"popup", true, on_popup},
    {"close", true, on_close},
    {"raise", true, on_raise},
    {"paint", true, on_paint},
    {"movesize", true, on_movesize},
    {"notify", true, on_notify},
    {"notify-state", true, on_notify_state},
    {"balloon", true, on_balloon},
    {"cloak", true, on_cloak},
    {"scale", true, on_scale},
    {"spoil", false, on_spoil},
    {"shadow", true, on_shadow},
    {"model", true, on_model},
    {"image", true, on_image},
    {"process", true, on_process},
    {"langbar", false, on_language_bar},
    {"ime", false, on_ime},
    {"open", false, on_open},
    {"exec-result", false, on_exec_result},
    {"lock", false, on_lock},
    {"unlock", false, on_unlock},
    {"logoff", false, on_log_off},
    {"stay", false, on_stay},
    {"quiet", false, on_quiet},
    {"storm", false, on_storm},
    {"touch", false, on_touch},
    {"shape", true, on_shape},
    {"frame", true, on_frame},
    {"style", true, on_style},
    {"where", true, on_where},
    {"order", false, on_order},
    {"pdu", false, on_pdu},
};

void
script_run(Session *session, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", 2);
    Line l = {.session = session, .all = words[0] != NULL && words[1] != NULL ? words[1] : ""};
    char *rest = NULL;
    l.id = (guint32)strtoul(l.all, &rest, 0);
    l.rest = *rest == ' ' ? rest + 1 : rest;
    l.window = desk_find(session_desk(session), l.id);
    bool ok = false;
    for (gsize i = 0; i < G_N_ELEMENTS(commands) && words[0] != NULL; i++)
        if (strcmp(words[0], commands[i].name) == 0 && (!commands[i].of_window || l.window != NULL))
            ok = commands[i].run(&l);
    report("%s %s", ok ? "done" : "unknown", text);
}
