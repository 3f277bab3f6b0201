// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/windows.h"

#include "rdpbridge/limits.h"
#include "rdpbridge/x11/control.h"
#include "rdpbridge/x11/focus.h"
#include "rdpbridge/x11/follow.h"
#include "rdpbridge/x11/group.h"
#include "rdpbridge/x11/method.h"
#include "rdpbridge/x11/monitors.h"
#include "rdpbridge/x11/paint.h"
#include "rdpbridge/x11/ping.h"
#include "rdpbridge/x11/pointer.h"
#include "rdpbridge/x11/session.h"
#include "rdpbridge/x11/stack.h"
#include "rdpbridge/x11/workspaces.h"

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#define ORPHANS_AFTER_FIRST_MS 700 // unmatched ones go this long after a new session's first window

struct HostWindows {
    View *view;
    GHashTable *by_id;   // HostWindow, owned
    GHashTable *by_xid;  // of orphans too
    GHashTable *events;  // XIDs of those that had any in this batch
    GHashTable *buffers; // by the session's buffer id
    GPtrArray *orphans;  // HostWindow, owned
    GSource *orphan_timer;
    guint64 pixel_bytes;
    bool refused_window; // said once
};

static void
buffer_dropped(gpointer buffer)
{
    host_buffer_unref(buffer);
}

static void
window_dropped(gpointer window)
{
    host_window_free(window);
}

HostWindows *
host_windows_new(View *view)
{
    HostWindows *ws = g_new0(HostWindows, 1);

    ws->view = view;
    ws->by_xid = g_hash_table_new(NULL, NULL);
    ws->events = g_hash_table_new(NULL, NULL);
    ws->by_id = g_hash_table_new_full(NULL, NULL, NULL, window_dropped);
    ws->buffers = g_hash_table_new_full(NULL, NULL, NULL, buffer_dropped);
    ws->orphans = g_ptr_array_new_with_free_func(window_dropped);
    return ws;
}

static void
stop_timer(HostWindows *ws)
{
    if (!ws->orphan_timer)
        return;
    g_source_destroy(ws->orphan_timer);
    g_source_unref(ws->orphan_timer);
    ws->orphan_timer = NULL;
}

void
host_windows_free(HostWindows *ws)
{
    if (!ws)
        return;
    stop_timer(ws);
    g_ptr_array_unref(ws->orphans);
    g_hash_table_remove_all(ws->by_id); // a window that goes has others looked up
    g_hash_table_unref(ws->by_id);
    g_hash_table_unref(ws->buffers);
    g_hash_table_unref(ws->by_xid);
    g_hash_table_unref(ws->events);
    g_free(ws);
}

HostWindow *
host_windows_find(HostWindows *ws, uint32_t id)
{
    return g_hash_table_lookup(ws->by_id, GUINT_TO_POINTER(id));
}

HostWindow *
host_windows_by_xid(HostWindows *ws, Window xid)
{
    return g_hash_table_lookup(ws->by_xid, (gpointer)xid);
}

guint
host_windows_count(const HostWindows *ws)
{
    return g_hash_table_size(ws->by_id);
}

void
host_windows_iter(HostWindows *ws, GHashTableIter *iter)
{
    g_hash_table_iter_init(iter, ws->by_id);
}

void
host_windows_each(HostWindows *ws, void (*visit)(HostWindow *window))
{
    GHashTableIter iter;
    gpointer window;

    host_windows_iter(ws, &iter);
    while (g_hash_table_iter_next(&iter, NULL, &window))
        if (((const HostWindow *)window)->xid)
            visit(window);
}

void
host_windows_add_xid(HostWindows *ws, HostWindow *w)
{
    g_hash_table_insert(ws->by_xid, (gpointer)w->xid, w);
    if (w->wanted.override_redirect)
        return;
    host_method_add(ws->view->method, w->xid);
    if (w->has_caret)
        host_method_caret(ws->view->method, w->xid, &w->caret);
}

void
host_windows_forget_xid(HostWindows *ws, HostWindow *w)
{
    g_hash_table_remove(ws->by_xid, (gpointer)w->xid);
    host_pointer_forget(ws->view->pointer, w);
    host_focus_forget(ws->view->focus, w->xid);
    host_method_forget(ws->view->method, w->xid);
}

