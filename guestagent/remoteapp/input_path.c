// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/input_path.h"

#include "channel/glib/steady.h"
#include "channel/glib/timer.h"
#include "channel/input_path.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

#define TURN_MAX 64 // packets

struct RaInputPath {
    RaDesktop *desktop;
    int fd;
    GSource *source; // NULL: nothing more comes
};

static void
obey(RaDesktop *desktop, const ChanInput *input)
{
    switch ((ChanInputType)input->type) {
    case CHAN_INPUT_KEY:
        ra_desktop_key(desktop, input->code, input->down != 0);
        break;
    case CHAN_INPUT_MOVE:
        ra_desktop_pointer_move(desktop, input->x, input->y);
        break;
    case CHAN_INPUT_BUTTON:
        ra_desktop_pointer_aim(desktop, input->x, input->y);
        ra_desktop_button(desktop, input->code, input->down != 0);
        break;
    case CHAN_INPUT_WHEEL:
        ra_desktop_wheel(desktop, input->x, input->y);
        break;
    }
}

// The client is gone, or broke the protocol: nobody else lets go of what it holds.
static void
end(RaInputPath *path)
{
    chan_timer_clear(&path->source);
    close(path->fd);
    ra_desktop_release_all(path->desktop);
}

// FALSE: nothing more is there now.
static bool
take_one(RaInputPath *path)
{
    ChanInput untrusted, input;
    ssize_t n;

    do
        n = recv(path->fd, &untrusted, sizeof untrusted, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN)
        return false;
    if (n <= 0 || !chan_input_check(CHAN_SPAN(&untrusted, n), &input)) {
        end(path);
        return false;
    }
    obey(path->desktop, &input);
    return true;
}

void
ra_input_path_catch_up(RaInputPath *path)
{
    while (path != NULL && path->source != NULL && take_one(path))
        ;
}

static gboolean
on_readable(int fd, GIOCondition condition, gpointer user)
{
    RaInputPath *path = user;
    for (int i = 0; i < TURN_MAX && path->source != NULL; i++)
        if (!take_one(path))
            break;
    return path->source != NULL ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

RaInputPath *
ra_input_path_new(GMainContext *context, int take_fd, RaDesktop *desktop)
{
    RaInputPath *path = g_new0(RaInputPath, 1);
    path->desktop = desktop;
    path->fd = take_fd;
    path->source = g_unix_fd_source_new(take_fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
    g_source_set_callback(path->source, G_SOURCE_FUNC(on_readable), path, NULL);
    g_source_set_priority(path->source, G_PRIORITY_HIGH);
    chan_source_keep_polled(path->source);
    g_source_attach(path->source, context);
    return path;
}

void
ra_input_path_free(RaInputPath *path)
{
    if (path == NULL)
        return;
    if (path->source != NULL)
        end(path);
    g_free(path);
}
