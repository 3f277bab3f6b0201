// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/surface.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

static int
sized_memfd(size_t size)
{
    int fd = memfd_create("casement", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0)
        return -1;
    if (ftruncate(fd, (off_t)size) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

#define SIZE_SEALS (F_SEAL_SHRINK | F_SEAL_GROW)

// The mapping that exists stays writable under FUTURE_WRITE (Linux 5.1); the receiver's is not. It
// also forbids to punch holes, which whoever reads would have to fill, one page after the other.
static bool
seal(BridgeSurface *s)
{
    if (s->guests)
        return fcntl(s->fd, F_ADD_SEALS, SIZE_SEALS) == 0;
    s->sealed = true;
    return fcntl(s->fd, F_ADD_SEALS, SIZE_SEALS | F_SEAL_SEAL | F_SEAL_FUTURE_WRITE) == 0 ||
           fcntl(s->fd, F_ADD_SEALS, SIZE_SEALS | F_SEAL_SEAL) == 0;
}

bool
bridge_surface_seal(BridgeSurface *s)
{
    s->sealed = s->sealed || fcntl(s->fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_FUTURE_WRITE) == 0;
    return s->sealed;
}

static bool
map_and_seal(BridgeSurface *s)
{
    s->fd = sized_memfd(s->size);
    if (s->fd < 0)
        return false;
    void *map = mmap(NULL, s->size, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
    if (map == MAP_FAILED)
        return false;
    s->pixels = map;
    return seal(s);
}

static BridgeSurface *
new_surface(uint32_t id, uint32_t width, uint32_t height, size_t *used, bool guests)
{
    size_t size = (size_t)width * 4 * height;

    if (width < 1 || width > VIEW_SIDE_MAX || height < 1 || height > VIEW_SIDE_MAX ||
        size > VIEW_BUFFER_BYTES_MAX || size > VIEW_PIXELS_BYTES_MAX - *used) {
        errno = EFBIG;
        return NULL;
    }
    BridgeSurface *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    *s = (BridgeSurface){.id = id,
                         .width = width,
                         .height = height,
                         .stride = width * 4,
                         .fd = -1,
                         .size = size,
                         .used = used,
                         .refs = 1,
                         .guests = guests};
    *used += size;
    if (map_and_seal(s))
        return s;
    int error = errno;
    bridge_surface_unref(s);
    errno = error;
    return NULL;
}

BridgeSurface *
bridge_surface_new(uint32_t id, uint32_t width, uint32_t height, size_t *used)
{
    return new_surface(id, width, height, used, false);
}

BridgeSurface *
bridge_surface_new_for_guest(uint32_t id, uint32_t width, uint32_t height, size_t *used)
{
    return new_surface(id, width, height, used, true);
}

BridgeSurface *
bridge_surface_ref(BridgeSurface *s)
{
    s->refs++;
    return s;
}

void
bridge_surface_unref(BridgeSurface *s)
{
    if (!s || --s->refs > 0)
        return;
    *s->used -= s->size;
    if (s->pixels)
        munmap(s->pixels, s->size);
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}

void
bridge_surface_copy(BridgeSurface *s, const uint8_t *from, size_t stride, const ViewRect *rects,
                    unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const ViewRect *r = &rects[i];
        for (uint32_t y = (uint32_t)r->y; y < (uint32_t)r->y + r->height; y++)
            memcpy(s->pixels + (size_t)y * s->stride + (size_t)r->x * 4,
                   from + y * stride + (size_t)r->x * 4, (size_t)r->width * 4);
    }
}

int
bridge_memfd_of(const void *bytes, size_t size)
{
    int fd = sized_memfd(size);

    if (fd < 0)
        return -1;
    const char *at = bytes;
    for (size_t done = 0; done < size;) {
        ssize_t n = pwrite(fd, at + done, size - done, (off_t)done);
        if (n < 0) {
            int error = errno;
            close(fd);
            errno = error;
            return -1;
        }
        done += (size_t)n;
    }
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0)
        return fd;
    close(fd);
    return -1;
}
