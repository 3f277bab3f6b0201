// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/settings.h"

#include <X11/Xatom.h>
#include <string.h>

#define RESOURCE_BYTES_MAX (256 * 1024)

struct RaSettings {
    RaConn *conn;
    int percent;
    RaScale now;
    guint32 serial;
    // Not the window manager's own: of that GDK asks for fewer events, and would not hear of
    // changes.
    Window window;
    bool manager; // it owns _XSETTINGS_S0
};

RaSettings *
ra_settings_new(RaConn *conn)
{
    RaSettings *settings = g_new0(RaSettings, 1);
    settings->conn = conn;
    settings->percent = 100;
    settings->window = XCreateSimpleWindow(conn->dpy, conn->root, -10, -10, 1, 1, 0, 0, 0);
    return settings;
}

void
ra_settings_free(RaSettings *settings)
{
    XDestroyWindow(settings->conn->dpy, settings->window);
    g_free(settings);
}

// Other resources of the database stay. dpi is in 1/1024; 0: the resource goes.
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
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(number, sizeof number, "%.5g", dpi / 1024.0);
    if (dpi > 0)
        g_string_append_printf(text, "Xft.dpi:\t%s\n", number);
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
publish(RaSettings *settings, const RaScale *scale)
{
    RaConn *conn = settings->conn;
    int factor = MAX(scale->window_scale, 1);
    guint32 serial = ++settings->serial;
    guint8 order[4] = {G_BYTE_ORDER == G_BIG_ENDIAN ? MSBFirst : LSBFirst};
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_append(bytes, order, sizeof order);
    append32(bytes, serial);
    append32(bytes, (scale->settings_dpi ? 2 : 0) + (scale->window_scale ? 1 : 0));
    if (scale->settings_dpi)
        append_integer(bytes, "Gdk/UnscaledDPI", serial, scale->settings_dpi / factor);
    if (scale->window_scale)
        append_integer(bytes, "Gdk/WindowScalingFactor", serial, scale->window_scale);
    if (scale->settings_dpi)
        append_integer(bytes, "Xft/DPI", serial, scale->settings_dpi);
    XChangeProperty(conn->dpy, settings->window, ATOM(conn, _XSETTINGS_SETTINGS),
                    ATOM(conn, _XSETTINGS_SETTINGS), 8, PropModeReplace, bytes->data,
                    (int)bytes->len);
    if (!settings->manager)
        ra_conn_own(conn, settings->window, ATOM(conn, _XSETTINGS_S0));
    settings->manager = true;
}

// Without a manager toolkits believe the resources, and where the host has none that is meant.
static void
set_xsettings(RaSettings *settings, const RaScale *scale)
{
    RaConn *conn = settings->conn;
    if (scale->settings_dpi || scale->window_scale) {
        publish(settings, scale);
    } else if (settings->manager) {
        publish(settings, scale); // nothing: who has read us forgets it
        settings->manager = false;
        XSetSelectionOwner(conn->dpy, ATOM(conn, _XSETTINGS_S0), None, CurrentTime);
    }
}

static int
percent_of(const RaScale *scale)
{
    int dpi = scale->settings_dpi   ? scale->settings_dpi
              : scale->resource_dpi ? scale->resource_dpi
                                    : 96 * 1024;
    dpi = MAX(dpi, 96 * 1024 * scale->window_scale);
    return CLAMP((int)(dpi / (96.0 * 1024) * 100 + 0.5), 100, 500);
}

void
ra_settings_set_exactly(RaSettings *settings, const RaScale *scale)
{
    settings->percent = percent_of(scale);
    if (memcmp(&settings->now, scale, sizeof *scale) == 0)
        return;
    settings->now = *scale;
    set_xft_dpi(settings->conn, scale->resource_dpi);
    set_xsettings(settings, scale);
}

void
ra_settings_set_scale(RaSettings *settings, int percent)
{
    percent = CLAMP(percent, 50, 500);
    if (percent == settings->percent)
        return;
    int dpi = 96 * percent * 1024 / 100;
    RaScale scale = {dpi, dpi, MAX(1, percent / 100)};
    ra_settings_set_exactly(settings, &scale);
    settings->percent = percent;
}
