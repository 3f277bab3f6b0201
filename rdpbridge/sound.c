// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/sound.h"

#include "rdpbridge/viewproto.h"

#include <freerdp/channels/rdpsnd.h>
#include <freerdp/client/rdpsnd.h>
#include <freerdp/codec/audio.h>
#include <freerdp/codec/dsp.h>
#include <string.h>

#define AHEAD_MAX_US 1500000 // of sound that the view has and has not played
#define NEAR_MS 20           // that waits there, when the guest is on this machine
#define FAR_MS 40            // and when its bytes come through a pipe

struct BridgeSound {
    void (*send)(gconstpointer message, gsize size, gpointer user);
    gpointer user;
    gboolean open, near;
    guint32 rate, channels;
    guint32 serial, played; // of blocks sent and played
    guint64 bytes_ahead;    // sent after the one played last
    guint32 sizes[256];     // by serial
    guint32 latency_us;
};

// The library makes its device object by a function without a pointer of ours.
static BridgeSound *the_sound;

typedef struct {
    rdpsndDevicePlugin base;
} Device;

BridgeSound *
bridge_sound_new(void (*send)(gconstpointer message, gsize size, gpointer user), gpointer user)
{
    BridgeSound *s = g_new0(BridgeSound, 1);

    g_assert(!the_sound);
    the_sound = s;
    s->send = send;
    s->user = user;
    return s;
}

void
bridge_sound_free(BridgeSound *s)
{
    if (!s)
        return;
    the_sound = NULL;
    g_free(s);
}

// PCM, also under the tag by which the library does not know it: of what it knows as PCM it leaves
// out blocks shorter than 10 ms that come some milliseconds late.
static gboolean
is_pcm(const AUDIO_FORMAT *format)
{
    // KSDATAFORMAT_SUBTYPE_PCM, behind the valid bits and the speakers of a WAVEFORMATEXTENSIBLE.
    static const guint8 subtype[] = {1,    0, 0, 0,    0, 0,    0x10, 0,
                                     0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71};

    return format->wFormatTag == WAVE_FORMAT_PCM ||
           (format->wFormatTag == WAVE_FORMAT_EXTENSIBLE && format->cbSize == 6 + sizeof subtype &&
            memcmp(format->data + 6, subtype, sizeof subtype) == 0);
}

static BOOL
on_format_supported(rdpsndDevicePlugin *device, const AUDIO_FORMAT *format)
{
    return is_pcm(format) && format->wBitsPerSample == 16 && format->nChannels >= 1 &&
           format->nChannels <= 8 && format->nSamplesPerSec >= 8000 &&
           format->nSamplesPerSec <= 192000;
}

static void
say_open(BridgeSound *s)
{
    ViewSoundOpen m = {
        .rate = s->rate, .channels = s->channels, .target_ms = s->near ? NEAR_MS : FAR_MS};

    VIEW_INIT(&m, VIEW_MSG_SOUND_OPEN);
    s->send(&m, sizeof m, s->user);
}

static void
forget_blocks(BridgeSound *s)
{
    s->bytes_ahead = 0;
    s->played = s->serial;
}

static BOOL
on_open(rdpsndDevicePlugin *device, const AUDIO_FORMAT *format, UINT32 latency)
{
    BridgeSound *s = the_sound;

    if (!s || !on_format_supported(device, format))
        return FALSE;
    s->rate = format->nSamplesPerSec;
    s->channels = format->nChannels;
    s->open = TRUE;
    forget_blocks(s);
    say_open(s);
    return TRUE;
}

static void
on_close(rdpsndDevicePlugin *device)
{
    ViewPlain m = {VIEW_MSG_SOUND_CLOSE, sizeof m};

    if (!the_sound || !the_sound->open)
        return;
    the_sound->open = FALSE;
    the_sound->send(&m, sizeof m, the_sound->user);
}

static void
send_block(BridgeSound *s, const BYTE *data, gsize size)
{
    struct {
        ViewSound head;
        guint8 samples[VIEW_SOUND_BLOCK_MAX];
    } m = {.head = {.serial = ++s->serial, .bytes = (guint32)size}};

    VIEW_INIT(&m.head, VIEW_MSG_SOUND);
    m.head.header.size = (guint32)(sizeof m.head + size);
    memcpy(m.samples, data, size);
    s->send(&m, m.head.header.size, s->user);
    s->bytes_ahead += size;
    s->sizes[s->serial % G_N_ELEMENTS(s->sizes)] = (guint32)size;
}

static UINT
on_play(rdpsndDevicePlugin *device, const AUDIO_FORMAT *format, const BYTE *data, size_t size)
{
    BridgeSound *s = the_sound;

    if (!s || !s->open)
        return 0;
    gsize frame = s->channels * sizeof(gint16);
    gsize block_max = VIEW_SOUND_BLOCK_MAX / frame * frame;
    guint64 bytes_per_second = (guint64)s->rate * frame;
    size -= size % frame;
    while (size > 0) {
        gsize n = MIN(size, block_max);
        if (s->bytes_ahead * 1000000 / bytes_per_second > AHEAD_MAX_US ||
            s->serial - s->played >= G_N_ELEMENTS(s->sizes))
            break;
        send_block(s, data, n);
        data += n;
        size -= n;
    }
    guint64 ahead_us = s->bytes_ahead * 1000000 / bytes_per_second;
    return (UINT)(MIN(s->latency_us + ahead_us, 10000000) / 1000);
}

static UINT32
on_get_volume(rdpsndDevicePlugin *device)
{
    return 0xffffffff;
}

static BOOL
on_set_volume(rdpsndDevicePlugin *device, UINT32 value)
{
    return TRUE; // the guest's mixer has done it; the host's is the user's
}

static void
on_free(rdpsndDevicePlugin *device)
{
    on_close(device);
    g_free(device);
}

static UINT VCAPITYPE
device_entry(PFREERDP_RDPSND_DEVICE_ENTRY_POINTS entry)
{
    Device *d = g_new0(Device, 1);

    d->base.FormatSupported = on_format_supported;
    d->base.Open = on_open;
    d->base.PlayEx = on_play;
    d->base.Close = on_close;
    d->base.Free = on_free;
    d->base.GetVolume = on_get_volume;
    d->base.SetVolume = on_set_volume;
    entry->pRegisterRdpsndDevice(entry->rdpsnd, &d->base);
    return CHANNEL_RC_OK;
}

PVIRTUALCHANNELENTRY
bridge_sound_device_entry(void)
{
    PFREERDP_RDPSND_DEVICE_ENTRY entry = device_entry;
    PVIRTUALCHANNELENTRY as_entry;

    memcpy(&as_entry, &entry, sizeof as_entry);
    return as_entry;
}

void
bridge_sound_played(BridgeSound *s, guint32 serial, guint32 latency_us)
{
    guint32 newly = serial - s->played;

    if (newly == 0 || newly > s->serial - s->played)
        return; // of a block that never was, or again
    for (guint32 i = 1; i <= newly; i++)
        s->bytes_ahead -= MIN(s->bytes_ahead, s->sizes[(s->played + i) % G_N_ELEMENTS(s->sizes)]);
    s->played = serial;
    s->latency_us = latency_us;
}

void
bridge_sound_view_attached(BridgeSound *s)
{
    forget_blocks(s);
    if (s->open)
        say_open(s);
}

void
bridge_sound_set_near(BridgeSound *s, gboolean near)
{
    if (s->near == near)
        return;
    s->near = near;
    if (s->open)
        say_open(s);
}
