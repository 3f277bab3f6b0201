// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/picky_view.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BUFFERS_MAX (4 * VIEW_WINDOWS_MAX) // as the view's

typedef struct {
    uint32_t id, kind, serial, answered;
} Known;

struct PickyView {
    Known windows[VIEW_WINDOWS_MAX];
    unsigned n_windows;
    ViewBuffer buffers[BUFFERS_MAX];
    unsigned n_buffers;
    uint64_t bytes;
};

#define REQUIRE(condition, what)                                                                   \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "the view would refuse: %s (%s)\n", what, #condition);           \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

PickyView *
picky_view_new(void)
{
    PickyView *v = calloc(1, sizeof *v);

    REQUIRE(v != NULL, "memory");
    return v;
}

void
picky_view_free(PickyView *v)
{
    free(v);
}

static Known *
find_window(PickyView *v, uint32_t id)
{
    for (unsigned i = 0; i < v->n_windows; i++)
        if (v->windows[i].id == id)
            return &v->windows[i];
    return NULL;
}

static ViewBuffer *
find_buffer(PickyView *v, uint32_t id)
{
    for (unsigned i = 0; i < v->n_buffers; i++)
        if (v->buffers[i].id == id)
            return &v->buffers[i];
    return NULL;
}

static void
check_memory(int fd, size_t need)
{
    struct stat st;
    int seals = fcntl(fd, F_GET_SEALS);

    REQUIRE(seals >= 0 && fstat(fd, &st) == 0, "pixels that are in no memfd");
    REQUIRE((seals & F_SEAL_SHRINK) != 0, "memory that could shrink");
    REQUIRE((uint64_t)st.st_size >= need, "memory that is smaller than named");
}

static void
take_window(PickyView *v, const ViewWindow *m)
{
    Known *w = find_window(v, m->id);

    if (!w) {
        REQUIRE(v->n_windows < VIEW_WINDOWS_MAX, "too many windows");
        w = &v->windows[v->n_windows++];
        *w = (Known){.id = m->id, .kind = m->kind};
    }
    REQUIRE(w->kind == m->kind, "a kind that changes");
    REQUIRE(m->owner_id == 0 || find_window(v, m->owner_id), "an owner it was not told of");
}

static void
take_buffer(PickyView *v, const ViewBuffer *m, int fd)
{
    uint64_t bytes = (uint64_t)m->stride * m->height;

    REQUIRE(find_window(v, m->window_id), "a buffer of no window");
    REQUIRE(!find_buffer(v, m->id), "a buffer's id twice");
    REQUIRE(v->n_buffers < BUFFERS_MAX, "too many buffers");
    REQUIRE(v->bytes + bytes <= VIEW_PIXELS_BYTES_MAX, "too many pixels");
    check_memory(fd, bytes);
    v->bytes += bytes;
    v->buffers[v->n_buffers++] = *m;
}

static void
take_buffer_gone(PickyView *v, const ViewId *m)
{
    ViewBuffer *b = find_buffer(v, m->id);

    if (!b) // it was another view's
        return;
    v->bytes -= (uint64_t)b->stride * b->height;
    *b = v->buffers[--v->n_buffers];
}

static void
take_commit(PickyView *v, const ViewCommit *m)
{
    Known *w = find_window(v, m->id);
    const ViewBuffer *b = m->buffer_id ? find_buffer(v, m->buffer_id) : NULL;

    REQUIRE(w != NULL, "a commit of no window");
    REQUIRE(m->serial == w->serial + 1, "a serial out of turn");
    w->serial = m->serial;
    if (m->buffer_id == 0)
        return;
    REQUIRE(b && b->window_id == m->id, "pixels that were not handed over");
    for (uint32_t i = 0; i < m->n_damage; i++) {
        ViewRect r;
        memcpy(&r, (const uint8_t *)(m + 1) + i * sizeof r, sizeof r);
        REQUIRE((uint64_t)(uint32_t)r.x + r.width <= b->width, "damage beside the buffer");
        REQUIRE((uint64_t)(uint32_t)r.y + r.height <= b->height, "damage below the buffer");
    }
}

static void
take_gone(PickyView *v, const ViewId *m)
{
    Known *w = find_window(v, m->id);

    REQUIRE(w != NULL, "the end of no window");
    *w = v->windows[--v->n_windows];
}

static void
take_stack(PickyView *v, const ViewStack *m)
{
    for (uint32_t i = 0; i < m->count; i++) {
        uint32_t id;
        memcpy(&id, (const uint8_t *)(m + 1) + i * sizeof id, sizeof id);
        REQUIRE(find_window(v, id), "a stack with no window in it");
    }
}

void
picky_view_take(PickyView *v, ChanSpan packet, int fd)
{
    const void *m = packet.data;

    REQUIRE(view_check(packet), "a packet that is no message");
    REQUIRE(view_fds(packet) == (fd >= 0 ? 1u : 0u), "another number of descriptors");
    switch (view_type(packet)) {
    case VIEW_MSG_WINDOW:
        take_window(v, m);
        break;
    case VIEW_MSG_TITLE:
        REQUIRE(find_window(v, ((const ViewTitle *)m)->id), "a title of no window");
        break;
    case VIEW_MSG_NAMES:
    case VIEW_MSG_MONITORS:
    case VIEW_MSG_GROUP:
    case VIEW_MSG_WORKSPACE:
        REQUIRE(find_window(v, ((const ViewId *)m)->id),
                "a name, monitors and the like of no window");
        break;
    case VIEW_MSG_ICON:
        REQUIRE(find_window(v, ((const ViewIcon *)m)->id), "an icon of no window");
        check_memory(fd, (size_t)((const ViewIcon *)m)->width * ((const ViewIcon *)m)->height * 4);
        break;
    case VIEW_MSG_BUFFER:
        take_buffer(v, m, fd);
        break;
    case VIEW_MSG_BUFFER_GONE:
        take_buffer_gone(v, m);
        break;
    case VIEW_MSG_COMMIT:
        take_commit(v, m);
        break;
    case VIEW_MSG_WINDOW_GONE:
        take_gone(v, m);
        break;
    case VIEW_MSG_STACK:
        take_stack(v, m);
        break;
    case VIEW_MSG_ACTIVE:
        REQUIRE(((const ViewId *)m)->id == 0 || find_window(v, ((const ViewId *)m)->id),
                "an active window that is none");
        break;
    case VIEW_MSG_MOVE_LOOP:
        REQUIRE(find_window(v, ((const ViewMoveLoop *)m)->id), "a move of no window");
        break;
    default:
        REQUIRE(view_type(packet) < VIEW_MSG_SCREEN, "a message that only a view sends");
    }
}

void
picky_view_settle(PickyView *v)
{
    for (unsigned i = 0; i < v->n_buffers; i++)
        REQUIRE(find_window(v, v->buffers[i].window_id), "a window that left its buffer behind");
}

bool
picky_view_answer(PickyView *v, uint32_t *id, uint32_t *serial)
{
    for (unsigned i = v->n_windows; i > 0; i--) {
        Known *w = &v->windows[i - 1];
        if (w->answered == w->serial)
            continue;
        w->answered = *serial = w->serial;
        *id = w->id;
        return true;
    }
    return false;
}
