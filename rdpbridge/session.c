// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/limits.h"

#include "channel/glib/timer.h"
#include "rdpbridge/session_private.h"

#include "rdpbridge/microphone_channel.h"
#include "rdpbridge/touch_channel.h"
#include "rdpbridge/video.h"
#include "rdpbridge/watchdog.h"

#include <freerdp/channels/cliprdr.h>
#include <freerdp/channels/disp.h>
#include <freerdp/channels/rail.h>
#include <freerdp/channels/rdpgfx.h>
#include <freerdp/rail.h>
#include <string.h>
#include <unistd.h>

#define CONNECT_LIMIT_S 12
#define HANDSHAKE_LIMIT_S 15
#define DOUBT_MS 4000     // RemoteApp begins within this once somebody is signed in
#define LOG_ON_LIMIT_S 90 // a first log-on makes a profile
#define ABANDONED_S 10
#define DIRTY_MS 40 // changes of windows for lists come together

static void
tell_broker(BridgeSession *s, const BridgeWindow *w)
{
    const ViewRect seen = bridge_model_seen(w);
    CtlWindow m = {.window_id = w->id,
                   .app_index = w->app_index,
                   .owner_id = w->owner_id,
                   .popup = w->kind == VIEW_KIND_POPUP || w->kind == VIEW_KIND_TOOLTIP,
                   .x = seen.x,
                   .y = seen.y,
                   .width = seen.width,
                   .height = seen.height,
                   .minimized = w->show == BRIDGE_SHOW_MINIMIZED,
                   .maximized =
                       w->show == BRIDGE_SHOW_MAXIMIZED || w->show == BRIDGE_SHOW_FULLSCREEN};

    CTL_INIT(&m, CTL_WINDOW);
    CTL_SET_TEXT(m.untrusted_title, w->title);
    bridge_control_send(s->control, &m, sizeof m);
}

static void
tell_dirty(BridgeSession *s)
{
    GHashTableIter iter;
    gpointer id;

    g_hash_table_iter_init(&iter, s->dirty);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        BridgeWindow *w = bridge_model_window(s->model, GPOINTER_TO_UINT(id));
        if (w && !bridge_model_hidden(s->model, w))
            tell_broker(s, w);
    }
    g_hash_table_remove_all(s->dirty);
}

static gboolean
on_dirty(gpointer user)
{
    BridgeSession *s = user;

    chan_timer_clear(&s->dirty_timer);
    tell_dirty(s);
    return G_SOURCE_REMOVE;
}

void
bridge_session_end(BridgeSession *s, BridgeExit code, const char *text)
{
    if (s->over)
        return;
    s->over = TRUE;
    s->exit = code;
    tell_dirty(s); // the broker reads which windows went
    if (text)
        bridge_control_notice(s->control, code != BRIDGE_EXIT_QUIT, code, text);
    g_main_loop_quit(s->loop);
}

void
bridge_session_note(BridgeSession *s, const char *text)
{
    bridge_control_notice(s->control, FALSE, 0, text);
}

static gboolean
on_abandoned(gpointer user)
{
    BridgeSession *s = user;

    chan_timer_clear(&s->abandoned);
    if (!bridge_control_attached(s->control) && !bridge_viewlink_attached(s->view))
        bridge_session_end(s, BRIDGE_EXIT_ABANDONED, NULL);
    return G_SOURCE_REMOVE;
}

void
bridge_session_check_abandoned(BridgeSession *s)
{
    gboolean alone = !bridge_control_attached(s->control) && !bridge_viewlink_attached(s->view);

    if (!alone)
        chan_timer_clear(&s->abandoned);
    else if (!s->abandoned)
        s->abandoned = chan_timer_new(s->context, ABANDONED_S * 1000, on_abandoned, s);
}

// The model's wishes.

static int64_t
model_now(void *user)
{
    return g_get_monotonic_time();
}

static void
model_to_view(void *user, const void *message, size_t size, int fd)
{
    BridgeSession *s = user;

    bridge_viewlink_send(s->view, message, size, fd);
}

