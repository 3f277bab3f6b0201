// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/microphone.h"

#include "rdpbridge/limits.h"

#include <string.h>

static void
write_message(BridgeMicrophone *m, const ChanAudioMessage *message)
{
    uint8_t buffer[CHAN_AUDIO_BYTES_MAX];

    m->write(chan_audio_encode(message, buffer, sizeof buffer), m->user);
}

void
bridge_microphone_open(BridgeMicrophone *m)
{
    m->count = m->filled = m->packet_bytes = 0;
    m->records = false;
}

// 3.2.5.1.4: those of the server's that are known here, in its order.
static BridgeMicrophoneHeard
take_formats(BridgeMicrophone *m, const ChanAudioMessage *said)
{
    ChanAudioMessage answer = {.type = CHAN_AUDIO_FORMATS};

    bridge_microphone_open(m);
    for (uint32_t i = 0; i < said->count; i++)
        if (said->formats[i].rate != 0)
            m->formats[m->count++] = said->formats[i];
    write_message(m, &(ChanAudioMessage){.type = CHAN_AUDIO_INCOMING});
    answer.count = m->count;
    memcpy(answer.formats, m->formats, m->count * sizeof *m->formats);
    write_message(m, &answer);
    return BRIDGE_MICROPHONE_NOTHING;
}

// Both answers to OPEN, and to a change the first, confirm the format (3.2.5.2.1, 3.2.5.3.1).
static BridgeMicrophoneHeard
record(BridgeMicrophone *m, uint32_t format, uint32_t frames)
{
    m->records = true;
    m->format = m->formats[format];
    m->packet_bytes = frames * chan_audio_frame(&m->format);
    m->filled = 0;
    write_message(m, &(ChanAudioMessage){.type = CHAN_AUDIO_FORMAT_CHANGE, .format = format});
    return BRIDGE_MICROPHONE_RECORDS;
}

BridgeMicrophoneHeard
bridge_microphone_hear(BridgeMicrophone *m, ChanSpan untrusted_message)
{
    ChanAudioMessage said;

    if (!chan_audio_decode(untrusted_message, &said))
        return BRIDGE_MICROPHONE_BROKEN;
    switch (said.type) {
    case CHAN_AUDIO_VERSION:
        write_message(m, &(ChanAudioMessage){.type = CHAN_AUDIO_VERSION});
        return BRIDGE_MICROPHONE_NOTHING;
    case CHAN_AUDIO_FORMATS:
        return m->records ? BRIDGE_MICROPHONE_BROKEN : take_formats(m, &said);
    case CHAN_AUDIO_OPEN:
        if (said.format >= m->count)
            return BRIDGE_MICROPHONE_BROKEN;
        (void)record(m, said.format, said.frames);
        write_message(m, &(ChanAudioMessage){.type = CHAN_AUDIO_OPEN_REPLY});
        return BRIDGE_MICROPHONE_RECORDS;
    case CHAN_AUDIO_FORMAT_CHANGE:
        if (said.format >= m->count || !m->records)
            return BRIDGE_MICROPHONE_BROKEN;
        return record(m, said.format, m->packet_bytes / chan_audio_frame(&m->format));
    default:
        return BRIDGE_MICROPHONE_BROKEN; // a client's
    }
}

static void
write_packet(BridgeMicrophone *m)
{
    uint8_t incoming = CHAN_AUDIO_INCOMING;

    m->write(CHAN_SPAN(&incoming, 1), m->user);
    m->packet[0] = CHAN_AUDIO_DATA;
    m->write(CHAN_SPAN(m->packet, 1 + m->filled), m->user);
    m->filled = 0;
}

void
bridge_microphone_sound(BridgeMicrophone *m, ChanSpan samples)
{
    while (m->records && samples.size > 0) {
        size_t n = m->packet_bytes - m->filled;
        n = samples.size < n ? samples.size : n;
        memcpy(m->packet + 1 + m->filled, samples.data, n);
        m->filled += (uint32_t)n;
        samples = CHAN_SPAN(samples.data + n, samples.size - n);
        if (m->filled == m->packet_bytes)
            write_packet(m);
    }
}

uint32_t
bridge_microphone_fragment_ms(const BridgeMicrophone *m)
{
    uint32_t frames = m->records ? m->packet_bytes / chan_audio_frame(&m->format) : 0;
    uint32_t ms = m->records ? frames * 1000 / m->format.rate : 0;

    return ms < VIEW_RECORD_FRAGMENT_MIN   ? VIEW_RECORD_FRAGMENT_MIN
           : ms > VIEW_RECORD_FRAGMENT_MAX ? VIEW_RECORD_FRAGMENT_MAX
                                           : ms;
}
