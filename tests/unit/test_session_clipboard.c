// SPDX-License-Identifier: Apache-2.0
// Content of the clipboard between a Windows guest (its forms, its ids, its answers) and the view.
// The test is the channel.
#include "channel/clip_html.h"
#include "rdpbridge/clipboard.h"
#include "rdpbridge/clipimage.h"
#include "rdpbridge/dib.h"

#include <stdlib.h>
#include <string.h>

#define CF_TEXT 1
#define CF_DIB 8
#define CF_UNICODETEXT 13
#define CF_DIBV5 17
#define HTML_ID 0xc123
#define SIDE 3

// The wire, instead of clipchannel.c.
struct BridgeClipChannel {
    const BridgeClipChannelHandler *handler;
    gpointer user;
    guint sent[8]; // by type
    GBytes *last[8];
    guint16 flags[8];
};

void
bridge_clip_channel_use(BridgeClipChannel *c, GMainContext *context,
                        const BridgeClipChannelHandler *handler, gpointer user)
{
    c->handler = handler;
    c->user = user;
}

void
bridge_clip_channel_send(BridgeClipChannel *c, ChanClipType type, guint16 flags, GBytes *body)
{
    c->sent[type]++;
    g_clear_pointer(&c->last[type], g_bytes_unref);
    c->last[type] = body ? g_bytes_ref(body) : g_bytes_new(NULL, 0);
    c->flags[type] = flags;
}

typedef struct {
    BridgeClipChannel channel;
    BridgeClipboard *clipboard;
    ViewClip offer, want; // the last ones
    guint wants;
    GByteArray *data; // of the last answer
    guint answers;
} Rig;

static void
to_view(gconstpointer message, gsize size, gpointer user)
{
    Rig *r = user;
    const ViewClipData *data = message;

    g_assert_true(view_check(CHAN_SPAN(message, size)));
    switch (view_type(CHAN_SPAN(message, size))) {
    case VIEW_MSG_CLIP_OFFER:
        r->offer = *(const ViewClip *)message;
        break;
    case VIEW_MSG_CLIP_WANT:
        r->want = *(const ViewClip *)message;
        r->wants++;
        break;
    default:
        g_byte_array_append(r->data, (const guint8 *)(data + 1), (guint)(size - sizeof *data));
        r->answers += data->last;
        break;
    }
}

static gsize
queued(gpointer user)
{
    return 0;
}

static const ClipFeedOut out = {.send = to_view, .queued = queued};

static void
guest_says(Rig *r, ChanClipType type, guint16 flags, gconstpointer data, gsize size)
{
    g_autoptr(GBytes) body = g_bytes_new(data, size);

    r->channel.handler->message(type, flags, body, r->channel.user);
}

// As rdpclip begins.
static Rig *
rig_new(gboolean to_guest, gboolean to_host)
{
    static const guint8 capabilities[] = {1, 0, 0, 0, 1, 0, 12, 0, 2, 0, 0, 0, 0x1e, 0, 0, 0};
    Rig *r = g_new0(Rig, 1);

    r->data = g_byte_array_new();
    r->clipboard = bridge_clipboard_new(NULL, &out, r);
    bridge_clipboard_set_policy(r->clipboard, to_guest, to_host);
    bridge_clipboard_view_changed(r->clipboard, TRUE);
    bridge_clipboard_attach(r->clipboard, &r->channel);
    guest_says(r, CHAN_CLIP_CAPABILITIES, 0, capabilities, sizeof capabilities);
    guest_says(r, CHAN_CLIP_MONITOR_READY, 0, NULL, 0);
    return r;
}

static void
rig_free(Rig *r)
{
    bridge_clipboard_free(r->clipboard);
    g_byte_array_unref(r->data);
    for (guint i = 0; i < G_N_ELEMENTS(r->channel.last); i++)
        g_clear_pointer(&r->channel.last[i], g_bytes_unref);
    g_free(r);
}

static void
write_entry(ChanWriter *w, guint32 id, const char *name)
{
    chan_write_u32(w, id);
    for (; *name; name++)
        chan_write_u16(w, (guint8)*name);
    chan_write_u16(w, 0);
}

static void
guest_copies(Rig *r)
{
    guint8 data[512];
    ChanWriter w = chan_writer(data, sizeof data);

    write_entry(&w, 0xc0fe, "Rich Text Format");
    write_entry(&w, HTML_ID, "HTML Format");
    write_entry(&w, CF_UNICODETEXT, "");
    write_entry(&w, CF_TEXT, "");
    write_entry(&w, CF_DIB, "");
    write_entry(&w, CF_DIBV5, "");
    guest_says(r, CHAN_CLIP_FORMAT_LIST, 0, data, w.size);
    g_assert_cmpuint(r->channel.flags[CHAN_CLIP_FORMAT_LIST_RESPONSE], ==, CHAN_CLIP_OK);
}

