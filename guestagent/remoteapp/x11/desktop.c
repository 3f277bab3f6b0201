// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/desktop.h"

#include "guestagent/remoteapp/x11/ewmh.h"
#include "guestagent/remoteapp/x11/focus.h"
#include "guestagent/remoteapp/x11/manager.h"
#include "guestagent/remoteapp/x11/menus.h"
#include "guestagent/remoteapp/x11/pixels.h"
#include "guestagent/remoteapp/x11/stack.h"
#include "guestagent/remoteapp/x11/wm.h"
#include "guestagent/remoteapp/x11/workspaces.h"

#include <X11/Xutil.h>
#include <signal.h>
#include <unistd.h>

#define EVDEV_TO_X 8

void
ra_unsettle(RaDesktop *d)
{
    d->unsettled = true;
}

RaClient *
ra_by_xid(RaDesktop *d, Window xid)
{
    return g_hash_table_lookup(d->by_xid, GSIZE_TO_POINTER(xid));
}

RaClient *
ra_by_id(RaDesktop *d, guint32 id)
{
    return id ? g_hash_table_lookup(d->by_id, GUINT_TO_POINTER(id)) : NULL;
}

static gboolean
is_ready(gpointer user)
{
    RaDesktop *d = user;
    return !d->adopted || d->unsettled;
}

// A program may want it before its window is the active one.
static void
settle_lock(RaDesktop *d)
{
    const RaClient *c = d->active;

    if (!d->lock_wanted || d->lock_id != 0 || !c ||
        !ra_lock_is_for(d->lock, c->pub.props.program, c->server_pid))
        return;
    d->lock_id = c->pub.id;
    ra_desktop_tell_lock(d);
}

static void
dispatch(gpointer user)
{
    RaDesktop *d = user;
    if (!d->adopted)
        ra_manager_adopt(d);
    ra_manager_drain(d);
    ra_settle(d);
    settle_lock(d);
    ra_pixels_drained(d);
    if (!d->conn->lost || d->told_lost)
        return;
    d->told_lost = true;
    g_source_destroy(d->source);
    if (d->events.lost)
        d->events.lost(d->user);
}

static void
on_cursor(const RaCursor *cursor, gpointer user)
{
    RaDesktop *d = user;
    ra_lock_cursor(d->lock, cursor->width == 0);
    if (d->events.cursor_changed)
        d->events.cursor_changed(cursor, d->user);
}

static void
on_clipboard_offered(ChanClipSelection which, guint32 kinds, gpointer user)
{
    RaDesktop *d = user;
    if (d->events.clipboard_offered)
        d->events.clipboard_offered(which, kinds, d->user);
}

static void
on_clipboard_data(ChanClipSelection which, GBytes *data, gpointer user)
{
    RaDesktop *d = user;
    if (d->events.clipboard_data)
        d->events.clipboard_data(which, data, d->user);
}

static void
on_clipboard_wanted(ChanClipSelection which, guint32 kind, gpointer user)
{
    RaDesktop *d = user;
    if (d->events.clipboard_wanted)
        d->events.clipboard_wanted(which, kind, d->user);
}

static void
on_caret(Window top_level, const ChanWindowCaret *caret, gpointer user)
{
    RaDesktop *d = user;
    const RaClient *c = ra_by_xid(d, top_level);
    if (!c)
        return;
    d->caret_id = c->pub.id;
    d->caret = *caret;
    ra_desktop_tell_caret(d);
}

static void
obey_keys(RaDesktop *d)
{
    const ChanWindowKeys *keys = &d->keys;

    ra_desktop_set_layout(d, keys->model, keys->layout, keys->variant, keys->options);
    ra_keyboard_set_group(d->keyboard, keys->group);
    ra_keyboard_set_repeat(d->keyboard, keys->repeat_delay_ms, keys->repeat_interval_ms);
}

static void
on_key(guint keycode, bool down, gpointer user)
{
    RaDesktop *d = user;
    ra_input_key(d->input, keycode, down);
    d->method_keys--;
    if (d->keys_after > 0 && --d->keys_after == 0)
        obey_keys(d);
}

void
ra_desktop_tell_caret(RaDesktop *d)
{
    if (d->caret_id != 0 && d->events.caret_moved)
        d->events.caret_moved(d->caret_id, &d->caret, d->user);
}

