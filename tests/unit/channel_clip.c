// SPDX-License-Identifier: Apache-2.0
// The clipboard channel's lists, "HTML Format", and messages from pieces, as peers may send them.
#include "channel/clip.h"
#include "channel/clip_html.h"
#include "channel/glib/clip_in.h"

#include <string.h>

static ChanClipList
read_back(ChanClipSelection selection, guint32 kinds, bool ours, bool long_names)
{
    guint8 data[1024];
    ChanWriter w = chan_writer(data, sizeof data);
    ChanClipList list;

    chan_clip_list_write(&w, selection, kinds, ours, long_names);
    g_assert_false(w.failed);
    ChanReader r = chan_reader(chan_writer_span(&w));
    chan_clip_list_read(&r, long_names, false, &list);
    g_assert_cmpuint(r.left, ==, 0);
    return list;
}

static void
check_own_format(const ChanClipFormat *format, guint which)
{
    if (format->id == 0)
        return;
    ChanClipFormat again = chan_clip_offered(format->id);
    g_assert_cmpuint(format->form, ==, CHAN_CLIP_RAW);
    g_assert_cmpuint(again.kind, ==, format->kind);
    g_assert_cmpuint(again.selection, ==, which);
}

static void
test_lists(void)
{
    for (guint32 kinds = 0; kinds <= CHAN_CLIP_ALL; kinds++) {
        for (guint which = 0; which < CHAN_CLIP_SELECTIONS; which++) {
            ChanClipList own = read_back((ChanClipSelection)which, kinds, true, true);
            g_assert_cmpuint(own.selection, ==, which);
            g_assert_cmpuint(chan_clip_list_kinds(&own), ==, kinds);
            for (guint i = 0; i < CHAN_CLIP_KINDS; i++)
                check_own_format(&own.best[i], which);
        }
        for (int long_names = 0; long_names <= 1; long_names++) {
            ChanClipList windows = read_back(CHAN_CLIP_CLIPBOARD, kinds, false, long_names);
            g_assert_cmpuint(chan_clip_list_kinds(&windows), ==, kinds);
        }
    }
    g_assert_cmpuint(chan_clip_offered(0).id, ==, 0);
    g_assert_cmpuint(chan_clip_offered(0xffffffff).id, ==, 0);
}

// Of a kind the best form counts, in whatever order they come.
static void
test_best(void)
{
    static const guint32 orders[][3] = {{8, 17, 1}, {17, 8, 2}, {1, 8, 17}};

    for (guint i = 0; i < G_N_ELEMENTS(orders); i++) {
        guint8 data[64];
        ChanWriter w = chan_writer(data, sizeof data);
        ChanClipList list;
        for (guint n = 0; n < 3; n++) {
            chan_write_u32(&w, orders[i][n]);
            chan_write_u16(&w, 0);
        }
        ChanReader r = chan_reader(chan_writer_span(&w));
        chan_clip_list_read(&r, true, false, &list);
        g_assert_cmpuint(chan_clip_list_find(&list, CHAN_CLIP_BMP).id, ==, 17);
        g_assert_cmpuint(chan_clip_list_kinds(&list), ==, CHAN_CLIP_BMP);
    }
}