void
bridge_session_mark(BridgeSession *s, guint32 window)
{
    g_hash_table_add(s->dirty, GUINT_TO_POINTER(window));
    if (!s->dirty_timer)
        s->dirty_timer = chan_timer_new(s->context, DIRTY_MS, on_dirty, s);
}

static void
model_changed(void *user, const BridgeWindow *window)
{
    BridgeSession *s = user;

    if (bridge_asks_again(s->asks, window->id))
        bridge_rail_ask_app(s->rail, window->id);
    bridge_session_mark(s, window->id);
}

static void
model_gone(void *user, uint32_t id)
{
    BridgeSession *s = user;
    CtlWindowId m = {.window_id = id};

    g_hash_table_remove(s->dirty, GUINT_TO_POINTER(id));
    bridge_asks_forget(s->asks, id);
    if (s->focus == id)
        s->focus = 0;
    CTL_INIT(&m, CTL_WINDOW_GONE);
    bridge_control_send(s->control, &m, sizeof m);
}

static void
model_ask_app(void *user, uint32_t id)
{
    BridgeSession *s = user;

    if (id == BRIDGE_SCREEN_ID)
        return;
    // A guest that opens windows and does not read what it is asked could fill our memory: it is
    // asked when the window changes.
    if (s->connected && bridge_rdp_congested(s->rdp))
        bridge_asks_answered(s->asks, id, FALSE);
    else
        bridge_rail_ask_app(s->rail, id);
}

static void
model_frame_done(void *user, uint64_t frame_id)
{
    BridgeSession *s = user;

    bridge_graphics_acknowledge(s->graphics, frame_id);
}

static const BridgeModelOut model_out = {.now = model_now,
                                         .to_view = model_to_view,
                                         .changed = model_changed,
                                         .gone = model_gone,
                                         .ask_app = model_ask_app,
                                         .frame_done = model_frame_done};

// Its time-outs.

typedef struct {
    GSource base;
    BridgeSession *session;
} DueSource;

static gint64
next_due(GSource *source)
{
    const BridgeSession *s = ((DueSource *)source)->session;
    gint64 model = bridge_model_due(s->model), desktop = bridge_desktop_due(s->desktop);

    return model == 0 ? desktop : desktop == 0 ? model : MIN(model, desktop);
}

static gboolean
due_prepare(GSource *source, gint *timeout)
{
    gint64 due = next_due(source);
    gint64 left = due - g_get_monotonic_time();

    *timeout = due == 0 ? -1 : left <= 0 ? 0 : (gint)(left / 1000 + 1);
    return due != 0 && left <= 0;
}

static gboolean
due_check(GSource *source)
{
    gint64 due = next_due(source);

    return due != 0 && due <= g_get_monotonic_time();
}

static gboolean
due_dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    BridgeSession *s = ((DueSource *)source)->session;

    bridge_model_expire(s->model);
    bridge_desktop_expire(s->desktop);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs due_functions = {
    .prepare = due_prepare, .check = due_check, .dispatch = due_dispatch};

// The guest.

void
bridge_session_get_ready(BridgeSession *s)
{
    CtlPlain m = {CTL_READY, sizeof m};

    s->ready = TRUE;
    bridge_control_send(s->control, &m, sizeof m);
}

static void
rail_ready(gpointer user)
{
    BridgeSession *s = user;

    bridge_model_set_foreign(s->model, !bridge_rail_is_ours(s->rail));
    bridge_display_set_own(s->display, bridge_rail_is_ours(s->rail));
    bridge_session_get_ready(s);
    bridge_execs_ready(s->execs);
}

static void
rail_exec_result(const char *program, guint16 code, guint32 raw, gpointer user)
{
    bridge_execs_result(((BridgeSession *)user)->execs, program, code, raw);
}

static void
rail_app_id(guint32 window, const BridgeAppClues *clues, gpointer user)
{
    BridgeSession *s = user;
    guint32 index = bridge_apps_find(s->apps, clues);

    bridge_tray_set_app(s->tray, window, index);
    if (!bridge_model_window(s->model, window))
        return;
    bridge_asks_answered(s->asks, window, index != CTL_APP_NONE);
    bridge_model_set_app(s->model, window, index);
}