static void
on_lock_wanted(bool wanted, gpointer user)
{
    RaDesktop *d = user;
    guint32 former = d->lock_id;
    d->lock_wanted = wanted;
    d->lock_id = 0; // settle_lock knows whose it is
    if (!wanted)
        d->locked = false;
    if (former != 0 && d->events.lock_wanted)
        d->events.lock_wanted(former, false, d->user);
    ra_unsettle(d);
}

void
ra_desktop_tell_lock(RaDesktop *d)
{
    if (d->lock_id != 0 && d->events.lock_wanted)
        d->events.lock_wanted(d->lock_id, true, d->user);
}

// A program that copies and ends asks at once: the client must know first what there is.
static void
on_save(guint32 serial, gpointer user)
{
    RaDesktop *d = user;
    d->save_waits = ra_clipboard_listing(d->clipboard[CHAN_CLIP_CLIPBOARD]);
    d->save_serial = serial;
    if (!d->save_waits && d->events.save_wanted)
        d->events.save_wanted(serial, d->user);
}

static void
on_clipboard_listed(ChanClipSelection which, gpointer user)
{
    RaDesktop *d = user;
    if (which != CHAN_CLIP_CLIPBOARD || !d->save_waits)
        return;
    d->save_waits = false;
    if (d->events.save_wanted)
        d->events.save_wanted(d->save_serial, d->user);
}

static void
on_apps_changed(GAppInfoMonitor *monitor, gpointer user)
{
    RaDesktop *d = user;
    ra_identity_catalog_changed(d->identity);
}

static void
watch_apps(RaDesktop *d)
{
    d->identity = ra_identity_new(ra_identity_load_installed);
    g_main_context_push_thread_default(d->context);
    d->app_monitor = g_app_info_monitor_get();
    g_main_context_pop_thread_default(d->context);
    g_signal_connect(d->app_monitor, "changed", G_CALLBACK(on_apps_changed), d);
}

static void
set_whole_screen(RaDesktop *d)
{
    RaRect all = {0};
    ra_screen_size(d->screen, &all.width, &all.height);
    d->work_area = all;
    g_array_set_size(d->monitors, 0);
    g_array_append_val(d->monitors, all);
}

static void
init_parts(RaDesktop *d)
{
    static const RaClipboardEvents clipboard_events = {.offered = on_clipboard_offered,
                                                       .data = on_clipboard_data,
                                                       .wanted = on_clipboard_wanted,
                                                       .listed = on_clipboard_listed};
    static const RaMethodEvents method_events = {.caret = on_caret, .key = on_key};
    RaConn *conn = d->conn;
    d->by_xid = g_hash_table_new(NULL, NULL);
    d->by_id = g_hash_table_new(NULL, NULL);
    d->clients = g_ptr_array_new();
    d->stack = g_ptr_array_new();
    d->told_stack = g_array_new(FALSE, FALSE, sizeof(guint32));
    d->monitors = g_array_new(FALSE, FALSE, sizeof(RaRect));
    d->screen = ra_screen_new(conn);
    d->settings = ra_settings_new(conn);
    d->keyboard = ra_keyboard_new(conn);
    d->input = ra_input_new(conn, d->context);
    d->method = ra_method_new(conn, d->context, &method_events, d);
    d->pointer_image = ra_pointer_image_new(conn, on_cursor, d);
    ra_icons_start(d);
    d->keeper = ra_clip_keeper_new(conn, d->context, on_save, d);
    d->lock = ra_lock_new(conn, d->context, on_lock_wanted, d);
    for (guint i = 0; i < CHAN_CLIP_SELECTIONS; i++)
        d->clipboard[i] =
            ra_clipboard_new(conn, d->context, (ChanClipSelection)i, &clipboard_events, d);
    set_whole_screen(d);
    ra_pixels_init(d);
    d->frames = ra_frames_new(d);
    watch_apps(d);
    ra_workspaces_reset(d);
    ra_ewmh_init(conn);
}

RaDesktop *
ra_desktop_new(GMainContext *context, const char *display_name, const RaDesktopEvents *events,
               gpointer user, GError **error)
{
    g_autoptr(RaConn) conn = ra_conn_open(display_name, error);
    if (!conn || !ra_conn_manage(conn, error))
        return NULL;
    RaDesktop *d = g_new0(RaDesktop, 1);
    d->context = g_main_context_ref(context ? context : g_main_context_default());
    d->events = *events;
    d->user = user;
    d->conn = g_steal_pointer(&conn);
    init_parts(d);
    d->source = ra_conn_source_new(d->conn, is_ready, dispatch, d);
    g_source_attach(d->source, d->context);
    return d;
}

