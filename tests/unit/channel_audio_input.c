// SPDX-License-Identifier: Apache-2.0
// Messages of audio input ([MS-RDPEAI]), byte by byte: each as it is meant, no part of one, each
// limit to the one.

#include "channel/audio_input.h"

#include <glib.h>
#include <string.h>

#define PCM(channels, rate)                                                                        \
    1, 0, channels, 0, (rate)&0xff, (rate) >> 8 & 0xff, (rate) >> 16, 0,                           \
        ((rate) * (channels)*2) & 0xff, ((rate) * (channels)*2) >> 8 & 0xff,                       \
        ((rate) * (channels)*2) >> 16, 0, (channels)*2, 0, 16, 0, 0, 0
#define BYTES(...) CHAN_SPAN(((const guint8[]){__VA_ARGS__}), sizeof((const guint8[]){__VA_ARGS__}))

static gboolean
decode(ChanSpan bytes, ChanAudioMessage *m)
{
    // In memory of just that size, so that reading past it is seen.
    g_autofree guint8 *exact = g_memdup2(bytes.data, bytes.size);

    return chan_audio_decode(CHAN_SPAN(exact, bytes.size), m);
}

// Whole it is one, and with nothing cut off or after it.
static ChanAudioMessage
only_whole(ChanSpan bytes)
{
    g_autofree guint8 *more = g_malloc0(bytes.size + 1);
    ChanAudioMessage m;

    memcpy(more, bytes.data, bytes.size);
    for (gsize n = 0; n < bytes.size; n++)
        g_assert_false(decode(CHAN_SPAN(more, n), &m));
    g_assert_false(decode(CHAN_SPAN(more, bytes.size + 1), &m));
    g_assert_true(decode(bytes, &m));
    return m;
}

static void
assert_written(const ChanAudioMessage *m, ChanSpan bytes)
{
    guint8 buffer[CHAN_AUDIO_BYTES_MAX];
    ChanSpan got = chan_audio_encode(m, buffer, sizeof buffer);

    g_assert_cmpmem(got.data, got.size, bytes.data, bytes.size);
    g_assert_cmpuint(chan_audio_encode(m, buffer, bytes.size - 1).size, ==, 0);
}

static void
test_plain(void)
{
    ChanAudioMessage m = only_whole(BYTES(1, 2, 0, 0, 0));

    g_assert_cmpint(m.type, ==, CHAN_AUDIO_VERSION);
    g_assert_cmpuint(m.version, ==, 2);
    g_assert_false(decode(BYTES(1, 0, 0, 0, 0), &m));
    assert_written(&(ChanAudioMessage){.type = CHAN_AUDIO_VERSION}, BYTES(1, 1, 0, 0, 0));
    m = only_whole(BYTES(4, 5, 0, 7, 0x80));
    g_assert_cmpuint(m.result, ==, 0x80070005);
    assert_written(&m, BYTES(4, 5, 0, 7, 0x80));
    m = only_whole(BYTES(7, 3, 0, 0, 0));
    g_assert_cmpint(m.type, ==, CHAN_AUDIO_FORMAT_CHANGE);
    g_assert_cmpuint(m.format, ==, 3);
    assert_written(&m, BYTES(7, 3, 0, 0, 0));
    m = only_whole(BYTES(5));
    g_assert_cmpint(m.type, ==, CHAN_AUDIO_INCOMING);
    assert_written(&m, BYTES(5));
    g_assert_true(decode(BYTES(6, 1, 2, 3), &m));
    g_assert_cmpint(m.type, ==, CHAN_AUDIO_DATA);
    g_assert_cmpuint(m.untrusted_sounds.size, ==, 3);
    assert_written(&m, BYTES(6));
    g_assert_false(decode(BYTES(0), &m));
    g_assert_false(decode(BYTES(8), &m));
    g_assert_false(decode((ChanSpan){0}, &m));
}

static void
test_formats(void)
{
    // A compressed format with data of its own, PCM, and what follows the formats (2.2.2.2).
    ChanSpan bytes = BYTES(2, 2, 0, 0, 0, 0, 0, 0, 0, 0x11, 0, 2, 0, 0x22, 0x56, 0, 0, 0x27, 0x57,
                           0, 0, 0, 4, 4, 0, 2, 0, 0xf9, 3, PCM(2, 48000), 9, 9);
    ChanAudioMessage m;

    g_assert_true(decode(bytes, &m));
    g_assert_cmpint(m.type, ==, CHAN_AUDIO_FORMATS);
    g_assert_cmpuint(m.count, ==, 2);
    g_assert_cmpuint(m.formats[0].rate, ==, 0);
    g_assert_cmpuint(m.formats[1].rate, ==, 48000);
    g_assert_cmpuint(m.formats[1].channels, ==, 2);
    for (gsize n = 0; n < bytes.size - 2; n++)
        g_assert_false(decode(CHAN_SPAN(bytes.data, n), &m));
    ChanAudioMessage one = {.type = CHAN_AUDIO_FORMATS, .count = 1, .formats = {{16000, 1}}};
    assert_written(&one, BYTES(2, 1, 0, 0, 0, 27, 0, 0, 0, PCM(1, 16000)));
}

