// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/desktop.h"

#include <stdbool.h>
#include <string.h>

const char *
broker_desktop_display(const char *const *environment)
{
    const char *display = g_environ_getenv((char **)environment, "DISPLAY");

    return display && *display ? display : NULL;
}

// [PROTOCOL/][HOST]:NUMBER[.SCREEN], X(7), as HOST:NUMBER.SCREEN, without a host for the local
// socket. "localhost" is a host: what ssh forwards listens on a port of its own.
static char *
normal_form(const char *display)
{
    const char *colon = strrchr(display, ':');
    guint64 screen = 0;
    char *end;

    if (!colon || !g_ascii_isdigit(colon[1]))
        return g_strdup(display);
    guint64 number = g_ascii_strtoull(colon + 1, &end, 10);
    if (*end == '.' && g_ascii_isdigit(end[1]))
        screen = g_ascii_strtoull(end + 1, &end, 10);
    if (*end)
        return g_strdup(display);
    g_autofree char *place = g_strndup(display, (gsize)(colon - display));
    bool local = g_str_equal(place, "unix") || g_str_has_prefix(place, "unix/");
    const char *host = local                             ? ""
                       : g_str_has_prefix(place, "tcp/") ? place + strlen("tcp/")
                                                         : place;
    return g_strdup_printf("%s:%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT, host, number, screen);
}

gboolean
broker_desktop_same_display(const char *a, const char *b)
{
    g_autofree char *first = normal_form(a), *second = normal_form(b);

    return g_str_equal(first, second);
}

void
broker_desktop_keep(const BrokerHost *host, const char *guest, char **environment)
{
    g_autofree char *dir = broker_host_guest_run(host, guest, NULL);
    g_autofree char *path = g_build_filename(dir, "desktop", NULL);
    g_autofree char *text = environment ? g_strjoinv("\n", environment) : NULL;

    // One that cannot be kept costs the next broker's view, and nobody else.
    if (text && broker_private_dir(dir, NULL))
        g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
}

char **
broker_desktop_recall(const BrokerHost *host, const char *guest)
{
    g_autofree char *path = broker_host_guest_run(host, guest, "desktop");
    g_autofree char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) ? g_strsplit(text, "\n", -1) : NULL;
}