void
ra_desktop_free(RaDesktop *d)
{
    if (!d)
        return;
    g_source_destroy(d->source);
    g_source_unref(d->source);
    g_signal_handlers_disconnect_by_data(d->app_monitor, d);
    g_object_unref(d->app_monitor);
    ra_manager_clear(d);
    ra_frames_free(d->frames);
    ra_pixels_clear(d);
    for (guint i = 0; i < CHAN_CLIP_SELECTIONS; i++)
        ra_clipboard_free(d->clipboard[i]);
    ra_clip_keeper_free(d->keeper);
    ra_lock_free(d->lock);
    ra_dock_free(d->dock);
    ra_pointer_image_free(d->pointer_image);
    ra_method_free(d->method);
    ra_input_free(d->input);
    ra_keyboard_free(d->keyboard);
    ra_settings_free(d->settings);
    ra_screen_free(d->screen);
    ra_identity_free(d->identity);
    g_array_unref(d->monitors);
    g_array_unref(d->told_stack);
    g_ptr_array_unref(d->stack);
    g_ptr_array_unref(d->clients);
    g_hash_table_unref(d->by_id);
    g_hash_table_unref(d->by_xid);
    ra_conn_close(d->conn);
    g_main_context_unref(d->context);
    g_free(d);
}

GPtrArray *
ra_desktop_windows(RaDesktop *d)
{
    GPtrArray *windows = g_ptr_array_new();
    for (guint i = 0; i < d->clients->len; i++) {
        RaClient *c = d->clients->pdata[i];
        if (c->told)
            g_ptr_array_add(windows, &c->pub);
    }
    return windows;
}

const RaWindow *
ra_desktop_window(RaDesktop *d, guint32 id)
{
    const RaClient *c = ra_by_id(d, id);
    return c && c->told ? &c->pub : NULL;
}

void
// NOLINTNEXTLINE(readability-function-size): the contract's parameters
ra_desktop_set_screen(RaDesktop *d, int width, int height, int scale_percent,
                      const RaRect *work_area, const RaRect *monitors, guint n_monitors)
{
    bool shielded = d->shielded;
    ra_stack_shield(d, false); // it had the former size
    ra_screen_hold(d->screen, true);
    ra_screen_resize(d->screen, width, height);
    set_whole_screen(d);
    RaRect all = d->work_area;
    RaRect both;
    if (work_area && ra_rect_intersect(work_area, &all, &both))
        d->work_area = both;
    g_array_set_size(d->monitors, 0);
    for (guint i = 0; i < n_monitors; i++) {
        if (ra_rect_intersect(&monitors[i], &all, &both))
            g_array_append_val(d->monitors, both);
    }
    if (d->monitors->len == 0)
        g_array_append_val(d->monitors, all);
    ra_screen_set_monitors(d->screen, (const RaRect *)(gconstpointer)d->monitors->data,
                           d->monitors->len);
    ra_screen_hold(d->screen, false);
    ra_stack_shield(d, shielded);
    ra_settings_set_scale(d->settings, scale_percent);
    ra_ewmh_push_screen(d);
    ra_wm_fit_all(d);
    ra_unsettle(d);
}

void
ra_desktop_set_scale(RaDesktop *d, const RaScale *scale)
{
    ra_settings_set_exactly(d->settings, scale);
}

void
ra_desktop_screen_size(RaDesktop *d, int *width, int *height)
{
    ra_screen_size(d->screen, width, height);
}

void
ra_desktop_activate(RaDesktop *d, guint32 id)
{
    ra_method_give_keys(d->method);
    RaClient *c = ra_by_id(d, id);
    if (id != 0 && (!c || c->override_redirect))
        return;
    if (c) {
        ra_wm_restore(d, c);
        ra_stack_raise(d, c);
    } else {
        ra_menus_close(d);
    }
    ra_focus(d, c);
}

void
ra_desktop_set_looks(RaDesktop *d, guint32 looks)
{
    if (d->conn->looks == looks)
        return;
    ra_ewmh_set_looks(d->conn, looks);
    ra_method_offer(d->method, (looks & CHAN_LOOKS_INPUT_METHOD) != 0);
    for (guint i = 0; i < d->clients->len; i++)
        ra_client_states_stale(d->clients->pdata[i]);
    ra_unsettle(d);
}

