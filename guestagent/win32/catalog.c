// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/catalog.h"

#include "guestagent/win32/icons.h"
#include "guestagent/win32/text.h"
#include "guestagent/win32/turns.h"
#include "guestagent/win32/types.h"
#include "guestagent/win32/watches.h"

#include <stdlib.h>
#include <string.h>

#define SETTLE_MS 300 // an installer writes one shortcut after the other
#define LIST_MS 1000  // so long are icons drawn before the list is told; the others follow it
#define KEEP_MS 30000 // of what was drawn: a host asks at once, or has it

struct WinCatalog {
    WinMenuOf of;
    const WinCatalogEvents *events;
    void *user; // of events
    WinMenu menu;
    WinTypes types;
    WinIcons icons;   // that were told of
    unsigned undrawn; // entries from here on may lack theirs
    DWORD draw_at;    // GetTickCount; not before, while the pipe is busy
    DWORD keep_until; // what was drawn
    ChanApp app;      // too large for the stack
    WinWatches *watches;
    bool collect;
    DWORD collect_at; // GetTickCount
    uint8_t (*wants)[CHAN_ICON_HASH_SIZE];
    unsigned first, wanted;
};

WinCatalog *
win_catalog_new(WinMenuOf of, const WinCatalogEvents *events, void *user)
{
    WinCatalog *c = win_alloc(sizeof *c);

    c->of = of;
    c->events = events;
    c->user = user;
    c->wants = win_alloc(WIN_WANTS_MAX * sizeof *c->wants);
    c->watches = win_watches_new(NULL, 0);
    win_catalog_watch(c);
    return c;
}

void
win_catalog_watch(WinCatalog *c)
{
    WCHAR folders[WIN_WATCHES_MAX][MAX_PATH];
    HANDLE handles[WIN_WATCHES_MAX];

    if (win_watches_handles(c->watches, handles) > 0)
        return; // already
    win_watches_free(c->watches);
    c->watches = win_watches_new(folders, win_menu_folders(c->of, folders, WIN_WATCHES_MAX));
}

void
win_catalog_unwatch(WinCatalog *c)
{
    win_watches_free(c->watches);
    c->watches = win_watches_new(NULL, 0);
    c->collect = false;
}

void
win_catalog_free(WinCatalog *c)
{
    if (!c)
        return;
    win_watches_free(c->watches);
    win_menu_clear(&c->menu);
    win_types_clear(&c->types);
    win_icons_clear(&c->icons);
    free(c->wants);
    free(c);
}

unsigned
win_catalog_handles(const WinCatalog *c, HANDLE handles[WIN_CATALOG_HANDLES_MAX])
{
    return win_watches_handles(c->watches, handles);
}

static void
settle(WinCatalog *c)
{
    c->collect = true;
    c->collect_at = GetTickCount() + SETTLE_MS;
}

void
win_catalog_changed(WinCatalog *c, unsigned handle)
{
    if (win_watches_heard(c->watches, handle))
        settle(c);
}

void
win_catalog_collect(WinCatalog *c)
{
    if (c->collect)
        return;
    c->collect = true;
    c->collect_at = GetTickCount();
}

void
win_catalog_want(WinCatalog *c, const uint8_t hash[CHAN_ICON_HASH_SIZE])
{
    if (c->wanted < WIN_WANTS_MAX)
        memcpy(c->wants[(c->first + c->wanted++) % WIN_WANTS_MAX], hash, CHAN_ICON_HASH_SIZE);
}

void
win_catalog_forget(WinCatalog *c)
{
    c->wanted = 0;
}

bool
win_catalog_has_icons_to_do(const WinCatalog *c)
{
    return c->wanted > 0 || c->undrawn < c->menu.n;
}

void
win_catalog_look(WinCatalog *c)
{
    if (win_turn_is_due(c->keep_until))
        win_icons_drop_pixels(&c->icons);
}

// ---- the list

static void
list_types(const WinCatalog *c, const WinEntry *e, ChanApp *app)
{
    const char *mime;
    unsigned at = 0;

    while (app->n_mime_types < CHAN_LIST_MAX &&
           (mime = win_types_next(&c->types, e->shortcut.target, &at)))
        app->mime_types[app->n_mime_types++] = CHAN_SPAN_TEXT(mime);
    if (app->n_mime_types > 0)
        app->flags |= CHAN_APP_TAKES_FILES;
}

// What a message has no room for of a text for people is left out, by whole characters.
static ChanSpan
shortened(const char *text, size_t max)
{
    size_t size = strlen(text);

    if (size > max)
        for (size = max; size > 0 && (text[size] & 0xc0) == 0x80;)
            size--;
    return CHAN_SPAN(text, size);
}

