// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/xfiles.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/random.h>

// X server and clients read big-endian counted strings; family 65535 fits every display.
gboolean
sup_xauthority_write(const SupPlaces *places, GError **error)
{
    static const char head[] = "\xff\xff\0\0\0\0\0\x12MIT-MAGIC-COOKIE-1\0\x10";
    char entry[sizeof head - 1 + 16];

    memcpy(entry, head, sizeof head - 1);
    if (getrandom(entry + sizeof head - 1, 16, 0) != 16) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "getrandom: %s", g_strerror(errno));
        return FALSE;
    }
    return g_file_set_contents_full(places->xauthority, entry, sizeof entry,
                                    G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

// VideoRam bounds the first size only; RandR goes up to 32,767² later. The first size is small, so
// that its memory is.
static const char head[] = "Section \"ServerFlags\"\n"
                           "    Option \"AutoAddDevices\" \"false\"\n"
                           "    Option \"AutoEnableDevices\" \"false\"\n"
                           "    Option \"AutoAddGPU\" \"false\"\n"
                           "    Option \"DontVTSwitch\" \"true\"\n"
                           "    Option \"DontZap\" \"true\"\n"
                           "    Option \"BlankTime\" \"0\"\n"
                           "    Option \"StandbyTime\" \"0\"\n"
                           "    Option \"SuspendTime\" \"0\"\n"
                           "    Option \"OffTime\" \"0\"\n"
                           "EndSection\n"
                           "Section \"Device\"\n"
                           "    Identifier \"dummy\"\n"
                           "    Driver \"dummy\"\n"
                           "    VideoRam 1048576\n"
                           "EndSection\n"
                           "Section \"Monitor\"\n"
                           "    Identifier \"monitor\"\n"
                           "    HorizSync 1-100000\n"
                           "    VertRefresh 1-100000\n"
                           "    Option \"ReducedBlanking\" \"true\"\n"
                           "EndSection\n"
                           "Section \"Screen\"\n"
                           "    Identifier \"screen\"\n"
                           "    Device \"dummy\"\n"
                           "    Monitor \"monitor\"\n"
                           "    DefaultDepth 24\n"
                           "    SubSection \"Display\"\n"
                           "        Depth 24\n"
                           "        Modes \"1920x1080\"\n"
                           "        Virtual 1920 1080\n"
                           "    EndSubSection\n"
                           "EndSection\n";

static const char layout[] = "Section \"ServerLayout\"\n"
                             "    Identifier \"guest\"\n"
                             "    Screen \"screen\"\n"
                             "    InputDevice \"keyboard\" \"CoreKeyboard\"\n"
                             "    InputDevice \"pointer\" \"CorePointer\"\n"
                             "    InputDevice \"touch\"\n"
                             "EndSection\n";

static void
append_device(GString *conf, const SupPlaces *places, const char *name, const char *type)
{
    g_string_append_printf(conf,
                           "Section \"InputDevice\"\n"
                           "    Identifier \"%s\"\n"
                           "    Driver \"inputtest\"\n"
                           "    Option \"DeviceType\" \"%s\"\n"
                           "    Option \"SocketPath\" \"%s/%s\"\n"
                           "EndSection\n",
                           name, type, places->input, name);
}

gboolean
sup_xorg_conf_write(const SupPlaces *places, GError **error)
{
    g_autoptr(GString) conf = g_string_new(head);

    if (strpbrk(places->input, "\"\n\\")) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
                    "the path %s cannot be written into an xorg.conf", places->input);
        return FALSE;
    }
    append_device(conf, places, "keyboard", "Keyboard");
    append_device(conf, places, "pointer", "PointerAbsolute");
    append_device(conf, places, "touch", "Touch");
    g_string_append(conf, layout);
    return g_file_set_contents(places->xorg_conf, conf->str, (gssize)conf->len, error);
}