void
ra_desktop_raise(RaDesktop *d, guint32 id, bool alone)
{
    RaClient *c = ra_by_id(d, id);
    if (id != 0 && !c)
        return;
    ra_input_must_settle(d->input);
    ra_stack_shield(d, id == 0);
    if (c)
        (alone ? ra_stack_raise_alone : ra_stack_raise)(d, c);
}

void
ra_desktop_move_resize(RaDesktop *d, guint32 id, const RaRect *rect)
{
    RaClient *c = ra_by_id(d, id);
    if (c && !ra_rect_equal(rect, &c->pub.rect))
        ra_wm_move_resize(d, c, rect);
}

void
ra_desktop_set_state(RaDesktop *d, guint32 id, RaShowState state)
{
    RaClient *c = ra_by_id(d, id);
    if (!c || c->override_redirect)
        return;
    RaStates wanted = c->states;
    // Restoring a minimised window brings back what it was before.
    bool keep_size = state == RA_MINIMIZED || (state == RA_NORMAL && wanted.minimized);
    wanted.minimized = state == RA_MINIMIZED;
    if (!keep_size) {
        wanted.fullscreen = state == RA_FULLSCREEN;
        wanted.max_horz = wanted.max_vert = state == RA_MAXIMIZED;
    }
    ra_wm_apply(d, c, &wanted);
}

static void
take_host_states(RaStates *wanted, guint32 states)
{
    wanted->max_horz = (states & CHAN_STATE_MAXIMIZED_HORZ) != 0;
    wanted->max_vert = (states & CHAN_STATE_MAXIMIZED_VERT) != 0;
    wanted->fullscreen = (states & CHAN_STATE_FULLSCREEN) != 0;
    wanted->minimized = (states & CHAN_STATE_HIDDEN) != 0;
    wanted->above = (states & CHAN_STATE_ABOVE) != 0;
    wanted->below = (states & CHAN_STATE_BELOW) != 0;
    wanted->sticky = (states & CHAN_STATE_STICKY) != 0;
    wanted->shaded = (states & CHAN_STATE_SHADED) != 0;
    wanted->all_desktops = (states & CHAN_STATE_ALL_DESKTOPS) != 0;
    wanted->modal = (states & CHAN_STATE_MODAL) != 0;
    wanted->skip_taskbar = (states & CHAN_STATE_SKIP_TASKBAR) != 0;
    wanted->skip_pager = (states & CHAN_STATE_SKIP_PAGER) != 0;
}

void
ra_desktop_set_host(RaDesktop *d, guint32 id, const ChanWindowHost *host)
{
    RaClient *c = ra_by_id(d, id);
    if (!c || c->override_redirect)
        return;
    RaStates wanted = c->states;
    const ChanWindowHost *before = &c->told_host;
    // A mere move undoes nothing that the program asked for since.
    if (host->serial != before->serial || host->states != before->states)
        take_host_states(&wanted, host->states);
    bool framed = host->frame_left != before->frame_left || host->frame_top != before->frame_top ||
                  host->frame_right != before->frame_right ||
                  host->frame_bottom != before->frame_bottom || host->edges != before->edges;
    RaRect rect = {host->x, host->y, (int)host->width, (int)host->height};
    if (host->serial != c->pub.props.states_serial)
        c->changed |= RA_CHANGED_HINTS; // it is told back even where nothing else changes
    c->pub.props.states_serial = host->serial;
    const RaRect told = {before->x, before->y, (int)before->width, (int)before->height};
    bool there = c->place_request == 0 && ra_rect_equal(&rect, &c->pub.rect);
    bool under_way = c->place_request != 0 && ra_rect_equal(&rect, &told);
    c->told_host = *host;
    if (!(host->states & CHAN_STATES_BIG))
        c->told_normal = *host;
    if (host->frame_top > 0)
        d->last_host = *host;
    if (framed)
        ra_ewmh_push_frame(d->conn, c->xid, host);
    if (there) // of which the server would say nothing
        ra_client_placed(c);
    else if (!under_way)
        c->place_request = NextRequest(d->conn->dpy);
    ra_wm_show_as(d, c, &wanted, there || under_way ? NULL : &rect);
    ra_unsettle(d);
}

