// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/rail.h"

#include "channel/rail.h"
#include "channel/utf8.h"
#include "guestagent/remoteapp/arguments.h"
#include "guestagent/remoteapp/rail_pdu.h"
#include "guestagent/remoteapp/vchannel.h"

#include <freerdp/rail.h>
#include <freerdp/window.h>
#include <string.h>
#include <unistd.h>

#define MESSAGES_MAX 256 // in one turn
#define TRACK_MAX 32767

struct RaRail {
    RaLink *link;
    RaDesktop *desktop;
    RaExec *exec;
    const RaRailEvents *events;
    gpointer user;
    RaChannel *channel;
    bool casement; // the client is casement-session
    bool ready;
    guint32 status; // TS_RAIL_CLIENTSTATUS_*
    guint32 active; // the focused window as far as the client and we know
    guint32 moving; // window in a local move; 0: none
    guint16 move_kind;
    GPtrArray *execs; // of Exec
    RaScale scale;    // as it comes, in parts
};

typedef struct {
    RaRail *rail;
    guint16 flags;
    GBytes *program; // as the client sent it
    char *app_id, *startup_id, *text;
} Exec;

static void
exec_free(gpointer data)
{
    Exec *e = data;
    ra_exec_forget(e->rail->exec, e);
    g_bytes_unref(e->program);
    g_free(e->app_id);
    g_free(e->startup_id);
    g_free(e->text);
    g_free(e);
}

static void
write_pdu(RaRail *rail, const guint8 *pdu, gsize size)
{
    if (!ra_channel_write(rail->channel, pdu, size))
        rail->events->failed("the RAIL channel cannot be written", rail->user);
}

// ---- exec ----

static char *
text_of(ChanSpan utf16)
{
    gunichar2 *units = g_new0(gunichar2, utf16.size / 2 + 1);
    memcpy(units, utf16.data, utf16.size / 2 * 2);
    for (gsize i = 0; i < utf16.size / 2; i++)
        units[i] = GUINT16_FROM_LE(units[i]);
    char *text = g_utf16_to_utf8(units, -1, NULL, NULL, NULL);
    g_free(units);
    return text;
}

static void
send_exec_result(RaRail *rail, guint16 flags, GBytes *program, guint16 result, guint32 raw)
{
    guint8 pdu[RA_RAIL_PDU_MAX];
    gsize size = 0;
    const guint8 *data = g_bytes_get_data(program, &size);
    ChanSpan name = size > 0 ? CHAN_SPAN(data, size) : CHAN_SPAN("\0", 2);
    write_pdu(rail, pdu, ra_rail_write_exec_result(pdu, flags, result, raw, name));
    ra_link_send(rail->link);
}

static void
on_launched(SupervisorResult result, guint32 pid, const char *reason, gpointer user)
{
    Exec *e = user;
    RaRail *rail = e->rail;
    guint16 code = result == SUPERVISOR_OK          ? RAIL_EXEC_S_OK
                   : result == SUPERVISOR_NOT_FOUND ? RAIL_EXEC_E_FILE_NOT_FOUND
                                                    : RAIL_EXEC_E_FAIL;
    if (result == SUPERVISOR_OK)
        ra_desktop_expect(rail->desktop, e->app_id, pid, e->startup_id);
    else
        g_warning("'%s' was not started: %s", e->text, reason);
    guint32 raw = result != SUPERVISOR_OK ? 1 : rail->casement ? pid : 0;
    send_exec_result(rail, e->flags, e->program, code, raw);
    g_ptr_array_remove_fast(rail->execs, e);
}

static char *
new_startup_id(const char *app_id)
{
    static guint serial;
    return g_strdup_printf("casement-%s-%d-%u_TIME0", app_id, (int)getpid(), ++serial);
}

static void
launch(RaRail *rail, const RaRailMessage *m, const char *program, char **arguments)
{
    Exec *e = g_new0(Exec, 1);
    e->rail = rail;
    e->flags = (guint16)m->flags;
    e->program = g_bytes_new(m->untrusted_program.data, m->untrusted_program.size);
    e->text = g_strdup(program);
    bool app = g_str_has_prefix(program, "||");
    g_autofree char *directory = text_of(m->untrusted_directory);
    g_auto(GStrv) parts = g_strsplit(app ? program + 2 : "", ":", 2);
    e->app_id = g_strdup(app && parts[0] != NULL ? parts[0] : "");
    e->startup_id = new_startup_id(app ? e->app_id : "command");
    g_ptr_array_add(rail->execs, e);
    RaLaunch request = {
        .kind = app ? SUPERVISOR_APP : SUPERVISOR_COMMAND,
        .program = app ? program + 2 : program,
        .directory = directory,
        .startup_id = e->startup_id,
        .input_method = ra_desktop_has_method(rail->desktop),
        .arguments = (const char *const *)arguments,
    };
    ra_exec_launch(rail->exec, &request, on_launched, e);
}

