// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/rail.h"

#include "channel/rail.h"

#include <string.h>
#include <winpr/string.h>

#define FOREIGN_BUILD 0x00001db0u // what the standard's examples carry
#define CLIENT_STATUS                                                                              \
    (TS_RAIL_CLIENTSTATUS_ALLOWLOCALMOVESIZE |                                                     \
     TS_RAIL_CLIENTSTATUS_WINDOW_RESIZE_MARGIN_SUPPORTED |                                         \
     TS_RAIL_CLIENTSTATUS_HIGH_DPI_ICONS_SUPPORTED |                                               \
     TS_RAIL_CLIENTSTATUS_GET_APPID_RESPONSE_EX_SUPPORTED |                                        \
     TS_RAIL_CLIENTSTATUS_BIDIRECTIONAL_CLOAK_SUPPORTED) // else the library fails at cloaking

struct BridgeRail {
    const BridgeRailHandlers *handlers;
    gpointer user;
    RailClientContext *client;
    gboolean shaken; // handshake done
    gboolean ours;   // the server is casement-remoteapp
    RECTANGLE_16 work_area;
    guint32 looks;
    BridgeScaleSaid scale;
    guint32 under; // the window at the host's pointer; 0: none
};

BridgeRail *
bridge_rail_new(const BridgeRailHandlers *handlers, gpointer user)
{
    BridgeRail *r = g_new0(BridgeRail, 1);

    r->handlers = handlers;
    r->user = user;
    r->looks = CHAN_LOOKS_DEFAULT;
    return r;
}

void
bridge_rail_free(BridgeRail *rail)
{
    g_free(rail);
}

static UINT
send_work_area(BridgeRail *r)
{
    RAIL_SYSPARAM_ORDER order = {.params = SPI_MASK_SET_WORK_AREA, .workArea = r->work_area};

    return r->client->ClientSystemParam(r->client, &order);
}

static UINT
send_request(BridgeRail *r, ChanRailRequest request, guint32 window)
{
    RAIL_NOTIFY_EVENT_ORDER order = {window, CHAN_RAIL_REQUEST_ID, request};

    return r->ours ? r->client->ClientNotifyEvent(r->client, &order) : CHANNEL_RC_OK;
}

static UINT
send_scale(BridgeRail *r)
{
    UINT error = send_request(r, CHAN_RAIL_REQUEST_RESOURCE_DPI, r->scale.resource_dpi);

    if (!error)
        error = send_request(r, CHAN_RAIL_REQUEST_SETTINGS_DPI, r->scale.settings_dpi);
    if (!error)
        error = send_request(r, CHAN_RAIL_REQUEST_WINDOW_SCALE, r->scale.window_scale);
    return error;
}

static UINT
shake_hands(BridgeRail *r, UINT32 server_build)
{
    RailClientContext *c = r->client;

    r->ours = server_build == CHAN_RAIL_BUILD;
    RAIL_HANDSHAKE_ORDER answer = {r->ours ? CHAN_RAIL_BUILD : FOREIGN_BUILD};
    RAIL_CLIENT_STATUS_ORDER status = {CLIENT_STATUS};
    RAIL_SYSPARAM_ORDER params = {
        .params = SPI_MASK_SET_HIGH_CONTRAST | SPI_MASK_SET_MOUSE_BUTTON_SWAP |
                  SPI_MASK_SET_KEYBOARD_PREF | SPI_MASK_SET_DRAG_FULL_WINDOWS |
                  SPI_MASK_SET_KEYBOARD_CUES | SPI_MASK_SET_WORK_AREA,
        .dragFullWindows = TRUE,
        .workArea = r->work_area,
        .highContrast = {.flags = 0x7e},
    };
    UINT error = c->ClientHandshake(c, &answer);

    if (!error)
        error = c->ClientInformation(c, &status);
    if (!error)
        error = c->ClientSystemParam(c, &params);
    if (!error)
        error = send_request(r, CHAN_RAIL_REQUEST_LOOKS, r->looks);
    if (!error)
        error = send_scale(r);
    if (!error)
        error = send_request(r, CHAN_RAIL_REQUEST_RAISE, r->under);
    if (error || r->shaken) // some servers shake hands twice, plain and extended
        return error;
    r->shaken = TRUE;
    r->handlers->ready(r->user);
    return CHANNEL_RC_OK;
}

static UINT
on_handshake(RailClientContext *client, const RAIL_HANDSHAKE_ORDER *order)
{
    return shake_hands(client->custom, order->buildNumber);
}