static void
view_wants(Rig *r, guint32 kind)
{
    ViewClip want = {.kinds = kind, .serial = r->offer.serial};

    VIEW_INIT(&want, VIEW_MSG_CLIP_WANT);
    g_byte_array_set_size(r->data, 0);
    bridge_clipboard_wanted(r->clipboard, &want);
}

static guint32
asked_id(const Rig *r)
{
    ChanReader in = chan_reader(CHAN_SPAN(g_bytes_get_data(r->channel.last[4], NULL), 4));

    return chan_read_u32(&in);
}

static void
until_answered(Rig *r)
{
    while (r->answers == 0)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(r->answers, ==, 1);
    r->answers = 0;
}

// Nothing is fetched before somebody pastes, and then once.
static void
test_text_to_host(void)
{
    Rig *r = rig_new(TRUE, TRUE);

    guest_copies(r);
    g_assert_cmpuint(r->offer.kinds, ==, CHAN_CLIP_ALL);
    g_assert_cmpuint(r->channel.sent[CHAN_CLIP_DATA_REQUEST], ==, 0);
    view_wants(r, CHAN_CLIP_TEXT);
    g_assert_cmpuint(asked_id(r), ==, CF_UNICODETEXT);
    guest_says(r, CHAN_CLIP_DATA_RESPONSE, CHAN_CLIP_OK, "a\0\r\0\n\0\xfc\0\0\0", 10);
    until_answered(r);
    g_assert_cmpmem(r->data->data, r->data->len, "a\nü", 4);
    rig_free(r);
}

static void
test_html_to_host(void)
{
    static const char data[] = "Version:0.9\r\nStartHTML:00055\r\nEndHTML:00070\r\n"
                               "X:123456\r\n<html>\xc3\xbc</html>   ";
    Rig *r = rig_new(TRUE, TRUE);
    const char *found = strstr(data, "<html>");

    g_assert_cmpint(found - data, ==, 55);
    guest_copies(r);
    view_wants(r, CHAN_CLIP_HTML);
    g_assert_cmpuint(asked_id(r), ==, HTML_ID);
    guest_says(r, CHAN_CLIP_DATA_RESPONSE, CHAN_CLIP_OK, data, sizeof data);
    until_answered(r);
    g_byte_array_append(r->data, (const guint8 *)"", 1);
    g_assert_true(g_str_has_suffix((const char *)r->data->data, "<html>\xc3\xbc</html>"));
    g_assert_nonnull(strstr((const char *)r->data->data, "charset=utf-8"));
    rig_free(r);
}

// Transparent on the left, opaque on the right, each pixel another.
static void
test_picture(guint8 rgba[SIDE * SIDE * 4])
{
    for (guint i = 0; i < SIDE * SIDE; i++) {
        rgba[i * 4] = (guint8)(10 + i);
        rgba[i * 4 + 1] = (guint8)(100 + i);
        rgba[i * 4 + 2] = (guint8)(200 + i);
        rgba[i * 4 + 3] = i % SIDE == 0 ? 0x80 : 0xff;
    }
}

static GBytes *
picture_dib(BridgeDibForm form)
{
    guint8 rgba[SIDE * SIDE * 4];
    gsize size = bridge_dib_size(form, SIDE, SIDE);
    guint8 *dib = g_malloc(size);

    test_picture(rgba);
    bridge_dib_write_header(form, SIDE, SIDE, dib);
    for (guint y = 0; y < SIDE; y++)
        bridge_dib_write_row(form, SIDE, SIDE, y, rgba + y * SIDE * 4, dib);
    return g_bytes_new_take(dib, size);
}

static GBytes *
converted(GBytes *data, BridgeClipImageForm from, BridgeClipImageForm to)
{
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(data, &size);
    BridgeClipImage *image = bridge_clipimage_new(CHAN_SPAN(bytes, size), from, to);

    while (bridge_clipimage_step(image, 1) == BRIDGE_CLIPIMAGE_MORE) {
    }
    guint8 *result = bridge_clipimage_steal(image, &size);
    GBytes *out_bytes = g_bytes_new_with_free_func(result, size, free, result);
    bridge_clipimage_free(image);
    return out_bytes;
}

