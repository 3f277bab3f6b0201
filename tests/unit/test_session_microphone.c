// SPDX-License-Identifier: Apache-2.0
// The client's end of audio input: what a server may say when, what it is answered, and recorded
// sound in packets of the length that it wants.

#include "rdpbridge/microphone.h"

#include "rdpbridge/limits.h"

#include <glib.h>
#include <string.h>

typedef struct {
    BridgeMicrophone m;
    GPtrArray *written; // GBytes
} Rig;

static void
on_write(ChanSpan message, void *user)
{
    g_ptr_array_add(((Rig *)user)->written, g_bytes_new(message.data, message.size));
}

static Rig *
rig_new(void)
{
    Rig *rig = g_new0(Rig, 1);

    rig->written = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    rig->m.write = on_write;
    rig->m.user = rig;
    bridge_microphone_open(&rig->m);
    return rig;
}

static void
rig_free(Rig *rig)
{
    g_ptr_array_unref(rig->written);
    g_free(rig);
}

static BridgeMicrophoneHeard
hear(Rig *rig, const ChanAudioMessage *said)
{
    guint8 buffer[CHAN_AUDIO_BYTES_MAX];

    return bridge_microphone_hear(&rig->m, chan_audio_encode(said, buffer, sizeof buffer));
}

// The next message that was written.
static ChanAudioMessage
next(Rig *rig)
{
    ChanAudioMessage m;
    gsize size;

    g_assert_cmpuint(rig->written->len, >, 0);
    const guint8 *data = g_bytes_get_data(rig->written->pdata[0], &size);
    g_assert_true(chan_audio_decode(CHAN_SPAN(data, size), &m));
    m.untrusted_sounds.data = NULL;
    g_ptr_array_remove_index(rig->written, 0);
    return m;
}

#define SAY(rig, ...) hear(rig, &(ChanAudioMessage){__VA_ARGS__})
#define FORMATS(rig, n, ...)                                                                       \
    SAY(rig, .type = CHAN_AUDIO_FORMATS, .count = (n), .formats = __VA_ARGS__)
#define OPEN(rig, n, f)                                                                            \
    SAY(rig, .type = CHAN_AUDIO_OPEN, .frames = (n), .format = (f), .formats = {{48000, 2}})

static void
agree(Rig *rig)
{
    g_assert_cmpint(SAY(rig, .type = CHAN_AUDIO_VERSION), ==, BRIDGE_MICROPHONE_NOTHING);
    g_assert_cmpint(next(rig).version, ==, 1);
    // The one in the middle is none that is known.
    g_assert_cmpint(FORMATS(rig, 3, {{44100, 2}, {48000, 7}, {16000, 1}}), ==,
                    BRIDGE_MICROPHONE_NOTHING);
    g_assert_cmpint(next(rig).type, ==, CHAN_AUDIO_INCOMING);
    ChanAudioMessage answer = next(rig);
    g_assert_cmpuint(answer.count, ==, 2);
    g_assert_cmpuint(answer.formats[0].rate, ==, 44100);
    g_assert_cmpuint(answer.formats[1].rate, ==, 16000);
}

static void
begin(Rig *rig, guint frames, guint format)
{
    g_assert_cmpint(OPEN(rig, frames, format), ==, BRIDGE_MICROPHONE_RECORDS);
    ChanAudioMessage change = next(rig), reply = next(rig);
    g_assert_cmpint(change.type, ==, CHAN_AUDIO_FORMAT_CHANGE);
    g_assert_cmpuint(change.format, ==, format);
    g_assert_cmpint(reply.type, ==, CHAN_AUDIO_OPEN_REPLY);
    g_assert_cmpuint(reply.result, ==, 0);
}

// Packets of that many bytes, each announced, with the bytes in order.
static void
take_packets(Rig *rig, guint packets, gsize bytes, guint8 *first)
{
    for (guint i = 0; i < packets; i++) {
        gsize size;
        g_assert_cmpint(next(rig).type, ==, CHAN_AUDIO_INCOMING);
        const guint8 *data = g_bytes_get_data(rig->written->pdata[0], &size);
        g_assert_cmpuint(size, ==, 1 + bytes);
        for (gsize k = 1; k < size; k++)
            g_assert_cmpuint(data[k], ==, (*first)++);
        g_ptr_array_remove_index(rig->written, 0);
    }
    g_assert_cmpuint(rig->written->len, ==, 0);
}