void
host_windows_pass_xid(HostWindows *ws, HostWindow *w, HostWindow *former)
{
    host_pointer_let_go(ws->view->pointer, former);
    host_windows_add_xid(ws, w);
    // The pointer may rest in it: of a window that is the X server's same one nothing says so.
    host_pointer_drained(ws->view->pointer);
}

void
host_windows_created(HostWindows *ws, HostWindow *created)
{
    GHashTableIter iter;
    gpointer window;

    host_windows_iter(ws, &iter);
    while (g_hash_table_iter_next(&iter, NULL, &window)) {
        HostWindow *w = window;
        if (w->owner_id == created->id && w != created) {
            host_window_refresh(w);
            host_window_push(w);
        }
    }
}

void
host_windows_refresh(HostWindows *ws)
{
    GHashTableIter iter;
    gpointer window;

    host_windows_iter(ws, &iter);
    while (g_hash_table_iter_next(&iter, NULL, &window)) {
        host_names_refresh(&((HostWindow *)window)->names);
        host_window_refresh(window);
        host_window_push(window);
    }
}

static bool
belongs_to(HostWindows *ws, const HostWindow *w, const HostWindow *owner)
{
    for (unsigned i = 0; w && w->owner_id != 0 && i < HOST_OWNERS_MAX; i++) {
        if (w->owner_id == owner->id)
            return true;
        w = host_windows_find(ws, w->owner_id);
    }
    return false;
}

// Without its program's shadow, which clicks fall through.
static bool
lies_at(const HostWindow *w, int32_t x, int32_t y)
{
    const ViewRect *g = &w->wanted.geometry;
    const ChanWindowProps *p = &w->wanted.props;
    bool shadow = w->wanted.has_props && (p->flags & CHAN_WINDOW_FRAME);
    int64_t left = g->x + (int64_t)(shadow ? p->frame_left : 0);
    int64_t top = g->y + (int64_t)(shadow ? p->frame_top : 0);
    int64_t right = g->x + (int64_t)g->width - (shadow ? p->frame_right : 0);
    int64_t bottom = g->y + (int64_t)g->height - (shadow ? p->frame_bottom : 0);

    return host_window_shown(w) && w->viewable && x >= left && x < right && y >= top && y < bottom;
}

bool
host_windows_owned_at(HostWindows *ws, const HostWindow *owner, int32_t x, int32_t y)
{
    GHashTableIter iter;
    gpointer window;

    host_windows_iter(ws, &iter);
    while (g_hash_table_iter_next(&iter, NULL, &window))
        if (belongs_to(ws, window, owner) && lies_at(window, x, y))
            return true;
    return false;
}

void
host_windows_border_changed(HostWindows *ws)
{
    GHashTableIter iter;
    gpointer window;

    host_windows_iter(ws, &iter);
    while (g_hash_table_iter_next(&iter, NULL, &window)) {
        HostWindow *w = window;
        w->wanted.shape_serial++;
        host_window_push(w);
        host_paint_all(ws->view, w);
    }
}

void
host_windows_sync(HostWindows *ws)
{
    GHashTableIter iter;
    gpointer xid;

    // Those alone: a batch is often one event, and other windows are many.
    g_hash_table_iter_init(&iter, ws->events);
    while (g_hash_table_iter_next(&iter, &xid, NULL)) {
        HostWindow *w = g_hash_table_lookup(ws->by_xid, xid);
        if (w && (w->geometry_dirty || w->state_dirty || w->seen.dirty || w->n_exposed > 0))
            host_follow_sync(w);
    }
    g_hash_table_remove_all(ws->events);
}

void
host_windows_had_event(HostWindows *ws, HostWindow *w)
{
    g_hash_table_add(ws->events, (gpointer)w->xid);
}

static gboolean
on_orphans_timeout(gpointer user)
{
    HostWindows *ws = user;

    stop_timer(ws);
    g_ptr_array_set_size(ws->orphans, 0);
    return G_SOURCE_REMOVE;
}

static void
start_timer(HostWindows *ws, guint ms)
{
    stop_timer(ws);
    ws->orphan_timer = g_timeout_source_new(ms);
    g_source_set_callback(ws->orphan_timer, on_orphans_timeout, ws, NULL);
    g_source_attach(ws->orphan_timer, ws->view->context);
}

