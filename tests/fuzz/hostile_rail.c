// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/hostile.h"

#include "channel/rail.h"

#include <freerdp/rail.h>
#include <stdlib.h>
#include <string.h>

#define UNHEARD(name, type)                                                                        \
    static UINT name(RailClientContext *rail, const type *order)                                   \
    {                                                                                              \
        return CHANNEL_RC_OK;                                                                      \
    }

UNHEARD(execute, RAIL_EXEC_ORDER)
UNHEARD(activate, RAIL_ACTIVATE_ORDER)
UNHEARD(system_param, RAIL_SYSPARAM_ORDER)
UNHEARD(system_command, RAIL_SYSCOMMAND_ORDER)
UNHEARD(handshake, RAIL_HANDSHAKE_ORDER)
UNHEARD(notify_event, RAIL_NOTIFY_EVENT_ORDER)
UNHEARD(window_move, RAIL_WINDOW_MOVE_ORDER)
UNHEARD(information, RAIL_CLIENT_STATUS_ORDER)
UNHEARD(language, RAIL_LANGUAGEIME_INFO_ORDER)
UNHEARD(app_id, RAIL_GET_APPID_REQ_ORDER)

RailClientContext *
hostile_rail_new(void)
{
    RailClientContext *r = g_new0(RailClientContext, 1);

    r->ClientExecute = execute;
    r->ClientActivate = activate;
    r->ClientSystemParam = system_param;
    r->ClientSystemCommand = system_command;
    r->ClientHandshake = handshake;
    r->ClientNotifyEvent = notify_event;
    r->ClientWindowMove = window_move;
    r->ClientInformation = information;
    r->ClientLanguageIMEInfo = language;
    r->ClientGetAppIdRequest = app_id;
    return r;
}

static void
shake(Bytes *in, RailClientContext *rail)
{
    UINT32 build = bytes_bool(in) ? CHAN_RAIL_BUILD : bytes_u32(in);
    RAIL_HANDSHAKE_ORDER plain = {build};
    RAIL_HANDSHAKE_EX_ORDER extended = {build, bytes_u32(in)};

    if (bytes_bool(in))
        (void)rail->ServerHandshake(rail, &plain);
    else
        (void)rail->ServerHandshakeEx(rail, &extended);
}

static void
exec_result(Bytes *in, RailClientContext *rail)
{
    RAIL_EXEC_RESULT_ORDER order = {.flags = bytes_u16(in),
                                    .execResult =
                                        bytes_u8(in) % 16 ? bytes_u8(in) % 8 : bytes_u16(in),
                                    .rawResult = bytes_u32(in)};
    gsize size;

    order.exeOrFile.string = hostile_copy(in, 600, &size);
    order.exeOrFile.length = (UINT16)size;
    (void)rail->ServerExecuteResult(rail, &order);
    free(order.exeOrFile.string);
}

// 260 units, with or without an end.
static void
name(Bytes *in, WCHAR *units)
{
    ChanSpan span = bytes_span(in, bytes_u16(in) % 521);

    memset(units, 0x41, 520);
    memcpy(units, span.data, span.size);
    if (bytes_bool(in) && span.size < 519)
        units[span.size / 2] = 0;
}

static void
tell_app(Bytes *in, RailClientContext *rail)
{
    RAIL_GET_APPID_RESP_ORDER *plain = g_new0(RAIL_GET_APPID_RESP_ORDER, 1);
    RAIL_GET_APPID_RESP_EX *extended = g_new0(RAIL_GET_APPID_RESP_EX, 1);

    plain->windowId = extended->windowID = bytes_id(in);
    name(in, plain->applicationId);
    memcpy(extended->applicationID, plain->applicationId, sizeof plain->applicationId);
    name(in, extended->processImageName);
    if (bytes_bool(in))
        (void)rail->ServerGetAppIdResponse(rail, plain);
    else
        (void)rail->ServerGetAppidResponseExtended(rail, extended);
    g_free(plain);
    g_free(extended);
}

static void
move_size(Bytes *in, RailClientContext *rail)
{
    RAIL_LOCALMOVESIZE_ORDER order = {.windowId = bytes_id(in),
                                      .isMoveSizeStart = bytes_bool(in),
                                      .moveSizeType =
                                          bytes_u8(in) % 16 ? bytes_u8(in) % 14 : bytes_u16(in),
                                      .posX = (INT16)bytes_edge(in),
                                      .posY = (INT16)bytes_edge(in)};

    (void)rail->ServerLocalMoveSize(rail, &order);
}

static void
min_max(Bytes *in, RailClientContext *rail)
{
    RAIL_MINMAXINFO_ORDER order = {.windowId = bytes_id(in),
                                   .minTrackWidth = (INT16)bytes_edge(in),
                                   .minTrackHeight = (INT16)bytes_edge(in),
                                   .maxTrackWidth = (INT16)bytes_edge(in),
                                   .maxTrackHeight = (INT16)bytes_edge(in)};

    (void)rail->ServerMinMaxInfo(rail, &order);
}

// Whatever else the session listens to.
static void
rest(Bytes *in, RailClientContext *rail)
{
    RAIL_LANGBAR_INFO_ORDER bar = {bytes_u32(in)};
    RAIL_ZORDER_SYNC marker = {bytes_id(in)};
    RAIL_CLOAK cloak = {bytes_id(in), bytes_bool(in)};
    RAIL_SYSPARAM_ORDER params = {.param = bytes_u32(in), .setScreenSaveActive = bytes_bool(in)};

    guint which = bytes_u8(in) % 4;

    if (which == 0 && rail->ServerLanguageBarInfo)
        (void)rail->ServerLanguageBarInfo(rail, &bar);
    else if (which == 1 && rail->ServerZOrderSync)
        (void)rail->ServerZOrderSync(rail, &marker);
    else if (which == 2 && rail->ServerCloak)
        (void)rail->ServerCloak(rail, &cloak);
    else if (which == 3 && rail->ServerSystemParam)
        (void)rail->ServerSystemParam(rail, &params);
}

void
hostile_rail(Bytes *in, RailClientContext *rail)
{
    static void (*const pdus[])(Bytes * in, RailClientContext * rail) = {
        shake, exec_result, tell_app, tell_app, move_size, min_max, min_max, rest};

    pdus[bytes_u8(in) % G_N_ELEMENTS(pdus)](in, rail);
}