// The guest said something of what is seen.
static void
charge(gpointer user)
{
    bridge_pace_take(&((BridgeSession *)user)->orders_pace, 1, g_get_monotonic_time());
}

static void
rail_cloak(guint32 window, gboolean cloaked, gpointer user)
{
    charge(user);
    bridge_model_cloak(((BridgeSession *)user)->model, window, cloaked);
}

static void
rail_move_loop(guint32 window, guint16 kind, gint16 x, gint16 y, gpointer user)
{
    BridgeSession *s = user;
    // RAIL_WMSZ_* to _NET_WM_MOVERESIZE.
    static const guint8 directions[] = {
        [RAIL_WMSZ_LEFT] = 7,       [RAIL_WMSZ_RIGHT] = 3,       [RAIL_WMSZ_TOP] = 1,
        [RAIL_WMSZ_TOPLEFT] = 0,    [RAIL_WMSZ_TOPRIGHT] = 2,    [RAIL_WMSZ_BOTTOM] = 5,
        [RAIL_WMSZ_BOTTOMLEFT] = 6, [RAIL_WMSZ_BOTTOMRIGHT] = 4, [RAIL_WMSZ_MOVE] = 8,
        [RAIL_WMSZ_KEYMOVE] = 10,   [RAIL_WMSZ_KEYSIZE] = 9};
    BridgeWindow *w = bridge_model_window(s->model, window);

    charge(s);
    if (!w || !w->announced || kind < RAIL_WMSZ_LEFT || kind >= G_N_ELEMENTS(directions))
        return;
    ViewMoveLoop m = {.id = window, .direction = directions[kind], .root_x = x, .root_y = y};
    if (kind == RAIL_WMSZ_MOVE) { // counted from the window's corner ([MS-RDPERP] 2.2.2.7.2)
        m.root_x += w->rect.x;
        m.root_y += w->rect.y;
    }
    m.root_x = CLAMP(m.root_x, -VIEW_COORD_MAX, VIEW_COORD_MAX);
    m.root_y = CLAMP(m.root_y, -VIEW_COORD_MAX, VIEW_COORD_MAX);
    VIEW_INIT(&m, VIEW_MSG_MOVE_LOOP);
    bridge_viewlink_send(s->view, &m, sizeof m, -1);
}

static void
rail_limits(guint32 window, const guint32 min_max[4], gpointer user)
{
    charge(user);
    bridge_model_set_limits(((BridgeSession *)user)->model, window, min_max);
}

static const BridgeRailHandlers rail_handlers = {.ready = rail_ready,
                                                 .exec_result = rail_exec_result,
                                                 .app_id = rail_app_id,
                                                 .cloak = rail_cloak,
                                                 .move_loop = rail_move_loop,
                                                 .limits = rail_limits};

static gboolean
exec_start(const char *program, const char *directory, const char *arguments, gpointer user)
{
    return bridge_rail_exec(((BridgeSession *)user)->rail, program, directory, arguments);
}

static void
exec_answer(guint32 serial, CtlExecCode code, guint32 raw, gpointer user)
{
    bridge_control_exec_result(((BridgeSession *)user)->control, serial, code, raw);
}

static const BridgeExecsOut execs_out = {.start = exec_start, .answer = exec_answer};

static void
orders_too_many(gpointer user)
{
    BridgeSession *s = user;
    g_autofree char *text =
        g_strdup_printf("%s has more than %u windows; the others are not shown. Close some of its "
                        "windows.",
                        s->setup.guest, MIN(s->setup.max_windows, VIEW_WINDOWS_MAX));

    bridge_control_notice(s->control, FALSE, 0, text);
}

static const BridgeOrdersHandlers orders_handlers = {
    .too_many = orders_too_many, .came = charge, .monitored = bridge_session_monitored};

static void
desktop_refresh(void *user, const ViewRect *rects, unsigned count)
{
    bridge_classic_refresh(((BridgeSession *)user)->classic, rects, count);
}

static const BridgeDesktopOut desktop_out = {.now = model_now, .refresh = desktop_refresh};

static void
graphics_fail(const char *text, gpointer user)
{
    bridge_rdp_fail(((BridgeSession *)user)->rdp, "%s", text);
}