static UINT
on_handshake_ex(RailClientContext *client, const RAIL_HANDSHAKE_EX_ORDER *order)
{
    return shake_hands(client->custom, order->buildNumber);
}

static UINT
on_exec_result(RailClientContext *client, const RAIL_EXEC_RESULT_ORDER *order)
{
    BridgeRail *r = client->custom;
    char *program = NULL;

    if (order->exeOrFile.length >= sizeof(WCHAR))
        program = ConvertWCharNToUtf8Alloc((const WCHAR *)order->exeOrFile.string,
                                           order->exeOrFile.length / sizeof(WCHAR), NULL);
    guint32 raw = order->execResult != RAIL_EXEC_S_OK || r->ours ? order->rawResult : 0;
    r->handlers->exec_result(program ? program : "", order->execResult, raw, r->user);
    free(program);
    return CHANNEL_RC_OK;
}

static void
tell_app_id(BridgeRail *r, guint32 window, const WCHAR *id, const WCHAR *path, guint32 process)
{
    char *id8 = ConvertWCharNToUtf8Alloc(id, 260, NULL);
    char *path8 = path ? ConvertWCharNToUtf8Alloc(path, 260, NULL) : NULL;

    BridgeAppClues clues = {id8 ? id8 : "", path8 ? path8 : "", process};

    r->handlers->app_id(window, &clues, r->user);
    free(id8);
    free(path8);
}

static UINT
on_app_id(RailClientContext *client, const RAIL_GET_APPID_RESP_ORDER *order)
{
    tell_app_id(client->custom, order->windowId, order->applicationId, NULL, 0);
    return CHANNEL_RC_OK;
}

static UINT
on_app_id_ex(RailClientContext *client, const RAIL_GET_APPID_RESP_EX *order)
{
    tell_app_id(client->custom, order->windowID, order->applicationID, order->processImageName,
                order->processId);
    return CHANNEL_RC_OK;
}

static UINT
on_cloak(RailClientContext *client, const RAIL_CLOAK *order)
{
    BridgeRail *r = client->custom;

    r->handlers->cloak(order->windowId, order->cloak, r->user);
    return CHANNEL_RC_OK;
}

// Where the guest's language bar is and what its input methods are set to: they live in the guest,
// and the host has nothing to follow. The library would send the latter back.
static UINT
on_language_bar(RailClientContext *client, const RAIL_LANGBAR_INFO_ORDER *order)
{
    return CHANNEL_RC_OK;
}

static UINT
on_compartments(RailClientContext *client, const RAIL_COMPARTMENT_INFO_ORDER *order)
{
    return CHANNEL_RC_OK;
}

static UINT
on_move_loop(RailClientContext *client, const RAIL_LOCALMOVESIZE_ORDER *order)
{
    BridgeRail *r = client->custom;

    if (order->isMoveSizeStart)
        r->handlers->move_loop(order->windowId, order->moveSizeType, order->posX, order->posY,
                               r->user);
    return CHANNEL_RC_OK;
}

static guint32
positive(INT16 v)
{
    return v > 0 ? (guint32)v : 0;
}

static UINT
on_limits(RailClientContext *client, const RAIL_MINMAXINFO_ORDER *order)
{
    BridgeRail *r = client->custom;
    const guint32 min_max[4] = {positive(order->minTrackWidth), positive(order->minTrackHeight),
                                positive(order->maxTrackWidth), positive(order->maxTrackHeight)};

    r->handlers->limits(order->windowId, min_max, r->user);
    return CHANNEL_RC_OK;
}

void
bridge_rail_attach(BridgeRail *r, RailClientContext *client)
{
    r->client = client;
    r->shaken = FALSE;
    if (!client)
        return;
    client->custom = r;
    client->ServerHandshake = on_handshake;
    client->ServerHandshakeEx = on_handshake_ex;
    client->ServerExecuteResult = on_exec_result;
    client->ServerGetAppIdResponse = on_app_id;
    client->ServerGetAppidResponseExtended = on_app_id_ex;
    client->ServerCloak = on_cloak;
    client->ServerLanguageBarInfo = on_language_bar;
    client->ClientCompartmentInfo = on_compartments;
    client->ServerLocalMoveSize = on_move_loop;
    client->ServerMinMaxInfo = on_limits;
}

gboolean
bridge_rail_is_ours(const BridgeRail *r)
{
    return r->ours;
}