static void
drop_buffers(HostWindows *ws)
{
    g_hash_table_remove_all(ws->buffers);
    ws->pixel_bytes = 0;
    ws->refused_window = false;
}

void
host_windows_orphan_all(HostWindows *ws)
{
    GHashTableIter iter;
    gpointer window;

    host_windows_iter(ws, &iter);
    while (g_hash_table_iter_next(&iter, NULL, &window)) {
        HostWindow *w = window;
        g_hash_table_iter_steal(&iter);
        // A menu that nobody can answer would only be in the way.
        if (!w->xid || !w->mapped || w->wanted.override_redirect) {
            host_window_free(w);
            continue;
        }
        w->is_orphan = true;
        host_ping_give_up(w);
        g_ptr_array_add(ws->orphans, w);
    }
    drop_buffers(ws);
    host_groups_forget(ws->view->groups);
    if (ws->orphans->len > 0)
        start_timer(ws, HOST_ORPHANS_S * 1000);
}

void
host_windows_close_all(HostWindows *ws)
{
    stop_timer(ws);
    g_hash_table_remove_all(ws->by_id);
    g_ptr_array_set_size(ws->orphans, 0);
    drop_buffers(ws);
    host_groups_forget(ws->view->groups);
}

void
host_windows_lost(HostWindows *ws, const HostHolder *holder, HostLost how)
{
    GHashTableIter iter;
    gpointer window;

    for (guint i = ws->orphans->len; i-- > 0;)
        if (((HostWindow *)g_ptr_array_index(ws->orphans, i))->holder == holder)
            g_ptr_array_remove_index_fast(ws->orphans, i);
    host_windows_iter(ws, &iter);
    while (g_hash_table_iter_next(&iter, NULL, &window))
        if (((HostWindow *)window)->holder == holder)
            host_window_lost(window, how);
}

void
host_windows_expect(HostWindows *ws)
{
    if (ws->orphans->len > 0)
        start_timer(ws, HOST_ORPHANS_S * 1000);
}

// How surely the orphan is the same window; 0: it is not.
static int
likeness(const HostWindow *w, const HostWindow *orphan)
{
    const ViewRect *a = &w->wanted.geometry, *b = &orphan->wanted.geometry;

    if (strcmp(w->wanted.wm_class, orphan->wanted.wm_class) != 0 || w->kind != orphan->kind ||
        ((w->wanted.flags ^ orphan->wanted.flags) & VIEW_FLAG_ALPHA))
        return 0;
    int score = 1;
    score += w->id == orphan->id ? 8 : 0;
    score += strcmp(host_names_title(&w->names), host_names_title(&orphan->names)) == 0 ? 4 : 0;
    score += a->width == b->width && a->height == b->height ? 2 : 0;
    score += a->x == b->x && a->y == b->y ? 2 : 0;
    return score >= 3 ? score : 0;
}

static void
replace_orphan(HostWindows *ws, HostWindow *w)
{
    HostWindow *best = NULL;
    int best_score = 0;

    for (guint i = 0; i < ws->orphans->len; i++) {
        int score = likeness(w, g_ptr_array_index(ws->orphans, i));
        if (score > best_score) {
            best_score = score;
            best = g_ptr_array_index(ws->orphans, i);
        }
    }
    if (best) {
        host_window_inherit(w, best);
        g_ptr_array_remove(ws->orphans, best);
    }
    start_timer(ws, ORPHANS_AFTER_FIRST_MS);
}

static gboolean
broken(GError **error, const char *text)
{
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, text);
    return FALSE;
}

static void
handle_window(HostWindows *ws, const ViewWindow *m)
{
    HostWindow *w = host_windows_find(ws, m->id);
    guint limit = MIN(ws->view->setup.max_windows, VIEW_WINDOWS_MAX);

    if (!w) {
        if (g_hash_table_size(ws->by_id) >= limit) {
            if (!ws->refused_window)
                g_message("guest %s: more than %u windows; the others are not shown",
                          ws->view->setup.guest, limit);
            ws->refused_window = true;
            return;
        }
        w = host_window_new(ws->view, m->id);
        g_hash_table_insert(ws->by_id, GUINT_TO_POINTER(m->id), w);
        host_control_figures_changed(ws->view);
    }
    host_window_set_props(w, m);
}