static void
test_html(void)
{
    static const struct {
        const char *data, *found;
    } rows[] = {
        {"StartHTML:28\r\nEndHTML:31\r\n  <p>", "<p>"},
        {"StartHTML:-1\r\nEndHTML:-1\r\nStartFragment:62\r\nEndFragment:63\r\nxxx", "x"},
        {"StartHTML:28\r\nEndHTML:32\r\n  <p>", ""},                 // beyond the end
        {"StartHTML:31\r\nEndHTML:28\r\n  <p>", ""},                 // backwards
        {"StartHTML:99999999999\r\nEndHTML:99999999999\r\n<p>", ""}, // no number of that length
        {"StartHTML:18446744073709551615\r\nEndHTML:1\r\n<p>", ""},  // nor of this
        {"<p>StartHTML:0\r\nEndHTML:3\r\n", ""},                     // no header
        {"", ""},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        ChanSpan found = chan_clip_html_find(CHAN_SPAN_TEXT(rows[i].data));
        g_test_message("row %u", i);
        g_assert_cmpmem(found.data, found.size, rows[i].found, strlen(rows[i].found));
    }
    guint8 out[CHAN_CLIP_HTML_MORE + 5];
    gsize n = chan_clip_html_wrap(CHAN_SPAN_TEXT("<b>\xc3\xbc"), out);
    g_assert_cmpuint(n, <=, sizeof out);
    g_assert_cmpuint(out[n - 1], ==, 0);
    ChanSpan found = chan_clip_html_find(CHAN_SPAN(out, n));
    g_assert_nonnull(memmem(found.data, found.size, "<b>\xc3\xbc<!--End", 12));
}

static gboolean
add(ChanClipIn *in, const char *bytes, gsize size, gboolean first, gboolean last,
    ChanClipMessage *m)
{
    return chan_clip_in_add(in, CHAN_SPAN(bytes, size), first, last, m);
}

static void
test_pieces(void)
{
    ChanClipIn in = {0};
    ChanClipMessage m;

    // Cut anywhere, also within the header; padding is left out.
    g_assert_false(add(&in, "\5\0\1", 3, TRUE, FALSE, &m));
    g_assert_false(add(&in, "\0\3\0\0\0a", 6, FALSE, FALSE, &m));
    g_assert_true(add(&in, "bcpad", 5, FALSE, TRUE, &m));
    g_assert_cmpuint(m.type, ==, CHAN_CLIP_DATA_RESPONSE);
    g_assert_cmpuint(m.flags, ==, CHAN_CLIP_OK);
    g_assert_cmpmem(g_bytes_get_data(m.body, NULL), g_bytes_get_size(m.body), "abc", 3);
    g_bytes_unref(m.body);
    // Less than a header, and a rest of nothing.
    g_assert_false(add(&in, "\5\0\1", 3, TRUE, TRUE, &m));
    g_assert_false(add(&in, "xyz", 3, FALSE, TRUE, &m));
    chan_clip_in_clear(&in);
}

// Without an end, data takes no more memory than it may, and is refused then; lists are cut.
static void
test_bounds(void)
{
    static char piece[1 << 20];
    ChanClipIn in = {0};
    ChanClipMessage m;

    g_assert_false(add(&in, "\5\0\1\0\xff\xff\xff\xff", 8, TRUE, FALSE, &m));
    for (guint i = 0; i < 200; i++) {
        g_assert_false(add(&in, piece, sizeof piece, FALSE, FALSE, &m));
        g_assert_true(in.body == NULL || in.body->len <= CHAN_CLIP_DATA_MAX);
    }
    g_assert_true(add(&in, piece, 1, FALSE, TRUE, &m));
    g_assert_cmpuint(m.flags, ==, CHAN_CLIP_FAIL);
    g_assert_cmpuint(g_bytes_get_size(m.body), ==, 0);
    g_bytes_unref(m.body);
    g_assert_false(add(&in, "\2\0\0\0\xff\xff\xff\xff", 8, TRUE, FALSE, &m));
    g_assert_true(add(&in, piece, sizeof piece, FALSE, TRUE, &m));
    g_assert_cmpuint(g_bytes_get_size(m.body), ==, CHAN_CLIP_PDU_MAX);
    g_bytes_unref(m.body);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/channel/clip/lists", test_lists);
    g_test_add_func("/channel/clip/best", test_best);
    g_test_add_func("/channel/clip/html", test_html);
    g_test_add_func("/channel/clip/pieces", test_pieces);
    g_test_add_func("/channel/clip/bounds", test_bounds);
    return g_test_run();
}