static void
handle_exec(RaRail *rail, const RaRailMessage *m)
{
    g_autofree char *program = text_of(m->untrusted_program);
    g_autofree char *line = text_of(m->untrusted_arguments);
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) arguments = line != NULL ? ra_arguments_parse(line, &error) : NULL;
    if (program == NULL || *program == '\0' || arguments == NULL ||
        m->untrusted_program.size > 520) {
        g_warning("the client asked for a program in a way that cannot be read%s%s",
                  error != NULL ? ": " : "", error != NULL ? error->message : "");
        g_autoptr(GBytes) name =
            g_bytes_new(m->untrusted_program.data, MIN(m->untrusted_program.size, 520));
        send_exec_result(rail, (guint16)m->flags, name, RAIL_EXEC_E_DECODE_FAILED, 1);
        return;
    }
    launch(rail, m, program, arguments);
}

// ---- windows ----

static void
end_move(RaRail *rail, guint32 id, const RaRect *rect)
{
    if (rail->moving != id || id == 0)
        return;
    rail->moving = 0;
    guint8 pdu[RA_RAIL_PDU_MAX];
    RaRailMoveSize move = {
        .window_id = id,
        .kind = rail->move_kind,
        .x = (gint16)rect->x,
        .y = (gint16)rect->y,
    };
    write_pdu(rail, pdu, ra_rail_write_move_size(pdu, &move));
}

void
ra_rail_moved(RaRail *rail, guint32 id, const RaRect *rect)
{
    end_move(rail, id, rect);
}

static void
handle_move(RaRail *rail, const RaRailMessage *m)
{
    RaRect rect = {m->rect.left, m->rect.top, m->rect.right - m->rect.left,
                   m->rect.bottom - m->rect.top};
    if (rect.width <= 0 || rect.height <= 0)
        return;
    end_move(rail, m->window_id, &rect);
    rail->events->moved(m->window_id, &rect, rail->user);
    ra_desktop_move_resize(rail->desktop, m->window_id, &rect);
}

static void
handle_command(RaRail *rail, guint32 id, guint32 command)
{
    switch (command) {
    case SC_CLOSE:
        ra_desktop_close(rail->desktop, id);
        break;
    case SC_MINIMIZE:
        ra_desktop_set_state(rail->desktop, id, RA_MINIMIZED);
        break;
    case SC_MAXIMIZE:
        ra_desktop_set_state(rail->desktop, id, RA_MAXIMIZED);
        break;
    case SC_RESTORE:
        ra_desktop_set_state(rail->desktop, id, RA_NORMAL);
        break;
    default: // moves, sizes and menus by keyboard are the client's own
        break;
    }
}

// A client says both which window lost the activation and which gained it, in either order; and
// that one has not got it which is active here by itself.
static void
handle_activate(RaRail *rail, guint32 id, bool enabled)
{
    if (enabled) {
        rail->active = ra_desktop_window(rail->desktop, id) != NULL ? id : 0;
        ra_desktop_activate(rail->desktop, rail->active);
    } else if (id == rail->active || ra_desktop_is_active(rail->desktop, id)) {
        rail->active = 0;
        ra_desktop_activate(rail->desktop, 0);
    }
}

guint32
ra_rail_active(RaRail *rail, guint32 id)
{
    guint32 was = rail->active;

    rail->active = id;
    return was;
}

static void
handle_ready(RaRail *rail)
{
    if (rail->ready)
        return;
    rail->ready = true;
    // As ours left it until now: one that comes back says the same again, and programs see nothing.
    if (!rail->casement)
        ra_desktop_set_looks(rail->desktop, CHAN_LOOKS_DEFAULT);
    rail->events->ready(rail->user);
}

// The client's library may have sent a handshake of its own before.
static void
handle_handshake(RaRail *rail, guint32 build)
{
    if (rail->casement || build != CHAN_RAIL_BUILD)
        return;
    rail->casement = true;
    if (!rail->ready)
        return;
    g_autoptr(GPtrArray) all = ra_desktop_windows(rail->desktop);
    for (guint i = 0; i < all->len; i++)
        ra_rail_app_id(rail, g_ptr_array_index(all, i));
}