static void
assert_picture(GBytes *dib, gboolean file)
{
    guint8 expected[SIDE * SIDE * 4], row[SIDE * 4];
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(dib, &size);
    BridgeDib read;

    test_picture(expected);
    g_assert_true(bridge_dib_read(CHAN_SPAN(bytes, size), file, &read));
    g_assert_cmpuint(read.width, ==, SIDE);
    for (guint y = 0; y < SIDE; y++) {
        bridge_dib_row(&read, y, row);
        g_assert_cmpmem(row, sizeof row, expected + y * sizeof row, sizeof row);
    }
}

static void
test_picture_to_host(void)
{
    Rig *r = rig_new(TRUE, TRUE);
    g_autoptr(GBytes) dib = picture_dib(BRIDGE_DIB_V5);

    guest_copies(r);
    view_wants(r, CHAN_CLIP_PNG);
    g_assert_cmpuint(asked_id(r), ==, CF_DIBV5); // has alpha, which CF_DIB need not
    guest_says(r, CHAN_CLIP_DATA_RESPONSE, CHAN_CLIP_OK, g_bytes_get_data(dib, NULL),
               g_bytes_get_size(dib));
    until_answered(r);
    g_assert_cmpmem(r->data->data, 4, "\x89PNG", 4);
    g_autoptr(GBytes) png = g_bytes_new(r->data->data, r->data->len);
    g_autoptr(GBytes) back = converted(png, BRIDGE_CLIPIMAGE_PNG, BRIDGE_CLIPIMAGE_BMP);
    assert_picture(back, TRUE);
    view_wants(r, CHAN_CLIP_BMP);
    guest_says(r, CHAN_CLIP_DATA_RESPONSE, CHAN_CLIP_OK, g_bytes_get_data(dib, NULL),
               g_bytes_get_size(dib));
    until_answered(r);
    g_autoptr(GBytes) bmp = g_bytes_new(r->data->data, r->data->len);
    assert_picture(bmp, TRUE);
    rig_free(r);
}

static void
host_copies(Rig *r, guint32 kinds, guint32 serial)
{
    ViewClip offer = {.kinds = kinds, .serial = serial};

    VIEW_INIT(&offer, VIEW_MSG_HOST_CLIP);
    bridge_clipboard_host_has(r->clipboard, &offer);
}

static void
guest_pastes(Rig *r, guint32 id)
{
    guint32 wire = GUINT32_TO_LE(id);

    guest_says(r, CHAN_CLIP_DATA_REQUEST, 0, &wire, sizeof wire);
}

static void
host_gives(Rig *r, gconstpointer data, gsize size)
{
    ViewClipData *m = g_malloc0(sizeof *m + size);

    m->serial = r->want.serial;
    m->selection = r->want.selection;
    m->last = 1;
    m->header = (ViewHeader){VIEW_MSG_CLIP_DATA, (guint32)(sizeof *m + size)};
    if (size > 0)
        memcpy(m + 1, data, size);
    bridge_clipboard_data(r->clipboard, CHAN_SPAN(m, sizeof *m + size));
    g_free(m);
}

static GBytes *
until_responded(Rig *r, guint before)
{
    while (r->channel.sent[CHAN_CLIP_DATA_RESPONSE] == before)
        g_main_context_iteration(NULL, TRUE);
    return r->channel.last[CHAN_CLIP_DATA_RESPONSE];
}

// A name in UTF-16, to its NUL.
static void
read_name(ChanReader *in, char *name, gsize size)
{
    for (gsize i = 0;; i++) {
        guint16 c = chan_read_u16(in);
        g_assert_false(in->failed);
        g_assert_cmpuint(i, <, size);
        name[i] = (char)c;
        if (c == 0)
            return;
    }
}

static void
assert_listed(Rig *r, const char *name_or_null, guint32 id, gboolean there)
{
    gsize size = 0;
    const guint8 *list = g_bytes_get_data(r->channel.last[CHAN_CLIP_FORMAT_LIST], &size);
    ChanReader in = chan_reader(CHAN_SPAN(list, size));
    gboolean found = FALSE;

    while (in.left > 0) {
        char name[64] = "";
        guint32 listed = chan_read_u32(&in);
        read_name(&in, name, sizeof name);
        found |= name_or_null ? strcmp(name, name_or_null) == 0 : listed == id;
    }
    g_assert_cmpint(found, ==, there);
}

