// SPDX-License-Identifier: Apache-2.0
// Messages of audio input, any bytes, each behind a length of two bytes: what either end reads is
// within its ranges, and what casement-session answers can be read. Sound is recorded in between.
#include "rdpbridge/microphone.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static BridgeMicrophone microphone;

static void
check_format(const ChanAudioFormat *f)
{
    if (f->rate == 0)
        return;
    if (f->rate < CHAN_AUDIO_RATE_MIN || f->rate > CHAN_AUDIO_RATE_MAX || f->channels < 1 ||
        f->channels > CHAN_AUDIO_CHANNELS_MAX)
        abort();
}

static void
on_write(ChanSpan message, void *user)
{
    ChanAudioMessage m;

    if (!chan_audio_decode(message, &m))
        abort();
    if (m.type == CHAN_AUDIO_DATA && m.untrusted_sounds.size != microphone.packet_bytes)
        abort();
}

static void
check(ChanSpan untrusted_message)
{
    ChanAudioMessage m;

    if (!chan_audio_decode(untrusted_message, &m))
        return;
    if (m.count > CHAN_AUDIO_FORMATS_MAX || m.frames > CHAN_AUDIO_FRAMES_MAX ||
        m.untrusted_sounds.size > untrusted_message.size)
        abort();
    for (uint32_t i = 0; i < m.count; i++)
        check_format(&m.formats[i]);
}

static void
record(void)
{
    static const uint8_t samples[3000];

    bridge_microphone_sound(&microphone, CHAN_SPAN(samples, sizeof samples));
    if (!microphone.records)
        return;
    check_format(&microphone.format);
    if (microphone.filled >= microphone.packet_bytes ||
        microphone.packet_bytes > sizeof microphone.packet - 1)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    microphone.write = on_write;
    bridge_microphone_open(&microphone);
    while (size >= 2) {
        size_t n = data[0] | (size_t)data[1] << 8;
        data += 2;
        size -= 2;
        n = n < size ? n : size;
        check(CHAN_SPAN(data, n));
        if (bridge_microphone_hear(&microphone, CHAN_SPAN(data, n)) == BRIDGE_MICROPHONE_BROKEN)
            bridge_microphone_open(&microphone);
        record();
        data += n;
        size -= n;
    }
    return 0;
}
