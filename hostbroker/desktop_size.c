// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/desktop_size.h"

#include "channel/glib/timer.h"

#define GROUP "Desktop"
#define REST_MS 1000 // a window that is being resized or maximised is in its size after this
#define SIDE_MAX 16384

typedef struct {
    guint32 width, height; // 0: none
} Size;

struct BrokerDesktopSize {
    const BrokerHost *host;
    char *path;
    Size kept;       // as the file has it
    Size first, now; // of the window that is there
    gboolean plain;  // now is of a window that is neither maximised nor minimised
    GSource *rest;
};

static gboolean
is_valid(Size s)
{
    return s.width >= 1 && s.width <= SIDE_MAX && s.height >= 1 && s.height <= SIDE_MAX;
}

static gboolean
same(Size a, Size b)
{
    return a.width == b.width && a.height == b.height;
}

static Size
read_size(const char *path)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    Size size = {0};

    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
        return size;
    size.width = (guint32)g_key_file_get_integer(file, GROUP, "width", NULL);
    size.height = (guint32)g_key_file_get_integer(file, GROUP, "height", NULL);
    return is_valid(size) ? size : (Size){0};
}

static void
write_size(const char *path, Size size)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_path_get_dirname(path);

    g_key_file_set_integer(file, GROUP, "width", (gint)size.width);
    g_key_file_set_integer(file, GROUP, "height", (gint)size.height);
    g_autofree char *text = g_key_file_to_data(file, NULL, NULL);
    if (!broker_private_dir(folder, &error) ||
        !g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
        g_message("%s", error->message);
}

static void
keep(BrokerDesktopSize *d)
{
    chan_timer_clear(&d->rest);
    if (!d->plain || same(d->now, d->first) || same(d->now, d->kept))
        return;
    d->kept = d->now;
    write_size(d->path, d->kept);
}

static gboolean
on_rest(gpointer user)
{
    keep(user);
    return G_SOURCE_REMOVE;
}

BrokerDesktopSize *
broker_desktop_size_new(const BrokerHost *host, const char *guest)
{
    BrokerDesktopSize *d = g_new0(BrokerDesktopSize, 1);

    d->host = host;
    d->path = broker_host_guest_state(host, guest, "desktop");
    d->kept = read_size(d->path);
    return d;
}

void
broker_desktop_size_free(BrokerDesktopSize *d)
{
    if (!d)
        return;
    broker_desktop_size_gone(d);
    g_free(d->path);
    g_free(d);
}

void
broker_desktop_size_get(const BrokerDesktopSize *d, guint32 *width, guint32 *height)
{
    *width = d->kept.width;
    *height = d->kept.height;
}

void
broker_desktop_size_window(BrokerDesktopSize *d, const CtlWindow *untrusted_window)
{
    Size size = {untrusted_window->width, untrusted_window->height};
    gboolean plain = !untrusted_window->minimized && !untrusted_window->maximized;

    if (!is_valid(size) || (plain == d->plain && same(size, d->now)))
        return;
    d->now = size;
    d->plain = plain;
    if (d->first.width == 0)
        d->first = size;
    chan_timer_clear(&d->rest);
    d->rest = chan_timer_new(d->host->context, REST_MS, on_rest, d);
}

void
broker_desktop_size_gone(BrokerDesktopSize *d)
{
    if (d->rest)
        keep(d);
    d->first = d->now = (Size){0};
}