static char *
closed(const BridgeSession *s, const char *why)
{
    return g_strdup_printf("The %s of %s %s closed: %s. Start %s again; if that fails, restart it "
                           "with: casement guest stop %s",
                           s->as_desktop ? "desktop" : "windows", s->setup.guest,
                           s->as_desktop ? "was" : "were", why,
                           s->as_desktop ? "it" : "its programs", s->setup.guest);
}

void
bridge_session_decoding(bool begins, gpointer session)
{
    BridgeSession *s = session;
    CtlNotice words = {.fatal = TRUE, .code = BRIDGE_EXIT_ENDED};

    if (!begins) {
        bridge_watchdog_stop();
        return;
    }
    g_autofree char *text = closed(s, "the guest sent video that cannot be decoded in time");
    CTL_INIT(&words, CTL_NOTICE);
    CTL_SET_TEXT(words.text, text);
    bridge_watchdog_start(LIMIT_DECODE_S, bridge_control_fd(s->control), &words);
}

static const BridgeGraphicsOut graphics_out = {.fail = graphics_fail,
                                               .slow = bridge_session_decoding,
                                               .memory = bridge_session_pixels_memory,
                                               .shown = bridge_session_pixels_shown};

static gboolean
signs_in(const BridgeSession *s)
{
    return (s->setup.flags & CTL_SIGN_IN) != 0;
}

static BridgeOrders *
orders_of(rdpContext *context)
{
    return ((BridgeSession *)((BridgeRdpContext *)context)->user)->orders;
}

static gboolean
rdp_prepare(rdpContext *context, gpointer user)
{
    BridgeSession *s = user;

    if (!s->as_desktop)
        bridge_orders_register(context, orders_of);
    bridge_classic_register(s->classic, context);
    // A guest of our own paints by RDPGFX, and so may a Windows when that channel comes.
    if (signs_in(s) && !bridge_classic_start(s->classic, context))
        return FALSE;
    return bridge_cursor_register(s->cursor, context);
}

static void
attach_graphics(BridgeSession *s, gpointer interface)
{
    bridge_classic_stop(s->classic);
    if (!bridge_graphics_attach(s->graphics, bridge_rdp_context(s->rdp), interface))
        bridge_rdp_fail(s->rdp, "the RDP library could not set up its graphics");
}

static void
rdp_channel(const char *name, gpointer interface, gpointer user)
{
    BridgeSession *s = user;

    if (strcmp(name, RAIL_SVC_CHANNEL_NAME) == 0)
        bridge_rail_attach(s->rail, interface);
    else if (strcmp(name, CLIPRDR_SVC_CHANNEL_NAME) == 0)
        bridge_clipboard_attach(s->clipboard, interface);
    else if (strcmp(name, DISP_DVC_CHANNEL_NAME) == 0)
        bridge_display_attach(s->display, interface);
    else if (strcmp(name, RDPGFX_DVC_CHANNEL_NAME) == 0)
        attach_graphics(s, interface);
}

static void
rdp_channel_gone(const char *name, gpointer interface, gpointer user)
{
    BridgeSession *s = user;

    if (strcmp(name, RAIL_SVC_CHANNEL_NAME) == 0)
        bridge_rail_attach(s->rail, NULL);
    else if (strcmp(name, CLIPRDR_SVC_CHANNEL_NAME) == 0)
        bridge_clipboard_attach(s->clipboard, NULL);
    else if (strcmp(name, DISP_DVC_CHANNEL_NAME) == 0)
        bridge_display_attach(s->display, NULL);
    else if (strcmp(name, RDPGFX_DVC_CHANNEL_NAME) == 0) {
        // The library closes it over any command it cannot follow; no window is ever painted then.
        bridge_graphics_detach(s->graphics, bridge_rdp_context(s->rdp));
        bridge_rdp_fail(s->rdp, "the guest's graphics broke off");
    }
}