void
bridge_rail_set_work_area(BridgeRail *r, gint x, gint y, guint width, guint height)
{
    r->work_area =
        (RECTANGLE_16){(UINT16)CLAMP(x, 0, G_MAXUINT16), (UINT16)CLAMP(y, 0, G_MAXUINT16),
                       (UINT16)CLAMP(x + (gint)width, 0, G_MAXUINT16),
                       (UINT16)CLAMP(y + (gint)height, 0, G_MAXUINT16)};
    if (r->client && r->shaken)
        send_work_area(r);
}

// PACKAGE!APP, of a Store app, and no path.
static gboolean
is_model_id(const char *program)
{
    return strchr(program, '!') && !strpbrk(program, "|\\/:");
}

gboolean
bridge_rail_exec(BridgeRail *r, const char *program, const char *directory, const char *arguments)
{
    RAIL_EXEC_ORDER order = {.flags =
                                 is_model_id(program) ? TS_RAIL_EXEC_FLAG_APP_USER_MODEL_ID : 0,
                             .RemoteApplicationProgram = program,
                             .RemoteApplicationWorkingDir = directory,
                             .RemoteApplicationArguments = arguments};

    return r->client && r->shaken && r->client->ClientExecute(r->client, &order) == CHANNEL_RC_OK;
}

void
bridge_rail_ask_app(BridgeRail *r, guint32 window)
{
    RAIL_GET_APPID_REQ_ORDER order = {window};

    if (r->client && r->shaken)
        r->client->ClientGetAppIdRequest(r->client, &order);
}

void
bridge_rail_activate(BridgeRail *r, guint32 window, gboolean active)
{
    RAIL_ACTIVATE_ORDER order = {window, active};

    if (r->client && r->shaken)
        r->client->ClientActivate(r->client, &order);
}

void
bridge_rail_move(BridgeRail *r, guint32 window, gint x, gint y, guint width, guint height)
{
    RAIL_WINDOW_MOVE_ORDER order = {window, (INT16)CLAMP(x, G_MININT16, G_MAXINT16),
                                    (INT16)CLAMP(y, G_MININT16, G_MAXINT16),
                                    (INT16)CLAMP(x + (gint)width, G_MININT16, G_MAXINT16),
                                    (INT16)CLAMP(y + (gint)height, G_MININT16, G_MAXINT16)};

    if (r->client && r->shaken)
        r->client->ClientWindowMove(r->client, &order);
}

void
bridge_rail_command(BridgeRail *r, guint32 window, guint16 command)
{
    RAIL_SYSCOMMAND_ORDER order = {window, command};

    if (r->client && r->shaken)
        r->client->ClientSystemCommand(r->client, &order);
}

void
bridge_rail_notify(BridgeRail *r, guint32 window, guint32 icon, guint32 message)
{
    RAIL_NOTIFY_EVENT_ORDER order = {window, icon, message};

    // Ours takes this one's for another message.
    if (r->client && r->shaken && !(r->ours && icon == CHAN_RAIL_REQUEST_ID))
        r->client->ClientNotifyEvent(r->client, &order);
}

void
bridge_rail_layout(BridgeRail *r, guint32 keyboard_layout)
{
    RAIL_LANGUAGEIME_INFO_ORDER order = {.ProfileType = TF_PROFILETYPE_KEYBOARDLAYOUT,
                                         .LanguageID = keyboard_layout & 0xffff,
                                         .KeyboardLayout = keyboard_layout};

    if (r->client && r->shaken)
        r->client->ClientLanguageIMEInfo(r->client, &order);
}

void
bridge_rail_raise(BridgeRail *r, guint32 window, bool alone)
{
    r->under = window;
    if (r->client && r->shaken)
        send_request(r, alone ? CHAN_RAIL_REQUEST_RAISE_ALONE : CHAN_RAIL_REQUEST_RAISE, window);
}

void
bridge_rail_set_looks(BridgeRail *r, guint32 looks)
{
    if (r->looks == looks)
        return;
    r->looks = looks;
    if (r->client && r->shaken)
        send_request(r, CHAN_RAIL_REQUEST_LOOKS, looks);
}

void
bridge_rail_set_scale(BridgeRail *r, const BridgeScaleSaid *scale)
{
    if (memcmp(&r->scale, scale, sizeof *scale) == 0)
        return;
    r->scale = *scale;
    if (r->client && r->shaken)
        send_scale(r);
}
