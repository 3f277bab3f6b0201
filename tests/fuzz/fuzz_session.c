// SPDX-License-Identifier: Apache-2.0

// The whole of casement-session under a hostile Windows, without the library's parsers: what they
// hand to the session's callbacks is made of the input, and what the session tells its view and its
// broker must be what these take (picky_view.h, ctl_check). The view takes part, too. Making a
// session takes 20 ms, so one serves until the guest has broken it; between inputs its windows and
// surfaces go.

#include "rdpbridge/video.h"
#include "tests/fuzz/hostile.h"
#include "tests/fuzz/picky_view.h"

#include <freerdp/gdi/gdi.h>
#include <freerdp/primitives.h>
#include <freerdp/window.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <winpr/ssl.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DESKTOP 64
#define TURNS_MAX 64

typedef struct {
    GMainContext *context;
    BridgeSession *session;
    HostileGraphics *graphics;
    RailClientContext *rail;
    PickyView *view; // at the other end of view_fd
    int view_fd, control_fd, rdp_fd;
    Bytes in;
} Rig;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    g_setenv("WLOG_LEVEL", "OFF", TRUE);
    g_setenv("HOME", "/nonexistent", TRUE);
    g_setenv("TZ", "UTC", TRUE);
    primitives_set_hints(PRIMITIVES_ONLY_CPU);
    winpr_InitializeSSL(WINPR_SSL_INIT_DEFAULT);
    return 0;
}

static BridgeOrders *
orders_of(rdpContext *context)
{
    return ((BridgeSession *)((BridgeRdpContext *)context)->user)->orders;
}

static BOOL
on_resize(rdpContext *context)
{
    return TRUE;
}

// A socket pair: the session's end and ours.
static int
pair(int type, int *ours)
{
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds), ==, 0);
    *ours = fds[1];
    return fds[0];
}

// What comes of a connection: see rdpbridge/rdp.c and settings.c.
static void
play_connection(Rig *r)
{
    rdpContext *context = bridge_rdp_context(r->session->rdp);
    rdpSettings *settings = context->settings;

    g_assert_true(freerdp_settings_set_uint32(settings, FreeRDP_DesktopWidth, DESKTOP) &&
                  freerdp_settings_set_uint32(settings, FreeRDP_DesktopHeight, DESKTOP) &&
                  freerdp_settings_set_uint32(settings, FreeRDP_ThreadingFlags,
                                              THREADING_FLAGS_DISABLE_THREADS) &&
                  freerdp_settings_set_bool(settings, FreeRDP_GfxH264, bridge_video_available()) &&
                  gdi_init(context->instance, PIXEL_FORMAT_BGRX32));
    context->codecs = freerdp_client_codecs_new(THREADING_FLAGS_DISABLE_THREADS);
    g_assert_nonnull(context->codecs);
    context->update->DesktopResize = on_resize;
    bridge_orders_register(context, orders_of);
    g_assert_true(bridge_cursor_register(r->session->cursor, context));
    g_assert_true(bridge_classic_start(r->session->classic, context));
    r->rail = hostile_rail_new();
    bridge_rail_attach(r->session->rail, r->rail);
    r->graphics = hostile_graphics_new(r->session);
}

static void
set_up(Rig *r)
{
    int control = pair(SOCK_SEQPACKET, &r->control_fd), view = pair(SOCK_SEQPACKET, &r->view_fd);
    CtlSetup setup = {.max_windows = VIEW_WINDOWS_MAX};
    CtlApp app = {.index = 3, .app_id = "aaa", .name = "A"};

    r->context = g_main_context_new();
    r->view = picky_view_new();
    r->session = bridge_session_new(r->context, control, view, pair(SOCK_STREAM, &r->rdp_fd));
    g_assert_nonnull(r->session);
    bridge_session_control_handlers.setup(&setup, r->session);
    bridge_session_control_handlers.app(&app, r->session);
    play_connection(r);
}

// One packet with what came along; FALSE when there is none.
static gboolean
receive(int fd, guint8 *packet, gsize *size, int *passed)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(4 * sizeof(int))];
    } control;
    struct iovec iov = {packet, VIEW_PACKET_MAX};
    struct msghdr m = {.msg_iov = &iov,
                       .msg_iovlen = 1,
                       .msg_control = &control,
                       .msg_controllen = sizeof control};
    ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;

    *passed = -1;
    if (c && c->cmsg_type == SCM_RIGHTS)
        memcpy(passed, CMSG_DATA(c), sizeof *passed);
    *size = n > 0 ? (gsize)n : 0;
    return n > 0;
}