void
bridge_session_end_unsigned(BridgeSession *s, BridgeRdpEnd how, const char *why)
{
    if (s->over)
        return;
    const char *guest = s->setup.guest, *name = s->credentials.user;
    g_autofree char *text =
        how == BRIDGE_RDP_UNKNOWN
            ? g_strdup_printf("The password of %s was not given to %s: %s", name, guest, why)
            : g_strdup_printf("%s does not let %s in: %s", guest, name, why);

    bridge_control_sign_in_failed(
        s->control, how == BRIDGE_RDP_SIGN_IN_AGAIN || how == BRIDGE_RDP_SIGN_IN_SILENT,
        how == BRIDGE_RDP_SIGN_IN_SILENT, text);
    bridge_session_end(s, BRIDGE_EXIT_SIGN_IN, NULL);
}

static void
rdp_ended(BridgeRdpEnd how, const char *text, gpointer user)
{
    BridgeSession *s = user;

    s->connected = FALSE;
    if (!s->ready && how != BRIDGE_RDP_ENDED && how != BRIDGE_RDP_LEFT) {
        bridge_session_end_unsigned(s, how, text);
        return;
    }
    if (s->as_desktop && how == BRIDGE_RDP_LEFT) {
        bridge_session_screen_close(s);
        bridge_session_end(s, BRIDGE_EXIT_ENDED, NULL);
        return;
    }
    g_autofree char *notice = closed(s, text);

    bridge_session_end(s, BRIDGE_EXIT_ENDED, notice);
}

static gboolean
on_doubt(gpointer user)
{
    BridgeSession *s = user;

    chan_timer_clear(&s->doubt);
    if (!s->ready)
        bridge_rdp_give_up_sign_in(s->rdp);
    return G_SOURCE_REMOVE;
}

static void
rdp_sign_in_doubtful(gpointer user)
{
    BridgeSession *s = user;

    if (!s->doubt && !s->ready)
        s->doubt = chan_timer_new(s->context, DOUBT_MS, on_doubt, s);
}

static void
rdp_turn_over(gpointer user)
{
    bridge_desktop_settle(((BridgeSession *)user)->desktop);
}

static gint64
rdp_rest_us(gpointer user)
{
    BridgeSession *s = user;
    gint64 wait_us = bridge_pace_wait_us(&s->orders_pace, g_get_monotonic_time());
    g_autofree char *text = NULL;

    if (bridge_viewlink_queued(s->view) > LIMIT_VIEW_QUEUED)
        wait_us = MAX(wait_us, 1);
    wait_us = wait_us > 0 ? MAX(wait_us, LIMIT_REST_MS * 1000) : 0;
    if (s->orders_pace.waited == 0 || s->said_pace)
        return wait_us;
    s->said_pace = TRUE;
    text = g_strdup_printf(
        "%s changes its windows, pointer or tray icons more than %u times a second, "
        "and is slowed down. If it stays so, stop it with: casement guest stop %s",
        s->setup.guest, LIMIT_ORDERS_PER_S, s->setup.guest);
    bridge_control_notice(s->control, FALSE, 0, text);
    return wait_us;
}

static void
save_clipboard(BridgeSession *s, guint32 serial)
{
    ViewSave m = {.serial = serial};

    VIEW_INIT(&m, VIEW_MSG_CLIP_SAVE);
    model_to_view(s, &m, sizeof m, -1);
}

static void
rdp_window_said(const ChanWindowSaid *said, gpointer user)
{
    BridgeSession *s = user;

    if (said->type == CHAN_WINDOW_SETTLED && bridge_session_input_settled(s, said->serial))
        return;
    charge(s);
    bridge_session_input_consider(s);
    bridge_session_tell_placed(s, said->window);
    if (said->type == CHAN_WINDOW_MENU)
        bridge_tray_menu(s->tray, said->window, said->menu);
    else if (said->type == CHAN_WINDOW_SAVE)
        save_clipboard(s, said->save);
    else
        bridge_model_said(s->model, said);
}

static const BridgeRdpHandlers rdp_handlers = {.prepare = rdp_prepare,
                                               .logged_on = bridge_session_logged_on,
                                               .resized = bridge_session_resized,
                                               .turn_over = rdp_turn_over,
                                               .sign_in_doubtful = rdp_sign_in_doubtful,
                                               .channel = rdp_channel,
                                               .channel_gone = rdp_channel_gone,
                                               .window_said = rdp_window_said,
                                               .rest_us = rdp_rest_us,
                                               .ended = rdp_ended};

