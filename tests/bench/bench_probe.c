// SPDX-License-Identifier: Apache-2.0

// Reads the barcodes (barcode.h) of bench_target from a display's screen, by MIT-SHM from the root,
// so that what is measured is what a user sees.
//
// usage: bench_probe find PLACE              where the barcode PLACE and the one below it (PLACE +
// 1) are:
//                                            X Y BELOW_Y, or nothing and 1 where they are not
//        bench_probe keys X Y BELOW_Y COUNT  presses a key by XTest, COUNT times: one line each,
//        microseconds from the
//                                            press to both barcodes telling of it, or -1 after 2 s,
//                                            which is the last
//        bench_probe frames X Y BELOW_Y SECONDS   one line per frame seen whole: its count, and
//        microseconds since it
//                                            was painted
//
// The pause between presses varies, so that no timer of what is measured falls into step with it.

#include "tests/bench/barcode.h"

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <time.h>

#define GIVE_UP_US 2000000
#define LOOK_NS 500000 // between two looks for a frame

typedef struct {
    Display *dpy;
    XImage *image;
    XShmSegmentInfo shm;
} Probe;

typedef struct {
    int x, y, below;
} Place;

static bool
probe_open(Probe *p, unsigned width, unsigned height)
{
    int screen = DefaultScreen(p->dpy);

    if (!XShmQueryExtension(p->dpy))
        return false;
    p->image = XShmCreateImage(p->dpy, DefaultVisual(p->dpy, screen),
                               (unsigned)DefaultDepth(p->dpy, screen), ZPixmap, NULL, &p->shm,
                               width, height);
    p->shm.shmid = shmget(IPC_PRIVATE, (size_t)p->image->bytes_per_line * height, IPC_CREAT | 0600);
    p->shm.shmaddr = p->image->data = shmat(p->shm.shmid, NULL, 0);
    XShmAttach(p->dpy, &p->shm);
    XSync(p->dpy, False);
    shmctl(p->shm.shmid, IPC_RMID, NULL);
    return true;
}

static uint32_t *
grab(Probe *p, int x, int y)
{
    XShmGetImage(p->dpy, DefaultRootWindow(p->dpy), p->image, x, y, AllPlanes);
    return (uint32_t *)(void *)p->image->data;
}

// What both barcodes tell, if they tell the same.
static bool
look(Probe *p, const Place *at, Barcode *code)
{
    Barcode below;

    return barcode_read(grab(p, at->x, at->y), BARCODE_WIDTH, code) &&
           barcode_read(grab(p, at->x, at->below), BARCODE_WIDTH, &below) &&
           below.count == code->count;
}

// ---- find

typedef struct {
    const uint32_t *pixels;
    int width, height;
} Picture;

static bool
is_at(const Picture *screen, int x, int y, uint8_t place)
{
    Barcode code;

    return x + BARCODE_WIDTH <= screen->width && y + BARCODE_HEIGHT <= screen->height &&
           barcode_read(screen->pixels + (size_t)y * (size_t)screen->width + x,
                        (size_t)screen->width, &code) &&
           code.place == place;
}

// Cells are read in their middle, so that a barcode is readable from half a cell before its corner
// on to half a cell after it, or as far as the screen goes.
static int
corner(int first, int last, int before)
{
    return first > 0 ? first + before : last - (BARCODE_CELL - 1 - before);
}

static bool
find_one(const Picture *screen, uint8_t place, int *x, int *y)
{
    for (int top = 0; top < screen->height; top++)
        for (int left = 0; left + BARCODE_WIDTH <= screen->width; left++) {
            if (!is_at(screen, left, top, place))
                continue;
            int right = left, bottom = top;
            while (is_at(screen, right + 1, top, place))
                right++;
            while (is_at(screen, left, bottom + 1, place))
                bottom++;
            *x = corner(left, right, BARCODE_CELL / 2 - 1);
            *y = corner(top, bottom, BARCODE_CELL / 2);
            return true;
        }
    return false;
}

static int
find(Probe *p, uint8_t place)
{
    Picture screen = {.width = DisplayWidth(p->dpy, DefaultScreen(p->dpy)),
                      .height = DisplayHeight(p->dpy, DefaultScreen(p->dpy))};
    Place at;
    int below_x;

    if (!probe_open(p, (unsigned)screen.width, (unsigned)screen.height))
        return 1;
    screen.pixels = grab(p, 0, 0);
    if (!find_one(&screen, place, &at.x, &at.y) ||
        !find_one(&screen, (uint8_t)(place + 1), &below_x, &at.below))
        return 1;
    printf("%d %d %d\n", at.x, at.y, at.below);
    return 0;
}

