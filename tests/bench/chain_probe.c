// SPDX-License-Identifier: Apache-2.0

// Presses a key by XTest and measures the time until a pixel of the screen changes. With --drag it
// holds a button down there and moves the pointer instead.
//
// usage: chain_probe [--drag] X Y COUNT     prints one line per press or move, in microseconds, or
// -1
//                                           for one that was not seen in 2 s, which is the last
//
// The pixel is read by MIT-SHM from the root, so that what is measured is what a user sees. The
// pause between presses varies, so that no timer of the chain falls into step with it.

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <time.h>

#define GIVE_UP_US 2000000

typedef struct {
    Display *dpy;
    XImage *image;
    XShmSegmentInfo shm;
    int x, y;
} Probe;

static uint64_t
now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static uint32_t
pixel(Probe *p)
{
    XShmGetImage(p->dpy, DefaultRootWindow(p->dpy), p->image, p->x, p->y, AllPlanes);
    return *(uint32_t *)(void *)p->image->data & 0xffffff;
}

static int
probe_open(Probe *p)
{
    p->dpy = XOpenDisplay(NULL);
    if (!p->dpy || !XShmQueryExtension(p->dpy))
        return 0;
    int screen = DefaultScreen(p->dpy);
    p->image =
        XShmCreateImage(p->dpy, DefaultVisual(p->dpy, screen),
                        (unsigned)DefaultDepth(p->dpy, screen), ZPixmap, NULL, &p->shm, 1, 1);
    p->shm.shmid = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    p->shm.shmaddr = p->image->data = shmat(p->shm.shmid, NULL, 0);
    XShmAttach(p->dpy, &p->shm);
    XSync(p->dpy, False);
    shmctl(p->shm.shmid, IPC_RMID, NULL);
    return 1;
}

// Microseconds from what was sent to changed pixel, or -1.
static int64_t
until_changed(Probe *p, uint32_t before)
{
    uint64_t since = now_us();

    XFlush(p->dpy);
    while (pixel(p) == before)
        if (now_us() - since > GIVE_UP_US)
            return -1;
    return (int64_t)(now_us() - since);
}

static int64_t
press(Probe *p, KeyCode key)
{
    uint32_t before = pixel(p);

    XTestFakeKeyEvent(p->dpy, key, True, CurrentTime);
    int64_t took = until_changed(p, before);
    XTestFakeKeyEvent(p->dpy, key, False, CurrentTime);
    XSync(p->dpy, False);
    return took;
}

// The pointer goes to and fro, off the pixel that is watched.
static int64_t
drag(Probe *p, int n)
{
    uint32_t before = pixel(p);

    XTestFakeMotionEvent(p->dpy, DefaultScreen(p->dpy), p->x + 20 + n % 10, p->y + 20, CurrentTime);
    return until_changed(p, before);
}

int
main(int argc, char **argv)
{
    Probe p = {0};

    bool drags = argc > 1 && strcmp(argv[1], "--drag") == 0;
    char **numbers = argv + 1 + drags;

    if (argc != 4 + drags) {
        fprintf(stderr, "usage: chain_probe [--drag] X Y COUNT\n");
        return 2;
    }
    p.x = atoi(numbers[0]);
    p.y = atoi(numbers[1]);
    if (!probe_open(&p)) {
        fprintf(stderr, "chain_probe: needs a display with MIT-SHM\n");
        return 1;
    }
    KeyCode key = XKeysymToKeycode(p.dpy, XK_a);
    unsigned spread = 1;
    if (drags) {
        XTestFakeMotionEvent(p.dpy, DefaultScreen(p.dpy), p.x + 20, p.y + 20, CurrentTime);
        XTestFakeButtonEvent(p.dpy, 1, True, CurrentTime);
        XSync(p.dpy, False);
    }
    for (int i = 1; i <= atoi(numbers[2]); i++) {
        int64_t took = drags ? drag(&p, i) : press(&p, key);
        printf("%lld\n", (long long)took);
        if (took < 0)
            break;
        spread = spread * 1103515245u + 12345u;
        struct timespec pause = {0, (long)(8000000 + spread % 17000000)};
        nanosleep(&pause, NULL);
    }
    if (drags)
        XTestFakeButtonEvent(p.dpy, 1, False, CurrentTime);
    XSync(p.dpy, False);
    return 0;
}