static gboolean
handle_buffer(HostWindows *ws, const ViewBuffer *m, int take_fd, GError **error)
{
    guint64 bytes = (guint64)m->stride * m->height;

    if (!host_windows_find(ws, m->window_id)) {
        close(take_fd); // a window that was refused
        return TRUE;
    }
    if (g_hash_table_contains(ws->buffers, GUINT_TO_POINTER(m->id)) ||
        g_hash_table_size(ws->buffers) >= LIMIT_BUFFERS ||
        ws->pixel_bytes + bytes > VIEW_PIXELS_BYTES_MAX) {
        close(take_fd);
        return broken(error, "it names too many buffers, too large ones, or one twice");
    }
    HostBuffer *buffer = host_buffer_new(ws->view->x, m, take_fd, error);
    if (!buffer)
        return FALSE;
    ws->pixel_bytes += bytes;
    g_hash_table_insert(ws->buffers, GUINT_TO_POINTER(m->id), buffer);
    return TRUE;
}

static void
handle_buffer_gone(HostWindows *ws, const ViewId *m)
{
    HostBuffer *buffer = g_hash_table_lookup(ws->buffers, GUINT_TO_POINTER(m->id));

    if (!buffer)
        return;
    ws->pixel_bytes -= buffer->bytes;
    g_hash_table_remove(ws->buffers, GUINT_TO_POINTER(m->id));
}

static bool
damage_inside(const ViewCommit *m, const HostBuffer *buffer)
{
    const ViewRect *damage = (const ViewRect *)(m + 1);

    for (uint32_t i = 0; i < m->n_damage; i++)
        if ((uint32_t)damage[i].x + damage[i].width > buffer->width ||
            (uint32_t)damage[i].y + damage[i].height > buffer->height)
            return false;
    return true;
}

static gboolean
handle_commit(HostWindows *ws, const ViewCommit *m, GError **error)
{
    HostWindow *w = host_windows_find(ws, m->id);
    HostBuffer *buffer = NULL;

    if (!w) {
        host_paint_answer(ws->view, m->id, m->serial); // a window that was refused
        return TRUE;
    }
    if (m->buffer_id != 0) {
        buffer = g_hash_table_lookup(ws->buffers, GUINT_TO_POINTER(m->buffer_id));
        if (!buffer || buffer->window_id != m->id || !damage_inside(m, buffer))
            return broken(error, "it shows pixels that it has not handed over");
    }
    if (!w->has_commit && ws->orphans->len > 0 && m->state != VIEW_STATE_HIDDEN) {
        w->wanted.geometry = m->geometry;
        replace_orphan(ws, w);
    }
    host_window_commit(w, m, buffer);
    return TRUE;
}

static guint64
icon_bytes(const HostIcon *icons)
{
    guint64 total = 0;

    for (size_t i = 0; i < CHAN_WINDOW_ICONS_MAX; i++)
        total += (guint64)icons[i].width * icons[i].height * 4;
    return total;
}

static gboolean
handle_icon(HostWindows *ws, const ViewIcon *m, int take_fd, GError **error)
{
    HostWindow *w = host_windows_find(ws, m->id);
    size_t size = (size_t)m->width * m->height * 4;

    if (!w) {
        close(take_fd);
        return TRUE;
    }
    uint32_t *pixels = host_buffer_read_once(take_fd, size, error);
    if (!pixels)
        return FALSE;
    guint64 total = size, own = size + icon_bytes(w->coming);
    GHashTableIter iter;
    gpointer window;
    host_windows_iter(ws, &iter);
    while (g_hash_table_iter_next(&iter, NULL, &window))
        total +=
            icon_bytes(((HostWindow *)window)->icons) + icon_bytes(((HostWindow *)window)->coming);
    if (total > LIMIT_ICON_BYTES || (m->count > 0 && m->index > 0 && own > LIMIT_WINDOW_ICON_BYTES))
        g_free(pixels); // the window goes without
    else
        host_window_take_icon(w, (HostIcon){m->width, m->height, pixels}, m->index, m->count);
    return TRUE;
}

static void
handle_gone(HostWindows *ws, const ViewId *m)
{
    g_hash_table_remove(ws->by_id, GUINT_TO_POINTER(m->id));
    host_control_figures_changed(ws->view);
}