static void
test_packets(void)
{
    Rig *rig = rig_new();
    guint8 bytes[1000], at = 0;

    for (gsize i = 0; i < sizeof bytes; i++)
        bytes[i] = (guint8)i;
    agree(rig);
    bridge_microphone_sound(&rig->m, CHAN_SPAN(bytes, sizeof bytes)); // before it is wanted
    g_assert_cmpuint(rig->written->len, ==, 0);
    begin(rig, 100, 0);
    g_assert_cmpuint(rig->m.format.channels, ==, 2);
    bridge_microphone_sound(&rig->m, CHAN_SPAN(bytes, 399));
    take_packets(rig, 0, 400, &at);
    bridge_microphone_sound(&rig->m, CHAN_SPAN(bytes + 399, 1));
    take_packets(rig, 1, 400, &at);
    bridge_microphone_sound(&rig->m, CHAN_SPAN(bytes + 400, 600));
    take_packets(rig, 1, 400, &at);
    // Another format: what was begun of a packet is left out, since it is in the former one.
    g_assert_cmpint(SAY(rig, .type = CHAN_AUDIO_FORMAT_CHANGE, .format = 1), ==,
                    BRIDGE_MICROPHONE_RECORDS);
    g_assert_cmpuint(next(rig).format, ==, 1);
    g_assert_cmpuint(rig->m.format.channels, ==, 1);
    at = 0;
    bridge_microphone_sound(&rig->m, CHAN_SPAN(bytes, 400));
    take_packets(rig, 2, 200, &at);
    rig_free(rig);
}

static void
test_largest(void)
{
    Rig *rig = rig_new();
    gsize most = CHAN_AUDIO_FRAMES_MAX * 4;
    g_autofree guint8 *bytes = g_malloc0(most + 4);

    agree(rig);
    begin(rig, CHAN_AUDIO_FRAMES_MAX, 0);
    bridge_microphone_sound(&rig->m, CHAN_SPAN(bytes, most + 4));
    g_assert_cmpuint(rig->written->len, ==, 2);
    g_assert_cmpuint(g_bytes_get_size(rig->written->pdata[1]), ==, 1 + most);
    g_assert_cmpuint(bridge_microphone_fragment_ms(&rig->m), ==, VIEW_RECORD_FRAGMENT_MAX);
    rig_free(rig);
}

static void
test_fragment(void)
{
    Rig *rig = rig_new();

    agree(rig);
    g_assert_cmpuint(bridge_microphone_fragment_ms(&rig->m), ==, VIEW_RECORD_FRAGMENT_MIN);
    begin(rig, 160, 1);
    g_assert_cmpuint(bridge_microphone_fragment_ms(&rig->m), ==, 10);
    begin(rig, 1, 1);
    g_assert_cmpuint(bridge_microphone_fragment_ms(&rig->m), ==, VIEW_RECORD_FRAGMENT_MIN);
    rig_free(rig);
}

// What comes at the wrong time, names a format that was not agreed on, or is a client's.
static void
test_order(void)
{
    static const ChanAudioType clients[] = {CHAN_AUDIO_OPEN_REPLY, CHAN_AUDIO_INCOMING,
                                            CHAN_AUDIO_DATA};
    Rig *rig = rig_new();

    g_assert_cmpint(OPEN(rig, 100, 0), ==, BRIDGE_MICROPHONE_BROKEN);
    g_assert_cmpuint(rig->written->len, ==, 0);
    agree(rig);
    g_assert_cmpint(OPEN(rig, 100, 2), ==, BRIDGE_MICROPHONE_BROKEN);
    g_assert_cmpint(SAY(rig, .type = CHAN_AUDIO_FORMAT_CHANGE), ==, BRIDGE_MICROPHONE_BROKEN);
    begin(rig, 100, 1);
    g_assert_cmpint(SAY(rig, .type = CHAN_AUDIO_FORMAT_CHANGE, .format = 2), ==,
                    BRIDGE_MICROPHONE_BROKEN);
    g_assert_cmpint(FORMATS(rig, 1, {{44100, 2}}), ==, BRIDGE_MICROPHONE_BROKEN);
    for (guint i = 0; i < G_N_ELEMENTS(clients); i++)
        g_assert_cmpint(SAY(rig, .type = clients[i]), ==, BRIDGE_MICROPHONE_BROKEN);
    g_assert_cmpint(bridge_microphone_hear(&rig->m, (ChanSpan){0}), ==, BRIDGE_MICROPHONE_BROKEN);
    g_assert_cmpuint(rig->written->len, ==, 0);
    // Another channel knows nothing of the former.
    bridge_microphone_open(&rig->m);
    g_assert_cmpint(OPEN(rig, 100, 0), ==, BRIDGE_MICROPHONE_BROKEN);
    rig_free(rig);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/microphone/packets", test_packets);
    g_test_add_func("/microphone/largest", test_largest);
    g_test_add_func("/microphone/fragment", test_fragment);
    g_test_add_func("/microphone/order", test_order);
    return g_test_run();
}
