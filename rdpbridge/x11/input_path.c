// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/input_path.h"

#include "channel/glib/packet.h"
#include "channel/input_path.h"
#include "rdpbridge/x11/session.h"

#include <errno.h>
#include <linux/input-event-codes.h>
#include <sys/socket.h>
#include <unistd.h>

struct HostInputPath {
    View *view;
    int fd;           // -1: none
    bool open;        // the guest has its end
    bool asked;       // whether all is done
    bool more, input; // were said since, and input among that
    bool settled;     // it is, and nothing was said since
    uint32_t serial;  // of the last question
};

HostInputPath *
host_input_path_new(View *view)
{
    HostInputPath *p = g_new0(HostInputPath, 1);

    p->view = view;
    p->fd = -1;
    return p;
}

static void
hang_up(HostInputPath *p)
{
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
    p->open = p->asked = p->more = p->input = p->settled = false;
}

void
host_input_path_free(HostInputPath *p)
{
    if (!p)
        return;
    hang_up(p);
    g_free(p);
}

void
host_input_path_has_session(HostInputPath *p)
{
    const ViewPlain m = {VIEW_MSG_INPUT, sizeof m};
    int fds[2];

    hang_up(p);
    if (!chan_packet_pair(fds, NULL))
        return;
    (void)shutdown(fds[0], SHUT_RD); // nothing that the guest says gets here
    p->fd = fds[0];
    host_session_send_fd(p->view, &m, sizeof m, fds[1]);
    close(fds[1]);
}

// Where input goes, what it means or what it acts upon may depend on all but these.
static bool
may_be_passed(ViewMsgType type)
{
    switch (type) {
    case VIEW_MSG_SHOWN:
    case VIEW_MSG_SOUND_PLAYED:
    case VIEW_MSG_RECORDED:
    case VIEW_MSG_PACE:
    case VIEW_MSG_PING:
    case VIEW_MSG_KEEPER:
    case VIEW_MSG_CONTROL:
    case VIEW_MSG_INPUT:
    case VIEW_MSG_SETTLE:
        return true;
    default:
        return false;
    }
}

void
host_input_path_said(HostInputPath *p, ViewMsgType type)
{
    if (may_be_passed(type))
        return;
    p->settled = false;
    p->more = true;
}

// Only because of input, so that nobody asks while windows are moved.
static void
ask(HostInputPath *p)
{
    ViewSettle m = {.serial = p->serial + 1};

    p->input = true;
    if (!p->open || p->asked)
        return;
    VIEW_INIT(&m, VIEW_MSG_SETTLE);
    p->serial = m.serial = MAX(m.serial, 1);
    p->asked = true;
    p->more = p->input = false;
    host_session_send(p->view, &m, sizeof m);
}

void
host_input_path_settled(HostInputPath *p, uint32_t untrusted_serial)
{
    if (untrusted_serial == 0)
        p->open = p->fd >= 0;
    if (!p->asked || untrusted_serial != p->serial)
        return;
    p->asked = false;
    p->settled = !p->more;
    if (p->input)
        ask(p);
}

// FALSE: by the session, after which no more may go this way before that is done.
static bool
write_now(HostInputPath *p, const ChanInput *input)
{
    ssize_t n;

    do
        n = send(p->fd, input, sizeof *input, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n >= 0)
        return true;
    if (errno != EAGAIN && errno != ENOBUFS) {
        hang_up(p);
        return false;
    }
    return input->type == CHAN_INPUT_MOVE; // where it is comes with the next
}

void
host_input_path_key(HostInputPath *p, const ViewKey *key)
{
    const ChanInput input = {.type = CHAN_INPUT_KEY, .code = key->evdev, .down = key->down};

    // Pause is a key for the session that is pressed and let go in one.
    if (p->settled && key->evdev <= CHAN_WINDOW_KEY_CODE_LAST && key->evdev != KEY_PAUSE &&
        write_now(p, &input))
        return;
    host_session_send(p->view, key, sizeof *key);
    ask(p);
}

static bool
packet_of(const ViewPointer *m, ChanInput *input)
{
    const int most = CHAN_INPUT_WHEEL_MAX;

    input->x = CLAMP(m->root_x, 0, VIEW_COORD_MAX);
    input->y = CLAMP(m->root_y, 0, VIEW_COORD_MAX);
    switch ((ViewPointerKind)m->kind) {
    case VIEW_POINTER_MOVE:
        input->type = CHAN_INPUT_MOVE;
        return true;
    case VIEW_POINTER_DOWN:
    case VIEW_POINTER_UP:
        input->type = CHAN_INPUT_BUTTON;
        input->code = m->button;
        input->down = m->kind == VIEW_POINTER_DOWN;
        return true;
    case VIEW_POINTER_WHEEL:
        input->type = CHAN_INPUT_WHEEL;
        input->x = CLAMP(m->wheel_x, -most, most);
        input->y = CLAMP(m->wheel_y, -most, most);
        return true;
    default:
        return false;
    }
}

void
host_input_path_pointer(HostInputPath *p, const ViewPointer *pointer)
{
    ChanInput input = {0};

    bool has_packet = packet_of(pointer, &input);
    if (p->settled && has_packet && write_now(p, &input))
        return;
    host_session_send(p->view, pointer, sizeof *pointer);
    if (has_packet) // a pointer that is held is moved by the session alone, and often
        ask(p);
}