void
ra_desktop_set_pace(RaDesktop *d, guint32 id, const ChanWindowPace *pace)
{
    RaClient *c = ra_by_id(d, id);
    if (c)
        ra_frames_pace(d->frames, c, pace);
}

void
ra_desktop_shown(RaDesktop *d, guint32 id, gint64 shown_us)
{
    RaClient *c = ra_by_id(d, id);
    if (c)
        ra_frames_shown(d->frames, c, shown_us);
}

void
ra_desktop_set_hosted(RaDesktop *d, bool hosted)
{
    d->hosted = hosted;
    if (!hosted)
        ra_clip_keeper_set(d->keeper, &(ChanWindowKeeper){0});
    d->last_host = (ChanWindowHost){0};
    ra_workspaces_reset(d);
    for (guint i = 0; i < d->clients->len; i++) {
        RaClient *c = d->clients->pdata[i];
        c->told_host = c->told_normal = (ChanWindowHost){0};
        c->pace = (ChanWindowPace){0};
        c->pub.props.states_serial = c->pub.props.place_serial = 0;
        c->place_request = 0;
        if (!c->override_redirect)
            ra_ewmh_push_frame(d->conn, c->xid, &c->told_host);
    }
    ra_unsettle(d);
}

void
ra_desktop_close(RaDesktop *d, guint32 id)
{
    RaClient *c = ra_by_id(d, id);
    if (!c)
        return;
    if (c->can_delete)
        ra_ewmh_send_protocol(d->conn, c->xid, ATOM(d->conn, WM_DELETE_WINDOW), d->conn->time);
    else if (!c->override_redirect)
        XKillClient(d->conn->dpy, c->xid);
}

void
ra_desktop_kill(RaDesktop *d, guint32 id, bool process)
{
    const RaClient *c = ra_by_id(d, id);
    if (!c)
        return;
    // What the X server knows, and not what the program says.
    if (process && c->server_pid > 1 && c->server_pid != (guint32)getpid())
        (void)kill((pid_t)c->server_pid, SIGKILL);
    XKillClient(d->conn->dpy, c->xid);
    XFlush(d->conn->dpy);
}

void
ra_desktop_set_layout(RaDesktop *d, const char *model, const char *layout, const char *variant,
                      const char *options)
{
    ra_input_must_settle(d->input);
    ra_keyboard_set_layout(d->keyboard, model, layout, variant, options);
}

void
ra_desktop_expect_keymap(RaDesktop *d, const ChanWindowKeymap *keymap)
{
    ra_keyboard_expect(d->keyboard, keymap);
}

// Keys that were given before mean what they meant, or have switched to this.
void
ra_desktop_set_keys(RaDesktop *d, const ChanWindowKeys *keys)
{
    d->keys = *keys;
    d->keys_after = d->method_keys;
    if (d->keys_after == 0)
        obey_keys(d);
}

static void
note_input(RaDesktop *d, bool down)
{
    if (down)
        d->input_us = g_get_monotonic_time();
}

gint64
ra_desktop_input_us(const RaDesktop *d)
{
    return d->input_us;
}

void
ra_desktop_key(RaDesktop *d, guint evdev, bool down)
{
    if (evdev > 247)
        return;
    note_input(d, down);
    d->method_keys++;
    if (ra_method_key(d->method, evdev + EVDEV_TO_X, down))
        return;
    d->method_keys--;
    ra_input_key(d->input, evdev + EVDEV_TO_X, down);
}

void
ra_desktop_unicode(RaDesktop *d, gunichar character)
{
    guint keycode = ra_keyboard_keycode_for(d->keyboard, character);
    if (keycode == 0)
        return;
    ra_input_key(d->input, keycode, true);
    ra_input_key(d->input, keycode, false);
}

void
ra_desktop_text(RaDesktop *d, const char *text)
{
    note_input(d, true);
    // Keys that were given before are before it.
    ra_input_must_settle(d->input);
    if (ra_method_commit(d->method, text))
        return;
    for (const char *c = text; *c; c = g_utf8_next_char(c))
        ra_desktop_unicode(d, g_utf8_get_char(c));
}

void
ra_desktop_preedit(RaDesktop *d, const ChanWindowPreedit *preedit)
{
    ra_input_must_settle(d->input);
    ra_method_preedit(d->method, preedit);
}

