// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xcb/shm.h>

static bool
check_memfd(int fd, size_t need, GError **error)
{
    struct stat st;
    int seals = fcntl(fd, F_GET_SEALS);

    if (seals < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "its pixels are not in a memfd");
        return false;
    }
    if (!(seals & F_SEAL_SHRINK)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                    "its pixel memory could shrink (no F_SEAL_SHRINK)");
        return false;
    }
    if (st.st_size < 0 || (uint64_t)st.st_size < need ||
        (uint64_t)st.st_size > VIEW_BUFFER_BYTES_MAX) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                    "its pixel memory has %" G_GINT64_FORMAT " bytes where %zu are named",
                    (gint64)st.st_size, need);
        return false;
    }
    return true;
}

// Gives the server the memory, to read only. Costs one round trip per buffer, none per frame.
static void
attach(HostBuffer *b, int fd)
{
    int dup = fcntl(fd, F_DUPFD_CLOEXEC, 0); // xcb closes what it sends

    if (dup < 0)
        return;
    xcb_shm_seg_t segment = xcb_generate_id(b->x->xcb);
    xcb_generic_error_t *failure =
        xcb_request_check(b->x->xcb, xcb_shm_attach_fd_checked(b->x->xcb, segment, dup, 1));
    if (!failure)
        b->segment = segment;
    free(failure);
}

HostBuffer *
host_buffer_new(HostDisplay *x, const ViewBuffer *m, int take_fd, GError **error)
{
    size_t bytes = (size_t)m->stride * m->height;
    void *data = MAP_FAILED;

    if (check_memfd(take_fd, bytes, error)) {
        data = mmap(NULL, bytes, PROT_READ, MAP_SHARED, take_fd, 0);
        if (data == MAP_FAILED)
            g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno),
                        "its pixels cannot be mapped: %s", g_strerror(errno));
    }
    if (data == MAP_FAILED) {
        close(take_fd);
        return NULL;
    }
    HostBuffer *b = g_new0(HostBuffer, 1);
    g_ref_count_init(&b->refs);
    b->id = m->id;
    b->window_id = m->window_id;
    b->way = (ViewPixelsWay)m->way;
    b->width = m->width;
    b->height = m->height;
    b->stride = m->stride;
    b->data = data;
    b->bytes = bytes;
    b->x = x;
    if (x->shm_fds)
        attach(b, take_fd);
    close(take_fd);
    return b;
}

HostBuffer *
host_buffer_ref(HostBuffer *b)
{
    g_ref_count_inc(&b->refs);
    return b;
}

void
host_buffer_unref(HostBuffer *b)
{
    if (!b || !g_ref_count_dec(&b->refs))
        return;
    if (b->segment)
        xcb_shm_detach(b->x->xcb, b->segment);
    munmap((void *)b->data, b->bytes);
    g_free(b);
}

uint32_t
host_buffer_pixel(const HostBuffer *b, uint32_t x, uint32_t y)
{
    uint32_t pixel;

    memcpy(&pixel, b->data + (size_t)y * b->stride + (size_t)x * 4, sizeof pixel);
    return pixel;
}

void *
host_buffer_read_once(int take_fd, size_t size, GError **error)
{
    uint8_t *data = g_malloc(size);
    size_t got = 0;
    ssize_t n = 1;

    // Anything but memory (a pipe, say) might block.
    if (fcntl(take_fd, F_GET_SEALS) < 0)
        n = -1;
    while (got < size && n > 0) {
        n = pread(take_fd, data + got, size - got, (off_t)got);
        got += n > 0 ? (size_t)n : 0;
    }
    close(take_fd);
    if (got == size)
        return data;
    g_free(data);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "an image of %zu bytes has only %zu",
                size, got);
    return NULL;
}