static void
handle_title(HostWindows *ws, ChanSpan packet)
{
    const ViewTitle *m = (const ViewTitle *)packet.data;
    HostWindow *w = host_windows_find(ws, m->id);

    if (w)
        host_window_set_title(w, CHAN_SPAN(m + 1, packet.size - sizeof *m));
}

static void
handle_names(HostWindows *ws, ChanSpan packet)
{
    const ViewId *m = (const ViewId *)packet.data;
    HostWindow *w = host_windows_find(ws, m->id);
    ChanWindowNames names;

    if (w && chan_window_names_unpack(CHAN_SPAN(m + 1, packet.size - sizeof *m), &names))
        host_window_set_names(w, &names);
}

// What belongs to one window, which may be one that was refused.
static gboolean
handle_of_window(HostWindows *ws, ChanSpan packet)
{
    const ViewId *m = (const void *)packet.data; // they all begin so
    HostWindow *w = host_windows_find(ws, m->id);

    switch (view_type(packet)) {
    case VIEW_MSG_PROPS:
        if (w)
            host_window_set_more(w, (const void *)m);
        return TRUE;
    case VIEW_MSG_SHAPE:
        if (w)
            host_window_set_shape(w, (const void *)m);
        return TRUE;
    case VIEW_MSG_ICONS_GONE:
        if (w)
            host_window_drop_icons(w);
        return TRUE;
    case VIEW_MSG_CARET: {
        const ViewCaret *caret = (const void *)m;
        if (!w)
            return TRUE;
        w->caret = caret->caret;
        w->has_caret = true;
        host_method_caret(ws->view->method, w->xid, &w->caret);
        return TRUE;
    }
    case VIEW_MSG_LOCK:
        if (w)
            host_pointer_lock(ws->view->pointer, w,
                              ((const ViewLock *)(const void *)m)->wanted != 0);
        return TRUE;
    case VIEW_MSG_MONITORS:
        if (w)
            host_monitors_want(w, &((const ViewMonitors *)(const void *)m)->monitors);
        return TRUE;
    case VIEW_MSG_GROUP:
        if (w)
            host_window_set_group(w, (const void *)m);
        return TRUE;
    case VIEW_MSG_WORKSPACE:
        if (w)
            host_workspace_want(w, ((const ViewWorkspace *)(const void *)m)->workspace);
        return TRUE;
    case VIEW_MSG_PONG:
        if (w)
            host_ping_answered(w, ((const ViewPing *)(const void *)m)->serial);
        return TRUE;
    case VIEW_MSG_ATTENTION:
        if (w)
            host_focus_attention(ws->view->focus, w);
        return TRUE;
    default:
        return FALSE;
    }
}

gboolean
host_windows_message(HostWindows *ws, ChanSpan packet, int take_fd, GError **error)
{
    const void *m = packet.data;

    switch (view_type(packet)) {
    case VIEW_MSG_WINDOW:
        handle_window(ws, m);
        return TRUE;
    case VIEW_MSG_TITLE:
        handle_title(ws, packet);
        return TRUE;
    case VIEW_MSG_NAMES:
        handle_names(ws, packet);
        return TRUE;
    case VIEW_MSG_ICON:
        return handle_icon(ws, m, take_fd, error);
    case VIEW_MSG_BUFFER:
        return handle_buffer(ws, m, take_fd, error);
    case VIEW_MSG_BUFFER_GONE:
        handle_buffer_gone(ws, m);
        return TRUE;
    case VIEW_MSG_COMMIT:
        return handle_commit(ws, m, error);
    case VIEW_MSG_WINDOW_GONE:
        handle_gone(ws, m);
        return TRUE;
    case VIEW_MSG_STACK:
        host_stack_order(ws->view->stack, m);
        return TRUE;
    case VIEW_MSG_ACTIVE:
        host_focus_activate(ws->view->focus, host_windows_find(ws, ((const ViewId *)m)->id));
        return TRUE;
    case VIEW_MSG_MOVE_LOOP:
        host_pointer_move_loop(ws->view->pointer, m);
        return TRUE;
    default:
        return handle_of_window(ws, packet) ||
               broken(error, "it sent a message that only a view sends");
    }
}
