// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/requests.h"

#include "tests/termservice/report.h"

#include <freerdp/rail.h>
#include <string.h>
#include <winpr/error.h>

// Server Execute Result PDU ([MS-RDPERP] 2.2.2.3.2): the result, and what Windows' own call said.
// An AppUserModelID is one only where a flag of the request says so (2.2.2.3.1).
static guint16
judge(const Session *s, const RailRequest *r, const char **title, guint32 *raw)
{
    bool alias = g_str_has_prefix(r->program, "||");
    bool model = !alias && strchr(r->program, '!') != NULL;
    bool said = (r->flags & RAIL_EXEC_FLAG_APP_USER_MODEL_ID) != 0;
    *title = model == said
                 ? g_hash_table_lookup(session_options(s)->apps, r->program + (alias ? 2 : 0))
                 : NULL;
    *raw = 0;
    if (session_locked(s))
        return RAIL_EXEC_E_SESSION_LOCKED;
    if (*title != NULL)
        return RAIL_EXEC_S_OK;
    *raw = alias ? ERROR_INVALID_PARAMETER : ERROR_FILE_NOT_FOUND;
    return alias ? RAIL_EXEC_E_NOT_IN_ALLOWLIST : RAIL_EXEC_E_FILE_NOT_FOUND;
}

static void
handle_exec(Session *s, const RailRequest *r)
{
    const char *title = NULL;
    guint32 raw = 0, forced_raw = 0;
    guint16 forced = 0, result = judge(s, r, &title, &raw);
    if (session_take_exec_failure(s, &forced, &forced_raw)) {
        result = forced;
        raw = forced_raw;
    }
    report("exec %s result=%u arguments=%s directory=%s flags=0x%04X", r->program, result,
           r->arguments, r->directory, r->flags);
    rail_exec_result(view_rail(session_view(s)), r, result, raw);
    if (result == RAIL_EXEC_S_OK && title != NULL)
        session_open(s, r->program + (g_str_has_prefix(r->program, "||") ? 2 : 0), title);
}

// Client System Command PDU (2.2.2.6.3).
static void
handle_command(Session *s, Window *w, guint32 command)
{
    report("command id=0x%08X command=0x%04X", w->id, command);
    switch (command) {
    case SC_MINIMIZE:
        session_show(s, w, SHOW_MINIMIZED);
        break;
    case SC_MAXIMIZE:
        session_show(s, w, SHOW_MAXIMIZED);
        break;
    case SC_RESTORE:
        session_show(s, w, SHOW_NORMAL);
        break;
    case SC_CLOSE:
        session_close(s, w);
        break;
    default:
        break;
    }
}

static void
handle_move(Session *s, Window *w, const Area *area)
{
    report("move id=0x%08X x=%d y=%d width=%d height=%d", w->id, area->x, area->y, area->width,
           area->height);
    if (area->width > 0 && area->height > 0 && w->show != SHOW_MINIMIZED)
        session_move_asked(s, w, area);
}

// Client Activate PDU (2.2.2.6.1). A client says both which window lost the activation and which
// gained it.
static void
handle_activate(Session *s, guint32 id, bool enabled)
{
    report("activate id=0x%08X enabled=%d", id, enabled);
    if (enabled)
        session_raise(s, id);
    else if (id == session_desk(s)->active)
        session_raise(s, 0);
}

static void
handle_of_window(Session *s, const RailRequest *r, Window *w)
{
    switch (r->type) {
    case TS_RAIL_ORDER_SYSCOMMAND:
        handle_command(s, w, r->value);
        break;
    case TS_RAIL_ORDER_WINDOWMOVE:
    case TS_RAIL_ORDER_SNAP_ARRANGE:
        handle_move(s, w, &r->area);
        break;
    case TS_RAIL_ORDER_GET_APPID_REQ:
        report("app-id id=0x%08X", w->id);
        rail_app_id(view_rail(session_view(s)), w);
        break;
    default:
        break;
    }
}

// A client of ours asks for more than the standard in a message that a Windows takes for a click
// on an icon it does not have: so does this.
static void
handle_notify(const RailRequest *r)
{
    report("notify id=0x%08X icon=%u message=0x%04X", r->window, r->value, r->icon);
}

void
requests_handle(Session *s, const RailRequest *r)
{
    Window *w = desk_find(session_desk(s), r->window);
    switch (r->type) {
    case TS_RAIL_ORDER_CLIENTSTATUS:
        report("client status=0x%08X", r->window);
        if (!session_locked(s))
            view_synchronize(session_view(s));
        break;
    case TS_RAIL_ORDER_EXEC:
        handle_exec(s, r);
        break;
    case TS_RAIL_ORDER_SYSPARAM:
        if (r->area.width > 0 && r->area.height > 0) {
            session_desk(s)->work = r->area;
            report("work-area x=%d y=%d width=%d height=%d", r->area.x, r->area.y, r->area.width,
                   r->area.height);
        }
        break;
    case TS_RAIL_ORDER_ACTIVATE:
        handle_activate(s, r->window, r->value != 0);
        break;
    case TS_RAIL_ORDER_NOTIFY_EVENT:
        handle_notify(r);
        break;
    case TS_RAIL_ORDER_COMPARTMENTINFO:
        report("compartments");
        break;
    case TS_RAIL_ORDER_CLOAK:
        report("cloak id=0x%08X cloaked=%u", r->window, r->value);
        break;
    default:
        if (w != NULL)
            handle_of_window(s, r, w);
        break;
    }
}
