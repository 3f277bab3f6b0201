// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/settings.h"

#include <X11/Xatom.h>
#include <string.h>

#define RESOURCE_BYTES_MAX (256 * 1024)

struct RaSettings {
    RaConn *conn;
    int percent;
    guint32 serial;
    bool manager; // we own _XSETTINGS_S0
};

RaSettings *
ra_settings_new(RaConn *conn)
{
    RaSettings *settings = g_new0(RaSettings, 1);
    settings->conn = conn;
    settings->percent = 100;
    return settings;
}

void
ra_settings_free(RaSettings *settings)
{
    g_free(settings);
}

// Other resources of the database stay.
static void
set_xft_dpi(RaConn *conn, int dpi)
{
    g_auto(RaProp) prop =
        ra_prop_read(conn, conn->root, XA_RESOURCE_MANAGER, RESOURCE_BYTES_MAX / 4);
    g_autofree char *old = prop.format == 8 ? g_strndup(prop.data, prop.count) : g_strdup("");
    g_auto(GStrv) lines = g_strsplit(old, "\n", -1);
    g_autoptr(GString) text = g_string_new(NULL);
    for (char **line = lines; *line; line++) {
        if (**line && !g_str_has_prefix(*line, "Xft.dpi:"))
            g_string_append_printf(text, "%s\n", *line);
    }
    g_string_append_printf(text, "Xft.dpi:\t%d\n", dpi);
    XChangeProperty(conn->dpy, conn->root, XA_RESOURCE_MANAGER, XA_STRING, 8, PropModeReplace,
                    (const guint8 *)text->str, (int)text->len);
}

static void
append32(GByteArray *bytes, guint32 value)
{
    g_byte_array_append(bytes, (const guint8 *)&value, sizeof value);
}

// One integer of the XSETTINGS protocol, version 0.5.
static void
append_integer(GByteArray *bytes, const char *name, guint32 serial, gint32 value)
{
    static const guint8 zero[4];
    guint16 length = (guint16)strlen(name);
    g_byte_array_append(bytes, zero, 2); // type integer, unused
    g_byte_array_append(bytes, (const guint8 *)&length, sizeof length);
    g_byte_array_append(bytes, (const guint8 *)name, length);
    g_byte_array_append(bytes, zero, (4 - length % 4) % 4);
    append32(bytes, serial);
    append32(bytes, (guint32)value);
}

static void
set_xsettings(RaSettings *settings, int dpi)
{
    RaConn *conn = settings->conn;
    int factor = MAX(1, settings->percent / 100);
    guint32 serial = ++settings->serial;
    guint8 order[4] = {G_BYTE_ORDER == G_BIG_ENDIAN ? MSBFirst : LSBFirst};
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_append(bytes, order, sizeof order);
    append32(bytes, serial);
    append32(bytes, 3);
    append_integer(bytes, "Gdk/UnscaledDPI", serial, dpi * 1024 / factor);
    append_integer(bytes, "Gdk/WindowScalingFactor", serial, factor);
    append_integer(bytes, "Xft/DPI", serial, dpi * 1024);
    XChangeProperty(conn->dpy, conn->own, ATOM(conn, _XSETTINGS_SETTINGS),
                    ATOM(conn, _XSETTINGS_SETTINGS), 8, PropModeReplace, bytes->data,
                    (int)bytes->len);
    if (!settings->manager)
        ra_conn_own(conn, ATOM(conn, _XSETTINGS_S0));
    settings->manager = true;
}

void
ra_settings_set_scale(RaSettings *settings, int percent)
{
    percent = CLAMP(percent, 50, 500);
    if (percent == settings->percent)
        return;
    settings->percent = percent;
    int dpi = 96 * percent / 100;
    set_xft_dpi(settings->conn, dpi);
    set_xsettings(settings, dpi);
}