static void
handle_sysparam(RaRail *rail, const RaRailMessage *m)
{
    RaRect area = {m->rect.left, m->rect.top, m->rect.right - m->rect.left,
                   m->rect.bottom - m->rect.top};
    if (m->has_rect && m->value == SPI_SET_WORK_AREA && area.width > 0 && area.height > 0)
        rail->events->work_area(&area, rail->user);
}

// Between our own two ends (channel/rail.h).
static void
handle_request(RaRail *rail, guint32 request, guint32 value)
{
    if (request == CHAN_RAIL_REQUEST_RAISE || request == CHAN_RAIL_REQUEST_RAISE_ALONE)
        ra_desktop_raise(rail->desktop, value, request == CHAN_RAIL_REQUEST_RAISE_ALONE);
    else if (request == CHAN_RAIL_REQUEST_LOOKS)
        ra_desktop_set_looks(rail->desktop, value & CHAN_LOOKS_ALL);
    else if (request == CHAN_RAIL_REQUEST_RESOURCE_DPI)
        rail->scale.resource_dpi = (int)MIN(value, RA_DPI_MAX);
    else if (request == CHAN_RAIL_REQUEST_SETTINGS_DPI)
        rail->scale.settings_dpi = (int)MIN(value, RA_DPI_MAX);
    else if (request == CHAN_RAIL_REQUEST_WINDOW_SCALE) {
        rail->scale.window_scale = (int)MIN(value, RA_WINDOW_SCALE_MAX);
        ra_desktop_set_scale(rail->desktop, &rail->scale);
    }
}

static void
handle(RaRail *rail, const RaRailMessage *m)
{
    switch (m->type) {
    case RA_RAIL_HANDSHAKE:
        handle_handshake(rail, m->value);
        break;
    case RA_RAIL_CLIENT_STATUS:
        rail->status = m->flags;
        handle_ready(rail);
        break;
    case RA_RAIL_SYSPARAM:
        handle_sysparam(rail, m);
        break;
    case RA_RAIL_EXEC:
        handle_ready(rail);
        handle_exec(rail, m);
        break;
    case RA_RAIL_ACTIVATE:
        handle_activate(rail, m->window_id, m->value != 0);
        break;
    case RA_RAIL_SYSCOMMAND:
        handle_command(rail, m->window_id, m->value);
        break;
    case RA_RAIL_WINDOW_MOVE:
    case RA_RAIL_SNAP_ARRANGE:
        handle_move(rail, m);
        break;
    case RA_RAIL_NOTIFY_EVENT:
        if (rail->casement && m->flags == CHAN_RAIL_REQUEST_ID)
            handle_request(rail, m->value, m->window_id);
        else
            rail->events->notified(m->window_id, m->flags, m->value, rail->user);
        break;
    case RA_RAIL_GET_APPID_REQ: {
        const RaWindow *window = ra_desktop_window(rail->desktop, m->window_id);
        if (window != NULL)
            ra_rail_app_id(rail, window);
        else
            rail->events->app_asked(m->window_id, rail->user);
        break;
    }
    default: // language bar, input methods, cloaking, text scale: nothing to do here
        break;
    }
}

void
ra_rail_receive(RaRail *rail)
{
    for (guint i = 0; i < MESSAGES_MAX; i++) {
        g_autoptr(GBytes) bytes = ra_channel_read(rail->channel);
        if (bytes == NULL)
            return;
        gsize size = 0;
        const guint8 *data = g_bytes_get_data(bytes, &size);
        RaRailMessage message;
        if (!ra_rail_read(CHAN_SPAN(data, size), &message)) {
            rail->events->failed("the client broke the protocol of the RAIL channel", rail->user);
            return;
        }
        handle(rail, &message);
    }
}

// ---- to the client ----

static guint16
move_kind(int direction)
{
    static const guint16 kinds[] = {
        RAIL_WMSZ_TOPLEFT,     RAIL_WMSZ_TOP,     RAIL_WMSZ_TOPRIGHT,   RAIL_WMSZ_RIGHT,
        RAIL_WMSZ_BOTTOMRIGHT, RAIL_WMSZ_BOTTOM,  RAIL_WMSZ_BOTTOMLEFT, RAIL_WMSZ_LEFT,
        RAIL_WMSZ_MOVE,        RAIL_WMSZ_KEYSIZE, RAIL_WMSZ_KEYMOVE,
    };
    return direction >= 0 && direction < (int)G_N_ELEMENTS(kinds) ? kinds[direction] : 0;
}

