// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xcb/shm.h>

#define SEGMENT_MIN (1u << 20)
#define SEGMENT_MAX (1u << 30)

struct RaCapture {
    RaConn *conn;
    guint8 *map; // shared with the server, or private when it cannot share
    gsize size;
    xcb_shm_seg_t segment; // 0: none
    bool shared;
};

RaCapture *
ra_capture_new(RaConn *conn)
{
    RaCapture *capture = g_new0(RaCapture, 1);
    capture->conn = conn;
    capture->shared = conn->has_shm;
    return capture;
}

static void
release(RaCapture *capture)
{
    if (capture->segment)
        xcb_shm_detach(capture->conn->xcb, capture->segment);
    capture->segment = 0;
    if (capture->map)
        munmap(capture->map, capture->size);
    capture->map = NULL;
    capture->size = 0;
}

void
ra_capture_free(RaCapture *capture)
{
    if (!capture)
        return;
    release(capture);
    g_free(capture);
}

// Afterwards the server writes to the segment, or capture->shared is false.
static void
attach(RaCapture *capture, int fd)
{
    xcb_connection_t *xcb = capture->conn->xcb;
    capture->segment = xcb_generate_id(xcb);
    // XCB closes the descriptor it is given.
    xcb_void_cookie_t cookie = xcb_shm_attach_fd_checked(xcb, capture->segment, fd, 0);
    xcb_generic_error_t *failure = xcb_request_check(xcb, cookie);
    if (!failure)
        return;
    g_warning("The X server refuses shared memory (error %d); pixels take the slow way",
              failure->error_code);
    free(failure);
    capture->segment = 0;
    capture->shared = false;
}

static bool
reserve(RaCapture *capture, gsize need)
{
    if (need <= capture->size)
        return true;
    if (need > SEGMENT_MAX)
        return false;
    release(capture);
    gsize size = SEGMENT_MIN;
    while (size < need)
        size *= 2;
    int fd = memfd_create("casement-capture", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (off_t)size) < 0) {
        g_warning("No memory for %zu bytes of pixels: %s", size, g_strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
        g_warning("Cannot map %zu bytes of pixels: %s", size, g_strerror(errno));
        close(fd);
        return false;
    }
    capture->map = map;
    capture->size = size;
    if (capture->shared)
        attach(capture, fd);
    else
        close(fd);
    return true;
}

static gsize
rect_bytes(const RaRect *rect)
{
    return (gsize)rect->width * (gsize)rect->height * 4;
}

static xcb_shm_get_image_cookie_t
ask_shared(RaCapture *capture, Drawable drawable, const RaRect *r, gsize offset)
{
    return xcb_shm_get_image(capture->conn->xcb, (guint32)drawable, (gint16)r->x, (gint16)r->y,
                             (guint16)r->width, (guint16)r->height, ~0u, XCB_IMAGE_FORMAT_Z_PIXMAP,
                             capture->segment, (guint32)offset);
}

static bool
finish_shared(RaCapture *capture, xcb_shm_get_image_cookie_t cookie)
{
    xcb_generic_error_t *failure = NULL;
    xcb_shm_get_image_reply_t *reply =
        xcb_shm_get_image_reply(capture->conn->xcb, cookie, &failure);
    bool good = reply != NULL;
    free(failure);
    free(reply);
    return good;
}

static bool
take_by_socket(RaCapture *capture, Drawable drawable, const RaRect *r, guint8 *to)
{
    xcb_generic_error_t *failure = NULL;
    xcb_get_image_reply_t *reply = xcb_get_image_reply(
        capture->conn->xcb,
        xcb_get_image(capture->conn->xcb, XCB_IMAGE_FORMAT_Z_PIXMAP, (guint32)drawable,
                      (gint16)r->x, (gint16)r->y, (guint16)r->width, (guint16)r->height, ~0u),
        &failure);
    bool good = reply && (gsize)xcb_get_image_data_length(reply) >= rect_bytes(r);
    if (good)
        memcpy(to, xcb_get_image_data(reply), rect_bytes(r));
    free(failure);
    free(reply);
    return good;
}

gboolean
ra_capture_take(RaCapture *capture, Drawable drawable, const RaRect *rects, guint count,
                RaPixels *pixels)
{
    gsize total = 0;
    for (guint i = 0; i < count; i++)
        total += rect_bytes(&rects[i]);
    if (!reserve(capture, total))
        return FALSE;
    g_autofree xcb_shm_get_image_cookie_t *cookies =
        capture->shared ? g_new(xcb_shm_get_image_cookie_t, count) : NULL;
    bool good = true;
    gsize offset = 0;
    for (guint i = 0; i < count; i++) {
        pixels[i] = (RaPixels){.data = capture->map + offset, .stride = (gsize)rects[i].width * 4};
        if (cookies)
            cookies[i] = ask_shared(capture, drawable, &rects[i], offset);
        else
            good &= take_by_socket(capture, drawable, &rects[i], capture->map + offset);
        offset += rect_bytes(&rects[i]);
    }
    // Every reply is taken, also after a failure: the segment must be at rest when it is used
    // again.
    for (guint i = 0; cookies && i < count; i++)
        good &= finish_shared(capture, cookies[i]);
    return good;
}
