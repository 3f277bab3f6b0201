// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/remoteapp_ear.h"

#include <freerdp/addin.h>
#include <freerdp/channels/rdpsnd.h>
#include <freerdp/client/channels.h>
#include <freerdp/client/cmdline.h>
#include <freerdp/client/rdpsnd.h>
#include <string.h>

static GByteArray *heard;

static BOOL
on_format(rdpsndDevicePlugin *device, const AUDIO_FORMAT *format)
{
    return format->wFormatTag == WAVE_FORMAT_PCM && format->nSamplesPerSec == 48000 &&
           format->nChannels == 2 && format->wBitsPerSample == 16;
}

static BOOL
on_open(rdpsndDevicePlugin *device, const AUDIO_FORMAT *format, UINT32 latency)
{
    return on_format(device, format);
}

static UINT
on_play(rdpsndDevicePlugin *device, const AUDIO_FORMAT *format, const BYTE *data, size_t size)
{
    g_byte_array_append(heard, data, (guint)size);
    return 0;
}

static void
on_close(rdpsndDevicePlugin *device)
{
}

static void
on_free(rdpsndDevicePlugin *device)
{
    g_free(device);
}

static UINT VCAPITYPE
device_entry(PFREERDP_RDPSND_DEVICE_ENTRY_POINTS entry)
{
    rdpsndDevicePlugin *device = g_new0(rdpsndDevicePlugin, 1);
    device->FormatSupported = on_format;
    device->Open = on_open;
    device->PlayEx = on_play;
    device->Close = on_close;
    device->Free = on_free;
    entry->pRegisterRdpsndDevice(entry->rdpsnd, device);
    return CHANNEL_RC_OK;
}

static PVIRTUALCHANNELENTRY
find_addin(LPCSTR name, LPCSTR subsystem, LPCSTR type, DWORD flags)
{
    PFREERDP_RDPSND_DEVICE_ENTRY entry = device_entry;
    PVIRTUALCHANNELENTRY as_entry;
    if (strcmp(name, RDPSND_CHANNEL_NAME) == 0 && subsystem != NULL &&
        strcmp(subsystem, "ear") == 0) {
        memcpy(&as_entry, &entry, sizeof as_entry);
        return as_entry;
    }
    return freerdp_channels_load_static_addin_entry(name, subsystem, type, flags);
}

void
test_ear_install(rdpSettings *settings)
{
    // With a latency of 0 the library leaves out blocks of a burst.
    static const char *const arguments[] = {RDPSND_CHANNEL_NAME, "sys:ear", "latency:2000"};
    if (heard == NULL)
        heard = g_byte_array_new();
    g_byte_array_set_size(heard, 0);
    freerdp_register_addin_provider(find_addin, 0);
    freerdp_settings_set_bool(settings, FreeRDP_AudioPlayback, TRUE);
    g_assert_true(freerdp_client_add_static_channel(settings, 3, arguments));
}

const GByteArray *
test_ear_heard(void)
{
    return heard;
}