static void
could_not_connect(BridgeSession *s, const char *why)
{
    g_autofree char *notice =
        g_strdup_printf("Could not show the %s of %s: %s. Try again; if it stays so, restart "
                        "the guest with: casement guest stop %s",
                        s->as_desktop ? "desktop" : "windows", s->setup.guest, why, s->setup.guest);

    bridge_session_end(s, BRIDGE_EXIT_CONNECT, notice);
}

static gboolean
on_handshake_late(gpointer user)
{
    BridgeSession *s = user;

    if (!s->ready && s->screen_needed)
        return G_SOURCE_CONTINUE; // a person is at it
    if (!s->ready)
        could_not_connect(s, "its RDP server does not offer RemoteApp");
    return G_SOURCE_REMOVE;
}

static gboolean
on_connect(gpointer user)
{
    BridgeSession *s = user;
    g_autofree char *text = NULL;
    gboolean to_guest = (s->setup.flags & CTL_CLIPBOARD_TO_GUEST) != 0;
    gboolean to_host = (s->setup.flags & CTL_CLIPBOARD_TO_HOST) != 0;
    ViewScreen screen = s->as_desktop ? bridge_session_desktop_screen(s) : s->screen;
    BridgeRdpConfig config = {.width = screen.root.width,
                              .height = screen.root.height,
                              .desktop = s->as_desktop,
                              .scale_percent = s->screen.scale_percent,
                              .keyboard_layout = s->layout.rdp_layout,
                              .rdp_security = (s->setup.flags & CTL_RDP_SECURITY) != 0,
                              .credentials = signs_in(s) ? &s->credentials : NULL,
                              .certificates = &s->certificates,
                              .sound = (s->setup.flags & CTL_SOUND) != 0,
                              .microphone = (s->setup.flags & CTL_MICROPHONE) != 0,
                              .clipboard = to_guest || to_host,
                              .video = signs_in(s) && bridge_video_available()};

    bridge_display_start(s->display, &screen);
    bridge_session_pixels_hand_over(s);
    BridgeRdpEnd how = bridge_rdp_connect(s->rdp, &config, CONNECT_LIMIT_S, &text);
    explicit_bzero(s->credentials.password, sizeof s->credentials.password);
    if (how == BRIDGE_RDP_ENDED)
        could_not_connect(s, text);
    else if (how != BRIDGE_RDP_UP)
        bridge_session_end_unsigned(s, how, text);
    if (how != BRIDGE_RDP_UP)
        return G_SOURCE_REMOVE;
    s->connected = TRUE;
    bridge_input_attach(s->input, bridge_rdp_context(s->rdp)->input);
    guint limit_s = signs_in(s) ? LOG_ON_LIMIT_S : HANDSHAKE_LIMIT_S;
    GSource *late = chan_timer_new(s->context, limit_s * 1000, on_handshake_late, s);
    g_source_unref(late);
    bridge_session_consider_screen(s);
    return G_SOURCE_REMOVE;
}

void
bridge_session_consider_connecting(BridgeSession *s)
{
    if (s->connecting || !s->has_setup || !s->has_screen || !s->has_layout ||
        (signs_in(s) && !s->has_credentials))
        return;
    s->connecting = TRUE;
    // From the loop: connecting blocks, and its caller is in the middle of a packet.
    GSource *source = g_idle_source_new();
    g_source_set_callback(source, on_connect, s, NULL);
    g_source_attach(source, s->context);
    g_source_unref(source);
}

// Life.

static void
view_send(gconstpointer message, gsize size, int fd, gpointer user)
{
    bridge_viewlink_send(((BridgeSession *)user)->view, message, size, fd);
}

static void
cursor_send(gconstpointer message, gsize size, int fd, gpointer user)
{
    charge(user);
    view_send(message, size, fd, user);
}

static void
view_send_plain(gconstpointer message, gsize size, gpointer user)
{
    view_send(message, size, -1, user);
}

static gsize
view_queued(gpointer user)
{
    return bridge_viewlink_queued(((BridgeSession *)user)->view);
}