static void
test_list_for_windows(void)
{
    Rig *r = rig_new(TRUE, TRUE);

    host_copies(r, CHAN_CLIP_PNG, 1);
    assert_listed(r, NULL, CF_DIB, TRUE);
    assert_listed(r, NULL, CF_DIBV5, TRUE);
    assert_listed(r, "PNG", 0, TRUE);
    assert_listed(r, NULL, CF_UNICODETEXT, FALSE);
    assert_listed(r, "image/png", 0, FALSE);
    host_copies(r, CHAN_CLIP_TEXT | CHAN_CLIP_HTML, 2);
    assert_listed(r, NULL, CF_UNICODETEXT, TRUE);
    assert_listed(r, "HTML Format", 0, TRUE);
    assert_listed(r, NULL, CF_DIB, FALSE);
    // A Windows has no primary selection, and is told of none.
    guint before = r->channel.sent[CHAN_CLIP_FORMAT_LIST];
    ViewClip primary = {.kinds = CHAN_CLIP_TEXT, .serial = 1, .selection = CHAN_CLIP_PRIMARY};
    VIEW_INIT(&primary, VIEW_MSG_HOST_CLIP);
    bridge_clipboard_host_has(r->clipboard, &primary);
    g_assert_cmpuint(r->channel.sent[CHAN_CLIP_FORMAT_LIST], ==, before);
    rig_free(r);
}

static void
test_to_guest(void)
{
    Rig *r = rig_new(TRUE, TRUE);

    host_copies(r, CHAN_CLIP_TEXT | CHAN_CLIP_HTML | CHAN_CLIP_PNG, 7);
    g_assert_cmpuint(r->wants, ==, 0);
    guest_pastes(r, CF_UNICODETEXT);
    g_assert_cmpuint(r->want.kinds, ==, CHAN_CLIP_TEXT);
    g_assert_cmpuint(r->want.serial, ==, 7);
    host_gives(r, "a\nb", 3);
    GBytes *text = until_responded(r, 0);
    g_assert_cmpmem(g_bytes_get_data(text, NULL), g_bytes_get_size(text), "a\0\r\0\n\0b\0\0\0", 10);
    guest_pastes(r, 0xca60); // "HTML Format" of our list
    host_gives(r, "<p>", 3);
    GBytes *html = until_responded(r, 1);
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(html, &size);
    ChanSpan found = chan_clip_html_find(CHAN_SPAN(bytes, size));
    g_assert_nonnull(
        memmem(found.data, found.size, "<!--StartFragment--><p><!--EndFragment-->", 41));
    rig_free(r);
}

static void
test_picture_to_guest(void)
{
    Rig *r = rig_new(TRUE, TRUE);
    g_autoptr(GBytes) bmp = picture_dib(BRIDGE_DIB_FILE);
    g_autoptr(GBytes) png = converted(bmp, BRIDGE_CLIPIMAGE_BMP, BRIDGE_CLIPIMAGE_PNG);

    host_copies(r, CHAN_CLIP_PNG, 7);
    guest_pastes(r, CF_DIBV5);
    g_assert_cmpuint(r->want.kinds, ==, CHAN_CLIP_PNG);
    host_gives(r, g_bytes_get_data(png, NULL), g_bytes_get_size(png));
    assert_picture(until_responded(r, 0), FALSE);
    g_assert_cmpuint(r->channel.flags[CHAN_CLIP_DATA_RESPONSE], ==, CHAN_CLIP_OK);
    guest_pastes(r, CF_DIB);
    host_gives(r, "no picture", 10);
    until_responded(r, 1);
    g_assert_cmpuint(r->channel.flags[CHAN_CLIP_DATA_RESPONSE], ==, CHAN_CLIP_FAIL);
    rig_free(r);
}

// Answers come in the order of the requests, whatever they are for.
static void
test_requests_in_order(void)
{
    Rig *r = rig_new(TRUE, TRUE);

    host_copies(r, CHAN_CLIP_TEXT, 7);
    guest_pastes(r, CF_UNICODETEXT);
    guest_pastes(r, CF_DIB);
    guest_pastes(r, CF_UNICODETEXT);
    g_assert_cmpuint(r->channel.sent[CHAN_CLIP_DATA_RESPONSE], ==, 0);
    host_gives(r, "1", 1);
    g_assert_cmpuint(r->channel.sent[CHAN_CLIP_DATA_RESPONSE], ==, 2);
    g_assert_cmpuint(r->channel.flags[CHAN_CLIP_DATA_RESPONSE], ==, CHAN_CLIP_FAIL);
    host_gives(r, "2", 1);
    g_assert_cmpuint(r->channel.sent[CHAN_CLIP_DATA_RESPONSE], ==, 3);
    g_assert_cmpuint(r->channel.flags[CHAN_CLIP_DATA_RESPONSE], ==, CHAN_CLIP_OK);
    // A flood is refused, and no more is remembered than there is room for.
    for (guint i = 0; i < 1000; i++)
        guest_pastes(r, CF_UNICODETEXT);
    g_assert_cmpuint(r->channel.sent[CHAN_CLIP_DATA_RESPONSE], >, 900);
    bridge_clipboard_view_changed(r->clipboard, FALSE);
    g_assert_cmpuint(r->channel.sent[CHAN_CLIP_DATA_RESPONSE], ==, 1003);
    rig_free(r);
}

