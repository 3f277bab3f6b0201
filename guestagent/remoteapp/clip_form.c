// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/clip_form.h"

#include "channel/clip_html.h"
#include "guestagent/remoteapp/clip_text.h"

#include <string.h>

static ChanSpan
span(GBytes *data)
{
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(data, &size);
    return CHAN_SPAN(bytes, size);
}

static GBytes *
encode_text(ChanSpan data)
{
    if (data.size > RA_CLIP_TEXT_MAX)
        return NULL;
    gsize size = 0;
    g_autofree char *text = g_utf8_make_valid((const char *)data.data, (gssize)data.size);
    guint8 *encoded = ra_clip_text_encode(text, &size);
    return encoded != NULL ? g_bytes_new_take(encoded, size) : NULL;
}

GBytes *
ra_clip_form_encode(GBytes *data, ChanClipForm form)
{
    ChanSpan bytes = span(data);
    if (form == CHAN_CLIP_RAW)
        return g_bytes_ref(data);
    if (form == CHAN_CLIP_UTF16)
        return encode_text(bytes);
    if (form != CHAN_CLIP_HTML_FORM)
        return NULL;
    guint8 *out = g_malloc(bytes.size + CHAN_CLIP_HTML_MORE);
    return g_bytes_new_take(out, chan_clip_html_wrap(bytes, out));
}

GBytes *
ra_clip_form_decode(GBytes *untrusted_data, ChanClipForm form)
{
    ChanSpan bytes = span(untrusted_data);
    if (form == CHAN_CLIP_RAW)
        return bytes.size <= CHAN_CLIP_MAX ? g_bytes_ref(untrusted_data) : NULL;
    if (form == CHAN_CLIP_UTF16 && bytes.size <= 2 * RA_CLIP_TEXT_MAX) {
        char *text = ra_clip_text_decode(bytes);
        return g_bytes_new_take(text, strlen(text));
    }
    if (form != CHAN_CLIP_HTML_FORM)
        return NULL;
    ChanSpan html = chan_clip_html_find(bytes);
    return html.size > 0 ? g_bytes_new(html.data, html.size) : NULL;
}
