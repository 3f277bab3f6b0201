// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/clipboard.h"

#include "rdpbridge/cliptext.h"

#include <stdlib.h>
#include <string.h>
#include <winpr/user.h>

struct BridgeClipboard {
    void (*send)(gconstpointer message, gsize size, gpointer user);
    gpointer user;
    CliprdrClientContext *client;
    gboolean to_guest, to_host, view;

    gboolean ready;                  // the guest's end is
    guint32 host_kinds, host_serial; // what the host's clipboard has
    gboolean guest_waits;            // a request of the guest is open
    guint32 asked_serial;            // of the host's offer that it was about
    GByteArray *from_host;           // pieces that came so far

    guint32 guest_kinds, guest_serial; // what was offered to the view
    gboolean view_waits;               // a request of the view is open
    guint32 wanted_serial;
};

BridgeClipboard *
bridge_clipboard_new(void (*send)(gconstpointer message, gsize size, gpointer user), gpointer user)
{
    BridgeClipboard *c = g_new0(BridgeClipboard, 1);

    c->send = send;
    c->user = user;
    c->from_host = g_byte_array_new();
    return c;
}

void
bridge_clipboard_free(BridgeClipboard *c)
{
    if (!c)
        return;
    g_byte_array_unref(c->from_host);
    g_free(c);
}

// To the guest.

static void
announce_host(BridgeClipboard *c)
{
    CLIPRDR_FORMAT format = {CF_UNICODETEXT, NULL};
    gboolean has = c->to_guest && (c->host_kinds & VIEW_CLIP_TEXT);
    CLIPRDR_FORMAT_LIST list = {
        .common = {.msgType = CB_FORMAT_LIST}, .numFormats = has ? 1 : 0, .formats = &format};

    if (c->client && c->ready)
        c->client->ClientFormatList(c->client, &list);
}

void
bridge_clipboard_host_has(BridgeClipboard *c, const ViewClip *offer)
{
    c->host_kinds = offer->kinds;
    c->host_serial = offer->serial;
    announce_host(c);
}

static void
answer_guest(BridgeClipboard *c, const guint8 *data, gsize size)
{
    CLIPRDR_FORMAT_DATA_RESPONSE response = {
        .common = {.msgType = CB_FORMAT_DATA_RESPONSE,
                   .msgFlags = data ? CB_RESPONSE_OK : CB_RESPONSE_FAIL,
                   .dataLen = (UINT32)size},
        .requestedFormatData = data};

    c->guest_waits = FALSE;
    g_byte_array_set_size(c->from_host, 0);
    if (c->client)
        c->client->ClientFormatDataResponse(c->client, &response);
}

static UINT
on_request(CliprdrClientContext *client, const CLIPRDR_FORMAT_DATA_REQUEST *request)
{
    BridgeClipboard *c = client->custom;
    ViewClip want = {.kinds = VIEW_CLIP_TEXT, .serial = c->host_serial};

    if (c->guest_waits || !c->view || !c->to_guest || !(c->host_kinds & VIEW_CLIP_TEXT) ||
        request->requestedFormatId != CF_UNICODETEXT) {
        // A second request while one is open is answered by failure, which the first one is too.
        answer_guest(c, NULL, 0);
        return CHANNEL_RC_OK;
    }
    c->guest_waits = TRUE;
    c->asked_serial = want.serial;
    g_byte_array_set_size(c->from_host, 0);
    VIEW_INIT(&want, VIEW_MSG_CLIP_WANT);
    c->send(&want, sizeof want, c->user);
    return CHANNEL_RC_OK;
}

void
bridge_clipboard_data(BridgeClipboard *c, ChanSpan message)
{
    const ViewClipData *head = (const ViewClipData *)message.data;
    gsize size = message.size - sizeof *head;

    if (!c->guest_waits || head->serial != c->asked_serial)
        return;
    if (c->from_host->len + size > VIEW_CLIP_TEXT_MAX) {
        answer_guest(c, NULL, 0);
        return;
    }
    g_byte_array_append(c->from_host, message.data + sizeof *head, (guint)size);
    if (!head->last)
        return;
    gsize length = 0;
    guint8 *text = c->from_host->len == 0
                       ? NULL
                       : bridge_cliptext_to_guest(CHAN_SPAN(c->from_host->data, c->from_host->len),
                                                  (gsize)VIEW_CLIP_TEXT_MAX * 2, &length);
    answer_guest(c, text, length);
    free(text);
}

// To the host.

static void
offer_guest(BridgeClipboard *c)
{
    ViewClip offer = {.kinds = c->to_host ? c->guest_kinds : 0, .serial = c->guest_serial};

    VIEW_INIT(&offer, VIEW_MSG_CLIP_OFFER);
    c->send(&offer, sizeof offer, c->user);
}