static void
test_policy(void)
{
    Rig *r = rig_new(FALSE, FALSE);

    host_copies(r, CHAN_CLIP_ALL, 7);
    g_assert_cmpuint(g_bytes_get_size(r->channel.last[CHAN_CLIP_FORMAT_LIST]), ==, 0);
    guest_pastes(r, CF_UNICODETEXT);
    g_assert_cmpuint(r->channel.flags[CHAN_CLIP_DATA_RESPONSE], ==, CHAN_CLIP_FAIL);
    g_assert_cmpuint(r->wants, ==, 0);
    guest_copies(r);
    g_assert_cmpuint(r->offer.kinds, ==, 0);
    view_wants(r, CHAN_CLIP_TEXT);
    g_assert_cmpuint(r->channel.sent[CHAN_CLIP_DATA_REQUEST], ==, 0);
    until_answered(r);
    g_assert_cmpuint(r->data->len, ==, 0);
    // Taken back in the middle of a transfer.
    bridge_clipboard_set_policy(r->clipboard, TRUE, TRUE);
    guest_pastes(r, CF_UNICODETEXT);
    g_assert_cmpuint(r->wants, ==, 1);
    bridge_clipboard_set_policy(r->clipboard, FALSE, TRUE);
    g_assert_cmpuint(r->channel.flags[CHAN_CLIP_DATA_RESPONSE], ==, CHAN_CLIP_FAIL);
    host_gives(r, "late", 4);
    g_assert_cmpuint(r->channel.flags[CHAN_CLIP_DATA_RESPONSE], ==, CHAN_CLIP_FAIL);
    rig_free(r);
}

// Who gives up on a kind and wants another gets that, not the late answer for the first.
static void
test_changed_mind(void)
{
    Rig *r = rig_new(TRUE, TRUE);

    guest_copies(r);
    view_wants(r, CHAN_CLIP_HTML);
    view_wants(r, CHAN_CLIP_TEXT);
    g_assert_cmpuint(r->channel.sent[CHAN_CLIP_DATA_REQUEST], ==, 1);
    guest_says(r, CHAN_CLIP_DATA_RESPONSE, CHAN_CLIP_OK, "late", 4);
    g_assert_cmpuint(r->answers, ==, 0);
    g_assert_cmpuint(asked_id(r), ==, CF_UNICODETEXT);
    guest_says(r, CHAN_CLIP_DATA_RESPONSE, CHAN_CLIP_OK, "x\0", 2);
    until_answered(r);
    g_assert_cmpmem(r->data->data, r->data->len, "x", 1);
    rig_free(r);
}

// A guest that does not answer costs one wait.
static void
test_silent_guest(void)
{
    Rig *r = rig_new(TRUE, TRUE);

    guest_copies(r);
    view_wants(r, CHAN_CLIP_TEXT);
    until_answered(r);
    g_assert_cmpuint(r->data->len, ==, 0);
    gint64 begun_us = g_get_monotonic_time();
    view_wants(r, CHAN_CLIP_TEXT);
    until_answered(r);
    g_assert_cmpint(g_get_monotonic_time() - begun_us, <, G_USEC_PER_SEC);
    rig_free(r);
}

#define ADD(name, function) g_test_add_func("/session/clipboard/" name, function)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("text-to-host", test_text_to_host);
    ADD("html-to-host", test_html_to_host);
    ADD("picture-to-host", test_picture_to_host);
    ADD("list-for-windows", test_list_for_windows);
    ADD("to-guest", test_to_guest);
    ADD("picture-to-guest", test_picture_to_guest);
    ADD("requests-in-order", test_requests_in_order);
    ADD("policy", test_policy);
    ADD("changed-mind", test_changed_mind);
    ADD("silent-guest", test_silent_guest);
    return g_test_run();
}
