// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/clipconvert.h"

#include "channel/clip_html.h"
#include "rdpbridge/clipimage.h"
#include "rdpbridge/cliptext.h"

#include <stdlib.h>
#include <string.h>

#define IMAGES (CHAN_CLIP_PNG | CHAN_CLIP_BMP)
#define SLICE_PIXELS (128 * 1024)
#define CF_DIBV5 17
// Without it programs take HTML for what their language had before Unicode.
#define SAYS_UTF8 "<meta http-equiv=\"content-type\" content=\"text/html; charset=utf-8\">"

struct BridgeClipConvert {
    GBytes *data;
    BridgeClipImage *image;
    GSource *slices;
    void (*done)(GBytes *data, gpointer user);
    gpointer user;
};

guint32
bridge_clip_convertible(guint32 offered)
{
    return offered | (offered & IMAGES ? IMAGES : 0);
}

guint32
bridge_clip_source(guint32 offered, guint32 kind)
{
    return offered & kind ? kind : kind & IMAGES ? offered & IMAGES : 0;
}

static ChanSpan
span(GBytes *data)
{
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(data, &size);

    return CHAN_SPAN(bytes, size);
}

static GBytes *
take_malloced(guint8 *bytes, gsize size)
{
    if (bytes && size > 0)
        return g_bytes_new_with_free_func(bytes, size, free, bytes);
    free(bytes);
    return NULL;
}

static GBytes *
html_from_windows(ChanSpan untrusted)
{
    ChanSpan html = chan_clip_html_find(untrusted);

    if (html.size == 0)
        return NULL;
    GByteArray *out = g_byte_array_sized_new((guint)(html.size + strlen(SAYS_UTF8)));
    g_byte_array_append(out, (const guint8 *)SAYS_UTF8, strlen(SAYS_UTF8));
    g_byte_array_append(out, html.data, (guint)html.size);
    return g_byte_array_free_to_bytes(out);
}

// Some programs offer HTML in UTF-16, with its mark.
static GBytes *
html_to_windows(ChanSpan html)
{
    g_autoptr(GBytes) utf8 = NULL;

    if (html.size >= 2 && html.data[0] == 0xff && html.data[1] == 0xfe) {
        gsize size = 0;
        guint8 *text = bridge_cliptext_to_host(CHAN_SPAN(html.data + 2, html.size - 2),
                                               BRIDGE_CLIPTEXT_MAX, &size);
        utf8 = take_malloced(text, size);
        if (!utf8)
            return NULL;
        html = span(utf8);
    }
    guint8 *out = g_malloc(html.size + CHAN_CLIP_HTML_MORE);
    gsize size = chan_clip_html_wrap(html, out);
    return g_bytes_new_take(out, size);
}

static GBytes *
convert_text(ChanSpan data, ChanClipForm from, ChanClipForm to)
{
    gsize size = 0;

    if (from == CHAN_CLIP_UTF16) {
        guint8 *text = bridge_cliptext_to_host(data, BRIDGE_CLIPTEXT_MAX, &size);
        return take_malloced(text, size);
    }
    if (to == CHAN_CLIP_UTF16) {
        guint8 *text = bridge_cliptext_to_guest(data, (gsize)BRIDGE_CLIPTEXT_MAX * 2, &size);
        return take_malloced(text, size);
    }
    return from == CHAN_CLIP_HTML_FORM ? html_from_windows(data) : html_to_windows(data);
}

static BridgeClipImageForm
image_form(ChanClipFormat format)
{
    if (format.form == CHAN_CLIP_DIB)
        return format.id == CF_DIBV5 ? BRIDGE_CLIPIMAGE_DIBV5 : BRIDGE_CLIPIMAGE_DIB;
    return format.kind == CHAN_CLIP_PNG ? BRIDGE_CLIPIMAGE_PNG : BRIDGE_CLIPIMAGE_BMP;
}

static gboolean
on_slice(gpointer user)
{
    BridgeClipConvert *c = user;
    gsize size = 0;

    if (c->image && bridge_clipimage_step(c->image, SLICE_PIXELS) == BRIDGE_CLIPIMAGE_MORE)
        return G_SOURCE_CONTINUE;
    guint8 *bytes = c->image ? bridge_clipimage_steal(c->image, &size) : NULL;
    g_autoptr(GBytes) result = take_malloced(bytes, size);
    c->done(result, c->user);
    return G_SOURCE_REMOVE;
}

BridgeClipConvert *
bridge_clip_convert(GMainContext *context, GBytes *data, ChanClipFormat from, ChanClipFormat to,
                    void (*done)(GBytes *data, gpointer user), gpointer user)
{
    if (g_bytes_get_size(data) == 0) {
        done(NULL, user);
        return NULL;
    }
    if (from.kind == to.kind && from.form == to.form) {
        done(data, user);
        return NULL;
    }
    if (from.kind & ~IMAGES) {
        g_autoptr(GBytes) result = convert_text(span(data), from.form, to.form);
        done(result, user);
        return NULL;
    }
    BridgeClipConvert *c = g_new0(BridgeClipConvert, 1);
    c->data = g_bytes_ref(data);
    c->done = done;
    c->user = user;
    c->image = bridge_clipimage_new(span(c->data), image_form(from), image_form(to));
    c->slices = g_idle_source_new();
    g_source_set_callback(c->slices, on_slice, c, NULL);
    g_source_attach(c->slices, context);
    return c;
}

void
bridge_clip_convert_free(BridgeClipConvert *c)
{
    if (!c)
        return;
    if (c->slices) {
        g_source_destroy(c->slices);
        g_source_unref(c->slices);
    }
    bridge_clipimage_free(c->image);
    g_bytes_unref(c->data);
    g_free(c);
}