static void
answer_view(BridgeClipboard *c, ChanSpan text)
{
    struct {
        ViewClipData head;
        guint8 text[VIEW_CLIP_CHUNK_MAX];
    } m = {.head = {.serial = c->wanted_serial}};

    c->view_waits = FALSE;
    do {
        gsize n = MIN(text.size, VIEW_CLIP_CHUNK_MAX);
        m.head.last = n == text.size;
        VIEW_INIT(&m.head, VIEW_MSG_CLIP_DATA);
        m.head.header.size = (guint32)(sizeof m.head + n);
        if (n > 0)
            memcpy(m.text, text.data, n);
        c->send(&m, m.head.header.size, c->user);
        text.data += n;
        text.size -= n;
    } while (!m.head.last);
}

static UINT
on_formats(CliprdrClientContext *client, const CLIPRDR_FORMAT_LIST *list)
{
    BridgeClipboard *c = client->custom;
    CLIPRDR_FORMAT_LIST_RESPONSE response = {
        .common = {.msgType = CB_FORMAT_LIST_RESPONSE, .msgFlags = CB_RESPONSE_OK}};

    c->guest_kinds = 0;
    for (UINT32 i = 0; i < list->numFormats; i++)
        if (list->formats[i].formatId == CF_UNICODETEXT)
            c->guest_kinds = VIEW_CLIP_TEXT;
    c->guest_serial++;
    offer_guest(c);
    return client->ClientFormatListResponse(client, &response);
}

void
bridge_clipboard_wanted(BridgeClipboard *c, const ViewClip *want)
{
    CLIPRDR_FORMAT_DATA_REQUEST request = {.common = {.msgType = CB_FORMAT_DATA_REQUEST},
                                           .requestedFormatId = CF_UNICODETEXT};
    gboolean again = c->view_waits;

    c->wanted_serial = want->serial;
    if (!c->client || !c->to_host || !(c->guest_kinds & VIEW_CLIP_TEXT) ||
        want->serial != c->guest_serial) {
        answer_view(c, (ChanSpan){0});
        return;
    }
    c->view_waits = TRUE;
    if (!again)
        c->client->ClientFormatDataRequest(c->client, &request);
}

static UINT
on_response(CliprdrClientContext *client, const CLIPRDR_FORMAT_DATA_RESPONSE *response)
{
    BridgeClipboard *c = client->custom;
    gsize size = 0;
    guint8 *text = NULL;

    if (!c->view_waits)
        return CHANNEL_RC_OK;
    if (response->common.msgFlags & CB_RESPONSE_OK && response->requestedFormatData)
        text = bridge_cliptext_to_host(
            CHAN_SPAN(response->requestedFormatData, response->common.dataLen), VIEW_CLIP_TEXT_MAX,
            &size);
    answer_view(c, CHAN_SPAN(text, size));
    free(text);
    return CHANNEL_RC_OK;
}

// Both.

static UINT
on_ready(CliprdrClientContext *client, const CLIPRDR_MONITOR_READY *ready)
{
    BridgeClipboard *c = client->custom;
    CLIPRDR_GENERAL_CAPABILITY_SET general = {.capabilitySetType = CB_CAPSTYPE_GENERAL,
                                              .capabilitySetLength = CB_CAPSTYPE_GENERAL_LEN,
                                              .version = CB_CAPS_VERSION_2,
                                              .generalFlags = CB_USE_LONG_FORMAT_NAMES};
    CLIPRDR_CAPABILITIES capabilities = {.cCapabilitiesSets = 1,
                                         .capabilitySets = (CLIPRDR_CAPABILITY_SET *)&general};
    UINT error = client->ClientCapabilities(client, &capabilities);

    if (error)
        return error;
    c->ready = TRUE;
    announce_host(c);
    return CHANNEL_RC_OK;
}

void
bridge_clipboard_attach(BridgeClipboard *c, CliprdrClientContext *client)
{
    c->client = client;
    c->ready = c->guest_waits = FALSE;
    if (!client)
        return;
    client->custom = c;
    client->MonitorReady = on_ready;
    client->ServerFormatList = on_formats;
    client->ServerFormatDataRequest = on_request;
    client->ServerFormatDataResponse = on_response;
}

void
bridge_clipboard_set_policy(BridgeClipboard *c, gboolean to_guest, gboolean to_host)
{
    if (c->to_guest != to_guest) {
        c->to_guest = to_guest;
        announce_host(c);
    }
    if (c->to_host != to_host) {
        c->to_host = to_host;
        if (c->view)
            offer_guest(c);
    }
}

void
bridge_clipboard_view_changed(BridgeClipboard *c, gboolean there)
{
    c->view = there;
    c->view_waits = FALSE;
    if (c->guest_waits)
        answer_guest(c, NULL, 0);
    if (there && c->guest_kinds)
        offer_guest(c);
}