static void
test_count(void)
{
    ChanAudioMessage m = {.type = CHAN_AUDIO_FORMATS, .count = CHAN_AUDIO_FORMATS_MAX}, got;
    guint8 buffer[CHAN_AUDIO_BYTES_MAX + 18];

    for (guint i = 0; i < CHAN_AUDIO_FORMATS_MAX; i++)
        m.formats[i] = (ChanAudioFormat){8000 + i, 1};
    ChanSpan bytes = chan_audio_encode(&m, buffer, CHAN_AUDIO_BYTES_MAX);
    g_assert_true(decode(bytes, &got));
    g_assert_cmpmem(got.formats, sizeof got.formats, m.formats, sizeof m.formats);
    memcpy(buffer + bytes.size, buffer + 9, 18);
    buffer[1]++;
    g_assert_false(decode(CHAN_SPAN(buffer, bytes.size + 18), &got));
    memset(buffer + 1, 0xff, 4);
    g_assert_false(decode(bytes, &got));
}

// What differs from the PCM that is known is another format, and no error.
static void
test_ranges(void)
{
    static const struct {
        guint rate, channels;
        gboolean known;
    } cases[] = {{8000, 1, TRUE},    {7999, 1, FALSE},  {192000, 2, TRUE},
                 {192001, 2, FALSE}, {48000, 3, FALSE}, {48000, 0, FALSE}};
    ChanAudioMessage m;
    guint8 buffer[64];

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        ChanAudioMessage one = {.type = CHAN_AUDIO_FORMATS,
                                .count = 1,
                                .formats = {{cases[i].rate, cases[i].channels}}};
        g_assert_true(decode(chan_audio_encode(&one, buffer, sizeof buffer), &m));
        g_assert_cmpuint(m.formats[0].rate, ==, cases[i].known ? cases[i].rate : 0);
    }
    // 8 bits; a frame, or a second, of another length.
    for (guint at = 17; at <= 23; at += at == 17 ? 4 : 2) {
        guint8 bytes[] = {2, 1, 0, 0, 0, 27, 0, 0, 0, PCM(2, 44100)};
        bytes[at] ^= 8;
        g_assert_true(decode(CHAN_SPAN(bytes, sizeof bytes), &m));
        g_assert_cmpuint(m.formats[0].rate, ==, 0);
    }
}

static void
test_open(void)
{
    ChanAudioMessage m = only_whole(BYTES(3, 0x80, 1, 0, 0, 2, 0, 0, 0, PCM(2, 48000)));

    g_assert_cmpuint(m.frames, ==, 384);
    g_assert_cmpuint(m.format, ==, 2);
    m.formats[0] = (ChanAudioFormat){48000, 2};
    assert_written(&m, BYTES(3, 0x80, 1, 0, 0, 2, 0, 0, 0, PCM(2, 48000)));
    g_assert_true(decode(BYTES(3, 1, 0, 0, 0, 0, 0, 0, 0, PCM(2, 48000)), &m));
    g_assert_false(decode(BYTES(3, 0, 0, 0, 0, 0, 0, 0, 0, PCM(2, 48000)), &m));
    g_assert_true(decode(BYTES(3, 0, 0x80, 0, 0, 0, 0, 0, 0, PCM(2, 48000)), &m));
    g_assert_false(decode(BYTES(3, 1, 0x80, 0, 0, 0, 0, 0, 0, PCM(2, 48000)), &m));
    // The device's format may be any (2.2.2.3): here with the rest of a WAVEFORMATEXTENSIBLE.
    g_assert_true(decode(BYTES(3, 1, 0, 0, 0, 0, 0, 0, 0, 0xfe, 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                               4, 0, 16, 0, 2, 0, 1, 2),
                         &m));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/audio-input/plain", test_plain);
    g_test_add_func("/audio-input/formats", test_formats);
    g_test_add_func("/audio-input/count", test_count);
    g_test_add_func("/audio-input/ranges", test_ranges);
    g_test_add_func("/audio-input/open", test_open);
    return g_test_run();
}