static const ClipFeedOut clip_out = {.send = view_send_plain, .queued = view_queued};

static void
make_modules(BridgeSession *s)
{
    s->apps = bridge_apps_new();
    s->asks = bridge_asks_new();
    s->model = bridge_model_new(VIEW_WINDOWS_MAX, &model_out, s);
    s->tray = bridge_tray_new(s->context, &bridge_session_tray_out, s);
    s->orders = bridge_orders_new(s->model, s->tray, &orders_handlers, s);
    s->desktop = bridge_desktop_new(s->model, &desktop_out, s);
    s->classic = bridge_classic_new(s->desktop);
    s->graphics = bridge_graphics_new(s->model, &graphics_out, s);
    s->rail = bridge_rail_new(&rail_handlers, s);
    s->execs = bridge_execs_new(s->context, &execs_out, s);
    s->sound = bridge_sound_new(view_send_plain, s);
    s->cursor = bridge_cursor_new(cursor_send, s);
    s->input = bridge_input_new();
    bridge_touch_channel_use(s->context);
    bridge_microphone_channel_use(view_send_plain, s);
    s->clipboard = bridge_clipboard_new(s->context, &clip_out, s);
    s->display = bridge_display_new(bridge_session_desktop_ready, s);
    s->dirty = g_hash_table_new(NULL, NULL);
    bridge_pace_init(&s->orders_pace, LIMIT_ORDERS_PER_S, LIMIT_ORDERS_BURST,
                     g_get_monotonic_time());
    s->due = g_source_new(&due_functions, sizeof(DueSource));
    ((DueSource *)s->due)->session = s;
    g_source_attach(s->due, s->context);
}

BridgeSession *
bridge_session_new(GMainContext *context, int take_control_fd, int take_view_fd, int take_rdp_fd)
{
    BridgeSession *s = g_new0(BridgeSession, 1);

    s->context = context;
    s->loop = g_main_loop_new(context, FALSE);
    s->control = bridge_control_new(context, &bridge_session_control_handlers, s);
    s->view = bridge_viewlink_new(context, &bridge_session_view_handlers, s);
    g_strlcpy(s->setup.guest, "the guest", sizeof s->setup.guest);
    make_modules(s);
    s->input_fd = -1;
    bridge_session_pixels_init(s);
    bridge_session_take_control(s, take_control_fd);
    bridge_session_take_view(s, take_view_fd);
    s->rdp = bridge_rdp_new(context, take_rdp_fd, &rdp_handlers, s);
    if (s->rdp)
        return s;
    close(take_rdp_fd);
    bridge_session_free(s);
    return NULL;
}

void
bridge_session_free(BridgeSession *s)
{
    if (!s)
        return;
    // What still runs through the library's callbacks needs the others: the connection goes first.
    bridge_rdp_free(s->rdp);
    bridge_execs_free(s->execs);
    chan_timer_clear(&s->dirty_timer);
    chan_timer_clear(&s->due);
    chan_timer_clear(&s->abandoned);
    chan_timer_clear(&s->doubt);
    bridge_session_screen_clear(s);
    bridge_session_desktop_clear(s);
    bridge_session_view_clear(s);
    g_hash_table_unref(s->dirty);
    bridge_display_free(s->display);
    bridge_clipboard_free(s->clipboard);
    bridge_input_free(s->input);
    bridge_cursor_free(s->cursor);
    bridge_sound_free(s->sound);
    bridge_rail_free(s->rail);
    bridge_graphics_free(s->graphics);
    bridge_session_pixels_clear(s);
    bridge_session_input_clear(s);
    bridge_classic_free(s->classic);
    bridge_desktop_free(s->desktop);
    bridge_orders_free(s->orders);
    bridge_tray_free(s->tray);
    bridge_model_free(s->model);
    bridge_asks_free(s->asks);
    bridge_apps_free(s->apps);
    bridge_viewlink_free(s->view);
    bridge_control_free(s->control);
    g_main_loop_unref(s->loop);
    g_free(s);
}

BridgeExit
bridge_session_run(BridgeSession *s)
{
    if (!s->over)
        g_main_loop_run(s->loop);
    return s->exit;
}