// What a message has no room for is no name of windows.
static ChanSpan
fitting(const char *text, size_t max)
{
    return strlen(text) <= max ? CHAN_SPAN_TEXT(text) : CHAN_SPAN_TEXT("");
}

// False: its icon is still to be drawn.
static bool
list_entry(WinCatalog *c, unsigned i, bool draw)
{
    const WinEntry *e = &c->menu.entries[i];
    const WinKnownIcon *icon =
        win_icons_get(&c->icons, e->shortcut.icon, e->shortcut.icon_index, draw);
    ChanApp *app = &c->app;

    memset(app, 0, sizeof *app);
    app->id = CHAN_SPAN_TEXT(e->id);
    app->name = shortened(e->name, CHAN_NAME_MAX);
    app->comment = shortened(e->comment, CHAN_COMMENT_MAX);
    app->folder = shortened(e->folder, CHAN_NAME_MAX);
    app->wm_class = fitting(e->model, CHAN_ID_MAX);
    app->program = fitting(e->program, CHAN_PROGRAM_MAX);
    app->directory = fitting(e->directory, CHAN_PROGRAM_MAX);
    app->flags = e->sidelined ? CHAN_APP_SIDELINED : 0;
    if (e->opens)
        app->flags |= CHAN_APP_FOREMOST;
    if (e->opens)
        list_types(c, e, app);
    c->keep_until = GetTickCount() + KEEP_MS;
    app->n_icons = (uint16_t)icon->n;
    memcpy(app->icons, icon->refs, icon->n * sizeof *icon->refs);
    c->events->entry(app, e, c->user);
    return icon->drawn;
}

static void
collect(WinCatalog *c)
{
    c->collect = false;
    win_menu_collect(&c->menu, c->of);
    win_types_collect(&c->types);
    win_icons_begin(&c->icons);
    c->events->begin(c->user);
    c->undrawn = c->menu.n;
    DWORD start = GetTickCount();
    for (unsigned i = 0; i < c->menu.n; i++)
        if (!list_entry(c, i, GetTickCount() - start < LIST_MS) && i < c->undrawn)
            c->undrawn = i;
    c->events->end(&c->menu, c->user);
    win_icons_end(&c->icons);
}

// False: it may be one of those that are still to be drawn.
static bool
send_icon(WinCatalog *c, size_t *queued)
{
    ChanIcon m = {0};
    WinIcon icon;

    memcpy(m.hash, c->wants[c->first], CHAN_ICON_HASH_SIZE);
    bool found = win_icons_load(&c->icons, m.hash, &icon);
    if (!found && c->undrawn < c->menu.n)
        return false;
    c->first = (c->first + 1) % WIN_WANTS_MAX;
    c->wanted--;
    if (!found) {
        c->events->no_icon(m.hash, c->user);
        return true;
    }
    m.width = m.height = icon.side;
    m.pixels = CHAN_SPAN(icon.pixels, (size_t)icon.side * icon.side * 4);
    c->events->icon(&m, c->user);
    win_icon_clear(&icon, 1);
    *queued += m.pixels.size;
    return true;
}

// An entry that the host has with its icon is not told again.
static void
send_and_draw(WinCatalog *c, size_t queued)
{
    DWORD start = GetTickCount();

    if (!win_catalog_has_icons_to_do(c))
        return;
    bool sends = true;
    while (sends && c->wanted > 0 && queued < WIN_TURN_QUEUED_MAX &&
           GetTickCount() - start < WIN_TURN_MS)
        sends = send_icon(c, &queued);
    while (c->undrawn < c->menu.n && GetTickCount() - start < WIN_TURN_MS)
        list_entry(c, c->undrawn++, true);
    c->draw_at = GetTickCount() + WIN_TURN_YIELD_MS;
}

DWORD
win_catalog_run(WinCatalog *c, bool pipe_is_busy, size_t queued)
{
    if (win_watches_look(c->watches))
        settle(c);
    if (c->collect && win_turn_is_due(c->collect_at))
        collect(c);
    if (!pipe_is_busy || win_turn_is_due(c->draw_at))
        send_and_draw(c, queued);
    if (win_catalog_has_icons_to_do(c))
        return pipe_is_busy ? win_turn_left(c->draw_at) : 0;
    DWORD next = win_watches_left(c->watches);
    return c->collect && win_turn_left(c->collect_at) < next ? win_turn_left(c->collect_at) : next;
}