void
ra_rail_move_loop(RaRail *rail, const RaWindow *window, int direction, int root_x, int root_y)
{
    guint16 kind = move_kind(direction);
    if (!rail->ready || kind == 0 || (rail->status & TS_RAIL_CLIENTSTATUS_ALLOWLOCALMOVESIZE) == 0)
        return;
    // A move counts from the window's corner, the others from the desktop's.
    bool relative = kind == RAIL_WMSZ_MOVE;
    guint8 pdu[RA_RAIL_PDU_MAX];
    RaRailMoveSize move = {
        .window_id = window->id,
        .start = true,
        .kind = kind,
        .x = (gint16)(relative ? root_x - window->rect.x : root_x),
        .y = (gint16)(relative ? root_y - window->rect.y : root_y),
    };
    rail->moving = window->id;
    rail->move_kind = kind;
    write_pdu(rail, pdu, ra_rail_write_move_size(pdu, &move));
}

void
ra_rail_min_max(RaRail *rail, const RaWindow *window, const RaRect *work_area)
{
    guint8 pdu[RA_RAIL_PDU_MAX];
    RaRailMinMax info = {
        .window_id = window->id,
        .max_width = (gint16)work_area->width,
        .max_height = (gint16)work_area->height,
        .max_x = (gint16)work_area->x,
        .max_y = (gint16)work_area->y,
        .min_track_width = (gint16)CLAMP(window->min_width, 1, TRACK_MAX),
        .min_track_height = (gint16)CLAMP(window->min_height, 1, TRACK_MAX),
        .max_track_width = TRACK_MAX,
        .max_track_height = TRACK_MAX,
    };
    if (window->max_width > 0)
        info.max_track_width = (gint16)MIN(window->max_width, TRACK_MAX);
    if (window->max_height > 0)
        info.max_track_height = (gint16)MIN(window->max_height, TRACK_MAX);
    write_pdu(rail, pdu, ra_rail_write_min_max(pdu, &info));
}

void
ra_rail_tell_app_id(RaRail *rail, guint32 id, const char *app_id, guint32 pid)
{
    guint8 pdu[RA_RAIL_PDU_MAX];
    gsize size;
    if ((rail->status & TS_RAIL_CLIENTSTATUS_GET_APPID_RESPONSE_EX_SUPPORTED) == 0) {
        size = ra_rail_write_app_id(pdu, id, app_id);
    } else {
        g_autofree char *link = g_strdup_printf("/proc/%u/exe", pid);
        g_autofree char *image = pid != 0 ? g_file_read_link(link, NULL) : NULL;
        size = ra_rail_write_app_id_ex(pdu, id, app_id, pid, image != NULL ? image : "");
    }
    write_pdu(rail, pdu, size);
}

void
ra_rail_app_id(RaRail *rail, const RaWindow *window)
{
    ra_rail_tell_app_id(rail, window->id, window->app_id, window->pid);
}

bool
ra_rail_casement(const RaRail *rail)
{
    return rail->casement;
}

RaRail *
ra_rail_new(RaLink *link, RaDesktop *desktop, RaExec *exec, const RaRailEvents *events,
            gpointer user)
{
    g_autoptr(RaChannel) channel = ra_channel_open_static(link, RAIL_SVC_CHANNEL_NAME);
    if (channel == NULL)
        return NULL;
    RaRail *rail = g_new0(RaRail, 1);
    rail->link = link;
    rail->desktop = desktop;
    rail->exec = exec;
    rail->events = events;
    rail->user = user;
    rail->channel = g_steal_pointer(&channel);
    rail->execs = g_ptr_array_new_with_free_func(exec_free);
    guint8 pdu[RA_RAIL_PDU_MAX];
    write_pdu(
        rail, pdu,
        ra_rail_write_handshake_ex(pdu, CHAN_RAIL_BUILD,
                                   TS_RAIL_ORDER_HANDSHAKEEX_FLAGS_HIDEF |
                                       TS_RAIL_ORDER_HANDSHAKE_EX_FLAGS_EXTENDED_SPI_SUPPORTED));
    return rail;
}

void
ra_rail_free(RaRail *rail)
{
    if (rail == NULL)
        return;
    g_ptr_array_unref(rail->execs);
    ra_channel_free(rail->channel);
    g_free(rail);
}

bool
ra_rail_ready(const RaRail *rail)
{
    return rail->ready;
}

bool
ra_rail_large_icons(const RaRail *rail)
{
    return rail->casement || (rail->status & TS_RAIL_CLIENTSTATUS_HIGH_DPI_ICONS_SUPPORTED) != 0;
}