// ---- keys

static int64_t
press(Probe *p, const Place *at, KeyCode key)
{
    Barcode before = {0}, now = {0};
    uint32_t since = barcode_now();

    while (!look(p, at, &before))
        if (barcode_now() - since > GIVE_UP_US)
            return -1;
    since = barcode_now();
    XTestFakeKeyEvent(p->dpy, key, True, CurrentTime);
    XFlush(p->dpy);
    do {
        if (barcode_now() - since > GIVE_UP_US)
            return -1;
    } while (!look(p, at, &now) || now.count == before.count);
    int64_t took = barcode_now() - since;
    XTestFakeKeyEvent(p->dpy, key, False, CurrentTime);
    XSync(p->dpy, False);
    return took;
}

static int
keys(Probe *p, const Place *at, int presses)
{
    KeyCode key = XKeysymToKeycode(p->dpy, XK_a);
    unsigned spread = 1;

    for (int i = 0; i < presses; i++) {
        int64_t took = press(p, at, key);
        printf("%lld\n", (long long)took);
        if (took < 0)
            return 0;
        spread = spread * 1103515245u + 12345u;
        nanosleep(&(struct timespec){0, (long)(8000000 + spread % 17000000)}, NULL);
    }
    return 0;
}

// ---- frames

static int
frames(Probe *p, const Place *at, int seconds)
{
    uint32_t since = barcode_now(), last = UINT32_MAX;
    Barcode code;

    while (barcode_now() - since < (uint32_t)seconds * 1000000) {
        if (look(p, at, &code) && code.count != last) {
            last = code.count;
            printf("%u %u\n", code.count, barcode_now() - code.time);
        }
        nanosleep(&(struct timespec){0, LOOK_NS}, NULL);
    }
    return 0;
}

static int
until_there(Probe *p, const Place *at, int seconds, bool there)
{
    uint32_t since = barcode_now();
    Barcode code;

    if (there) {
        printf("watching\n");
        fflush(stdout);
    }
    while (look(p, at, &code) != there)
        if (barcode_now() - since > (uint32_t)seconds * 1000000)
            return 1;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("%s %lld\n", there ? "appeared" : "gone",
           (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    return 0;
}

static int
changes(Probe *p, const Place *at, int seconds)
{
    uint32_t since = barcode_now(), count = 0, former = *grab(p, at->x, at->y);

    while (barcode_now() - since < (uint32_t)seconds * 1000000) {
        uint32_t pixel = *grab(p, at->x, at->y);
        count += pixel != former;
        former = pixel;
        nanosleep(&(struct timespec){0, 10 * LOOK_NS}, NULL);
    }
    printf("%u\n", count);
    return 0;
}

typedef int (*Watch)(Probe *p, const Place *at, int count);

static int
appear(Probe *p, const Place *at, int seconds)
{
    return until_there(p, at, seconds, true);
}

static int
gone(Probe *p, const Place *at, int seconds)
{
    return until_there(p, at, seconds, false);
}

static Watch
watch_of(const char *name)
{
    static const struct {
        const char *name;
        Watch watch;
    } watches[] = {
        {"keys", keys}, {"frames", frames},   {"appear", appear},
        {"gone", gone}, {"changes", changes},
    };

    for (size_t i = 0; i < sizeof watches / sizeof *watches; i++)
        if (strcmp(watches[i].name, name) == 0)
            return watches[i].watch;
    return NULL;
}

int
main(int argc, char **argv)
{
    Probe p = {.dpy = XOpenDisplay(NULL)};
    bool finds = argc == 3 && strcmp(argv[1], "find") == 0;
    Watch watch = argc == 6 ? watch_of(argv[1]) : NULL;

    if (!finds && !watch) {
        fprintf(
            stderr,
            "usage: bench_probe find PLACE | keys|frames|appear|gone|changes X Y BELOW_Y COUNT\n");
        return 2;
    }
    if (!p.dpy) {
        fprintf(stderr, "bench_probe: cannot open display %s\n", XDisplayName(NULL));
        return 1;
    }
    if (finds)
        return find(&p, (uint8_t)atoi(argv[2]));
    Place at = {atoi(argv[2]), atoi(argv[3]), atoi(argv[4])};
    if (!probe_open(&p, BARCODE_WIDTH, BARCODE_HEIGHT)) {
        fprintf(stderr, "bench_probe: %s has no MIT-SHM\n", XDisplayName(NULL));
        return 1;
    }
    return watch(&p, &at, atoi(argv[5]));
}
