// SPDX-License-Identifier: Apache-2.0
// casement-holder: the X client, and the process, that the windows of one of the guest's programs
// belong to. It makes them, passes on what is sent to who made them, and does nothing else with
// them: casement-view paints and manages them all. Who ends it, by XKillClient or by a signal, ends
// those windows and no others.

#include "rdpbridge/x11/holder_wire.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xcb/xcb.h>

enum { FD_VIEW = 3 };

enum { TURN_MAX = 32 }; // events, so that who floods its windows keeps nobody from being served

// Of those that are ours, beginning anywhere: what another process had in our place a moment ago is
// still in window managers' queues of events (openbox misses windows that come as one that went).
static xcb_window_t
next_id(xcb_connection_t *x)
{
    static uint32_t last;
    const xcb_setup_t *setup = xcb_get_setup(x);

    if (last == 0 && getrandom(&last, sizeof last, 0) != sizeof last)
        last = (uint32_t)getpid();
    last = (last + 1) & setup->resource_id_mask;
    return setup->resource_id_base | last;
}

static uint32_t
make(xcb_connection_t *x, const HolderRequest *r)
{
    xcb_window_t window = next_id(x);
    // In the order of their bits.
    const uint32_t values[] = {XCB_BACK_PIXMAP_NONE, 0, XCB_GRAVITY_NORTH_WEST,
                               r->override_redirect, r->colormap};
    xcb_void_cookie_t cookie =
        xcb_create_window_checked(x, (uint8_t)r->depth, window, r->root, r->x, r->y, r->width,
                                  r->height, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT, r->visual,
                                  XCB_CW_BACK_PIXMAP | XCB_CW_BORDER_PIXEL | XCB_CW_BIT_GRAVITY |
                                      XCB_CW_OVERRIDE_REDIRECT | XCB_CW_COLORMAP,
                                  values);
    // The server has it before the view uses it.
    xcb_generic_error_t *failure = xcb_request_check(x, cookie);
    uint32_t made = failure || xcb_connection_has_error(x) ? 0 : window;

    free(failure);
    return made;
}

static int
say(const HolderSaid *said)
{
    return send(FD_VIEW, said, sizeof *said, MSG_NOSIGNAL) == (ssize_t)sizeof *said;
}

// False: the view is gone, or needs this process no more.
static int
serve(xcb_connection_t *x)
{
    HolderRequest request;
    ssize_t n = recv(FD_VIEW, &request, sizeof request, 0);

    if (n < 0 && errno == EINTR)
        return 1;
    if (n != (ssize_t)sizeof request)
        return 0;
    return say(&(HolderSaid){.kind = HOLDER_MADE, .window = make(x, &request)});
}

static int
pass_on(const xcb_client_message_event_t *e)
{
    HolderSaid said = {.kind = HOLDER_MESSAGE, .window = e->window, .type = e->type};

    if (e->format != 32)
        return 1;
    memcpy(said.data, e->data.data32, sizeof said.data);
    return say(&said);
}

typedef enum { PASSED_ALL, PASSED_SOME, VIEW_GONE } Passed;

static Passed
pass_some_on(xcb_connection_t *x)
{
    xcb_generic_event_t *event;

    for (int i = 0; i < TURN_MAX; i++) {
        int goes_on = 1;
        if (!(event = xcb_poll_for_event(x)))
            return PASSED_ALL;
        if ((event->response_type & 0x7f) == XCB_CLIENT_MESSAGE)
            goes_on = pass_on((const xcb_client_message_event_t *)event);
        free(event);
        if (!goes_on)
            return VIEW_GONE;
    }
    return PASSED_SOME;
}

int
main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); // the X server's end says how this one is to end
    xcb_connection_t *x = xcb_connect(NULL, NULL);

    if (argc != 1) {
        fprintf(stderr, "usage: %s, with casement-view's socket as descriptor %d\n", argv[0],
                FD_VIEW);
        return HOLDER_EXIT_USAGE;
    }
    struct pollfd fds[] = {{FD_VIEW, POLLIN, 0}, {xcb_get_file_descriptor(x), POLLIN, 0}};
    Passed passed = PASSED_ALL;
    while (!xcb_connection_has_error(x)) {
        if (poll(fds, 2, passed == PASSED_SOME ? 0 : -1) < 0)
            continue;
        if (fds[0].revents && !serve(x))
            return HOLDER_EXIT_RELEASED;
        passed = pass_some_on(x);
        if (passed == VIEW_GONE)
            return HOLDER_EXIT_RELEASED;
    }
    return HOLDER_EXIT_KILLED;
}
