// SPDX-License-Identifier: Apache-2.0
// The view protocol's check: input is a run of packets, each with a u16 length before it. What
// passes is then used as casement-view uses it: every value it could index or allocate with is
// asserted to be in range, every byte of payload is read.

#include "channel/control.h"
#include "rdpbridge/viewproto.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

static volatile uint32_t sink;

static void
read_all(const uint8_t *data, size_t size)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < size; i++)
        sum += data[i];
    sink = sum;
}

static void
use_window(const ViewWindow *m)
{
    REQUIRE(m->id != 0 && m->owner_id != m->id && m->kind <= VIEW_KIND_LAST);
    REQUIRE(m->app_index < CHAN_APPS_MAX || m->app_index == CTL_APP_NONE);
    REQUIRE(m->max_width == 0 || m->min_width <= m->max_width);
    REQUIRE(m->max_height == 0 || m->min_height <= m->max_height);
    REQUIRE(m->min_width <= VIEW_SIDE_MAX && m->min_height <= VIEW_SIDE_MAX);
    REQUIRE(m->inc_width <= 1024 && m->inc_height <= 1024);
}

static void
use_buffer(const ViewBuffer *m)
{
    REQUIRE((uint64_t)m->width * m->height > 0);
    REQUIRE((uint64_t)m->stride * m->height <= VIEW_BUFFER_BYTES_MAX);
    REQUIRE((uint64_t)m->width * 4 <= m->stride && m->stride / 4 <= UINT16_MAX);
}

static void
use_commit(const ViewCommit *m, size_t size)
{
    REQUIRE(size == sizeof *m + (size_t)m->n_damage * sizeof(ViewRect));
    REQUIRE(m->geometry.width - 1 < VIEW_SIDE_MAX && m->geometry.height - 1 < VIEW_SIDE_MAX);
    REQUIRE(abs(m->geometry.x) <= VIEW_COORD_MAX && abs(m->geometry.y) <= VIEW_COORD_MAX);
    for (uint32_t i = 0; i < m->n_damage; i++) {
        ViewRect r;
        memcpy(&r, (const uint8_t *)(m + 1) + i * sizeof r, sizeof r);
        REQUIRE(r.x >= 0 && r.y >= 0 && r.width > 0 && r.height > 0);
        REQUIRE((uint64_t)r.x + r.width <= VIEW_SIDE_MAX);
        REQUIRE((uint64_t)r.y + r.height <= VIEW_SIDE_MAX);
    }
}

static void
use_screen(const ViewScreen *m)
{
    REQUIRE(m->n_monitors >= 1 && m->n_monitors <= VIEW_MONITORS_MAX);
    REQUIRE(m->resource_dpi <= VIEW_DPI_MAX && m->settings_dpi <= VIEW_DPI_MAX &&
            m->window_scale <= VIEW_WINDOW_SCALE_MAX);
    for (uint32_t i = 0; i < m->n_monitors; i++)
        REQUIRE(m->monitors[i].width - 1 < VIEW_SIDE_MAX);
}

static void
use(const uint8_t *packet, size_t size)
{
    const void *m = packet;

    REQUIRE(view_fds(CHAN_SPAN(packet, size)) <= 1);
    read_all(packet, size);
    switch (view_type(CHAN_SPAN(packet, size))) {
    case VIEW_MSG_WINDOW:
        use_window(m);
        break;
    case VIEW_MSG_TITLE:
        REQUIRE(size - sizeof(ViewTitle) <= VIEW_TITLE_MAX);
        break;
    case VIEW_MSG_ICON:
        REQUIRE(((const ViewIcon *)m)->width - 1 < VIEW_ICON_SIDE_MAX);
        REQUIRE(((const ViewIcon *)m)->height - 1 < VIEW_ICON_SIDE_MAX);
        break;
    case VIEW_MSG_BUFFER:
        use_buffer(m);
        break;
    case VIEW_MSG_COMMIT:
        use_commit(m, size);
        break;
    case VIEW_MSG_STACK:
        REQUIRE(size == sizeof(ViewStack) + 4 * (size_t)((const ViewStack *)m)->count);
        break;
    case VIEW_MSG_SOUND_OPEN:
        REQUIRE(((const ViewSoundOpen *)m)->target_ms - 5 <= 95);
        break;
    case VIEW_MSG_SOUND:
        REQUIRE(size == sizeof(ViewSound) + ((const ViewSound *)m)->bytes);
        break;
    case VIEW_MSG_SCREEN:
        use_screen(m);
        break;
    case VIEW_MSG_LAYOUT:
        REQUIRE(chan_window_keys_valid(&((const ViewLayout *)m)->keys));
        break;
    default:
        break;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    while (size >= 2) {
        size_t n = (size_t)(data[0] | data[1] << 8);
        data += 2;
        size -= 2;
        n = n < size ? n : size;
        // A copy of its exact size: reading past it is seen.
        uint8_t *packet = malloc(n ? n : 1);
        REQUIRE(packet);
        memcpy(packet, data, n);
        if (view_check(CHAN_SPAN(packet, n)))
            use(packet, n);
        free(packet);
        data += n;
        size -= n;
    }
    return 0;
}