static void
drain(Rig *r)
{
    static guint8 packet[VIEW_PACKET_MAX];
    gsize size;
    int fd;

    for (guint i = 0; i < TURNS_MAX && g_main_context_iteration(r->context, FALSE); i++)
        ;
    while (receive(r->view_fd, packet, &size, &fd)) {
        picky_view_take(r->view, CHAN_SPAN(packet, size), fd);
        if (fd >= 0)
            close(fd);
    }
    while (receive(r->control_fd, packet, &size, &fd))
        g_assert_true(ctl_check(CHAN_SPAN(packet, size)) && fd < 0);
}

static void
new_view(Rig *r)
{
    close(r->view_fd);
    picky_view_free(r->view);
    r->view = picky_view_new();
    bridge_session_take_view(r->session, pair(SOCK_SEQPACKET, &r->view_fd));
}

static void
view_says(Rig *r, ViewMsgType type, gconstpointer message, gsize size)
{
    ChanSpan packet = CHAN_SPAN(message, size);

    if (view_check(packet))
        bridge_session_view_handlers.message(type, packet, -1, r->session);
}

static void
view_shows(Rig *r)
{
    ViewShown m = {0};

    if (!picky_view_answer(r->view, &m.id, &m.serial))
        return;
    VIEW_INIT(&m, VIEW_MSG_SHOWN);
    view_says(r, VIEW_MSG_SHOWN, &m, sizeof m);
}

static void
view_moves(Rig *r)
{
    ViewConfigured m = {.id = bytes_id(&r->in),
                        .serial = bytes_u8(&r->in),
                        .geometry = {(int32_t)bytes_edge(&r->in), (int32_t)bytes_edge(&r->in),
                                     bytes_edge(&r->in), bytes_edge(&r->in)}};

    VIEW_INIT(&m, VIEW_MSG_CONFIGURED);
    view_says(r, VIEW_MSG_CONFIGURED, &m, sizeof m);
}

static void
view_names(Rig *r)
{
    static const ViewMsgType types[] = {VIEW_MSG_FOCUS, VIEW_MSG_CLOSE, VIEW_MSG_ENTER};
    ViewMsgType type = types[bytes_u8(&r->in) % G_N_ELEMENTS(types)];
    ViewId m = {.id = bytes_id(&r->in)};

    VIEW_INIT(&m, type);
    view_says(r, type, &m, sizeof m);
}

static void
broker_runs(Rig *r)
{
    CtlExec exec = {.serial = bytes_u8(&r->in), .kind = CTL_EXEC_APP, .program = "aaa"};

    bridge_session_control_handlers.exec(&exec, CHAN_SPAN("", 0), r->session);
}

static void
order(Rig *r)
{
    hostile_order(&r->in, bridge_rdp_context(r->session->rdp));
}

static void
rail(Rig *r)
{
    hostile_rail(&r->in, r->rail);
}

static void
graphics(Rig *r)
{
    hostile_graphics(&r->in, r->graphics);
}

static void
tear_down(Rig *r)
{
    hostile_graphics_free(r->graphics);
    bridge_session_free(r->session);
    g_free(r->rail);
    drain(r);
    picky_view_free(r->view);
    close(r->view_fd);
    close(r->control_fd);
    close(r->rdp_fd);
    g_main_context_unref(r->context);
    *r = (Rig){0};
}

static void
clear(Rig *r)
{
    rdpContext *context = bridge_rdp_context(r->session->rdp);
    const BridgeWindow *w;

    hostile_graphics_clear(r->graphics);
    while ((w = bridge_model_nth(r->session->model, 0))) {
        WINDOW_ORDER_INFO order = {.windowId = w->id};
        (void)context->update->window->WindowDelete(context, &order);
        bridge_model_delete(r->session->model, order.windowId); // one that is no guest's
    }
    drain(r);
    if (hostile_graphics_closed(r->graphics) || r->session->over)
        tear_down(r);
    else
        new_view(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const steps[])(Rig * r) = {order,      order,      order,    rail,
                                             graphics,   graphics,   graphics, view_shows,
                                             view_moves, view_names, new_view, broker_runs};
    static Rig r;

    if (!r.session)
        set_up(&r);
    r.in = (Bytes){data, size};
    bridge_model_set_max(r.session->model, bytes_bool(&r.in) ? VIEW_WINDOWS_MAX : 6);
    while (r.in.size > 0) {
        steps[bytes_u8(&r.in) % G_N_ELEMENTS(steps)](&r);
        drain(&r);
        picky_view_settle(r.view);
    }
    clear(&r);
    return 0;
}