bool
ra_desktop_has_method(const RaDesktop *d)
{
    return (d->conn->looks & CHAN_LOOKS_INPUT_METHOD) != 0;
}

RaInputPoint
ra_point_of(const RaDesktop *d, int root_x, int root_y)
{
    RaInputPoint point;
    ra_screen_size(d->screen, &point.width, &point.height);
    point.x = CLAMP(root_x, 0, point.width - 1);
    point.y = CLAMP(root_y, 0, point.height - 1);
    return point;
}

void
ra_desktop_pointer_move(RaDesktop *d, int root_x, int root_y)
{
    RaInputPoint to = ra_point_of(d, root_x, root_y);
    d->pointer = to;
    if (!d->locked)
        ra_input_motion(d->input, &to);
}

void
ra_desktop_pointer_place(const RaDesktop *d, int *root_x, int *root_y)
{
    *root_x = d->pointer.x;
    *root_y = d->pointer.y;
}

void
ra_desktop_pointer_aim(RaDesktop *d, int root_x, int root_y)
{
    RaInputPoint at = ra_point_of(d, root_x, root_y);
    d->pointer = at;
    if (!d->locked)
        ra_input_aim(d->input, &at);
}

void
ra_desktop_pointer_shift(RaDesktop *d, const ChanWindowMotion *motion)
{
    d->locked = motion->locked != 0 && d->lock_id != 0;
    if (!d->locked || (motion->dx == 0 && motion->dy == 0))
        return;
    ra_input_shift(d->input, motion->dx, motion->dy);
    ra_lock_moved(d->lock);
}

void
ra_desktop_touch(RaDesktop *d, const ChanWindowTouch *touch)
{
    RaInputPoint at = ra_point_of(d, touch->x, touch->y);
    note_input(d, touch->phase == CHAN_TOUCH_BEGIN);
    ra_input_touch(d->input, touch->touch, (ChanTouchPhase)touch->phase, &at);
}

void
ra_desktop_button(RaDesktop *d, guint button, bool down)
{
    ra_method_give_keys(d->method);
    note_input(d, down);
    if (down)
        ra_dock_put_away(d->dock);
    ra_input_button(d->input, button, down);
}

void
ra_desktop_wheel(RaDesktop *d, int dx, int dy)
{
    note_input(d, true);
    ra_input_wheel(d->input, dx, dy);
}

void
ra_desktop_release_all(RaDesktop *d)
{
    ra_method_give_keys(d->method);
    ra_input_release_all(d->input);
    d->locked = false;
    ra_stack_shield(d, false);
}

void
ra_desktop_set_locks(RaDesktop *d, bool scroll, bool num, bool caps)
{
    ra_input_must_settle(d->input);
    ra_keyboard_set_locks(d->keyboard, scroll, num, caps);
}

void
ra_desktop_set_keeper(RaDesktop *d, const ChanWindowKeeper *keeper)
{
    ra_clip_keeper_set(d->keeper, keeper);
}

void
ra_desktop_clipboard_offer(RaDesktop *d, ChanClipSelection which, guint32 kinds)
{
    ra_clipboard_offer(d->clipboard[which], kinds);
}

void
ra_desktop_clipboard_give(RaDesktop *d, ChanClipSelection which, guint32 kind, GBytes *data)
{
    ra_clipboard_give(d->clipboard[which], kind, data);
}

void
ra_desktop_clipboard_want(RaDesktop *d, ChanClipSelection which, guint32 kind)
{
    ra_clipboard_want(d->clipboard[which], kind);
}

void
ra_desktop_expect(RaDesktop *d, const char *app_id, guint32 pid, const char *startup_id)
{
    ra_identity_expect(d->identity, app_id, pid, startup_id);
    d->apps_stale = true; // its window may have been quicker
    ra_unsettle(d);
}

void
ra_desktop_ended(RaDesktop *d, guint32 pid)
{
    ra_identity_ended(d->identity, pid);
    d->apps_stale = true; // it may have handed its window over
    ra_unsettle(d);
}

const char *
ra_desktop_app_of(RaDesktop *d, guint32 pid, const char *name)
{
    RaFacts facts = {.class_name = *name != '\0' ? name : NULL,
                     .pid = pid,
                     .launches = ra_identity_launches(d->identity)};
    const char *app_id = ra_identity_match(d->identity, &facts);
    return app_id != NULL ? app_id : "";
}
