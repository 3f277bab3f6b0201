// SPDX-License-Identifier: Apache-2.0

// The program that every way of showing a program is measured with. What it paints carries a
// barcode (barcode.h) in its upper left corner and another in its lower one, so that a frame which
// is there in part is not taken for shown.
//
// usage: bench_target [--at X Y] [--focus] [--place N] keys|video|camera|scroll|small WIDTH HEIGHT
// RATE
//     keys      counts key presses, and paints two barcodes at each
//     video     paints all of the window RATE times a second, smooth moving colours
//     camera    the same with a grain that no codec packs
//     scroll    the same with lines of text that move
//     small     fifty windows of WIDTH × HEIGHT, each in another colour RATE times a second; no
//     barcode
//     --focus   takes the focus: for a display without a window manager
//     --place   the barcodes' number (upper one; the lower one's is one more), 0 unless told

#include "tests/bench/barcode.h"

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <time.h>

#define PICTURES 6 // different ones, shown in turn
#define SMALL_WINDOWS 50
#define SCROLL_STEP 8
#define LINE_HEIGHT 16
#define SECOND_NS 1000000000L

typedef struct {
    Display *dpy;
    Window window;
    GC gc;
    int x, y;
    unsigned width, height, rate;
    uint8_t place;
    bool focus;
    uint32_t count;
    XImage *image; // what is put: a picture at a time
    XShmSegmentInfo shm;
    bool shared;
} Target;

static bool shm_refused;

static int
on_error(Display *dpy, XErrorEvent *error)
{
    (void)dpy, (void)error;
    shm_refused = true;
    return 0;
}

static Window
make_window(Target *t, int x, int y)
{
    XSetWindowAttributes attributes = {.event_mask =
                                           KeyPressMask | ExposureMask | StructureNotifyMask};
    Window window =
        XCreateWindow(t->dpy, DefaultRootWindow(t->dpy), x, y, t->width, t->height, 0,
                      CopyFromParent, InputOutput, CopyFromParent, CWEventMask, &attributes);
    XClassHint class = {"bench_target", "BenchTarget"};
    XSizeHints size = {.flags = USPosition | PPosition | PSize,
                       .x = x,
                       .y = y,
                       .width = (int)t->width,
                       .height = (int)t->height};

    XSetClassHint(t->dpy, window, &class);
    XSetWMNormalHints(t->dpy, window, &size);
    XStoreName(t->dpy, window, "bench_target");
    XMapWindow(t->dpy, window);
    for (XEvent event = {0}; event.type != MapNotify;)
        XWindowEvent(t->dpy, window, StructureNotifyMask, &event);
    if (t->focus)
        XSetInputFocus(t->dpy, window, RevertToParent, CurrentTime);
    return window;
}

// One picture in memory that the X server shares, where it can.
static void
make_image(Target *t, unsigned height)
{
    int screen = DefaultScreen(t->dpy);
    Visual *visual = DefaultVisual(t->dpy, screen);
    unsigned depth = (unsigned)DefaultDepth(t->dpy, screen);

    if (XShmQueryExtension(t->dpy)) {
        t->image = XShmCreateImage(t->dpy, visual, depth, ZPixmap, NULL, &t->shm, t->width, height);
        size_t size = (size_t)t->image->bytes_per_line * height;
        t->shm.shmid = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
        t->shm.shmaddr = t->image->data = shmat(t->shm.shmid, NULL, 0);
        XErrorHandler former = XSetErrorHandler(on_error);
        XShmAttach(t->dpy, &t->shm);
        XSync(t->dpy, False);
        XSetErrorHandler(former);
        shmctl(t->shm.shmid, IPC_RMID, NULL);
        if (!shm_refused) {
            t->shared = true;
            return;
        }
    }
    t->image = XCreateImage(t->dpy, visual, depth, ZPixmap, 0, calloc((size_t)t->width * 4, height),
                            t->width, height, 32, 0);
}

static uint32_t *
row(Target *t, unsigned y)
{
    return (uint32_t *)(void *)(t->image->data + (size_t)y * (size_t)t->image->bytes_per_line);
}

static size_t
stride(Target *t)
{
    return (size_t)t->image->bytes_per_line / 4;
}

static void
put(Target *t, int source_y, int y, unsigned height)
{
    if (t->shared)
        XShmPutImage(t->dpy, t->window, t->gc, t->image, 0, source_y, 0, y, t->width, height,
                     False);
    else
        XPutImage(t->dpy, t->window, t->gc, t->image, 0, source_y, 0, y, t->width, height);
}

// ---- keys

static void
paint_count(Target *t)
{
    Barcode code = {.place = t->place, .count = t->count, .time = barcode_now()};

    barcode_write(row(t, 0), stride(t), code);
    code.place++;
    barcode_write(row(t, BARCODE_HEIGHT), stride(t), code);
    put(t, 0, 0, BARCODE_HEIGHT);
    put(t, BARCODE_HEIGHT, (int)(t->height - BARCODE_HEIGHT), BARCODE_HEIGHT);
    XFlush(t->dpy);
}

static void
keys(Target *t)
{
    make_image(t, 2 * BARCODE_HEIGHT);
    for (;;) {
        XEvent event;
        XNextEvent(t->dpy, &event);
        if (event.type == KeyPress)
            t->count++;
        if (event.type == KeyPress || event.type == Expose) {
            paint_count(t);
            XSync(t->dpy, False); // the memory is written again at the next press
        }
    }
}

// ---- pictures at a rate

static uint32_t
next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static uint32_t
smooth(unsigned x, unsigned y, unsigned n)
{
    return ((x / 4 + n * 11) & 0xff) << 16 | ((y / 3 + n * 7) & 0xff) << 8 |
           (((x + y) / 5 + n * 5) & 0xff);
}

// The pictures that are shown in turn. What is drawn before the clock runs is not measured.
static uint32_t *
draw_pictures(Target *t, bool grain)
{
    size_t pixels = (size_t)t->width * t->height;
    uint32_t *all = malloc(pixels * 4 * PICTURES), random = 1;

    if (!all)
        exit(1);
    for (unsigned n = 0; n < PICTURES; n++)
        for (unsigned y = 0; y < t->height; y++)
            for (unsigned x = 0; x < t->width; x++)
                all[n * pixels + (size_t)y * t->width + x] =
                    smooth(x, y, n) ^ (grain ? next_random(&random) & 0x070707U : 0);
    return all;
}

// Dark marks on white, as lines of text are to whoever copies them: sharp, in rows, seldom the
// same.
static uint32_t *
draw_text(Target *t, unsigned height)
{
    uint32_t *page = malloc((size_t)t->width * height * 4), random = 7;

    if (!page)
        exit(1);
    memset(page, 0xff, (size_t)t->width * height * 4);
    for (unsigned top = 0; top + LINE_HEIGHT <= height; top += LINE_HEIGHT)
        for (unsigned left = 8; left + 8 < t->width; left += 8) {
            uint32_t glyph = next_random(&random), shape = next_random(&random);
            for (unsigned i = 0; glyph % 6 && i < 32; i++)
                if (shape >> i & 1)
                    page[(size_t)(top + 3 + i / 5) * t->width + left + i % 5] = 0x202020;
        }
    return page;
}

static void
wait_until(struct timespec *next, unsigned rate)
{
    next->tv_nsec += SECOND_NS / (long)rate;
    if (next->tv_nsec >= SECOND_NS) {
        next->tv_nsec -= SECOND_NS;
        next->tv_sec++;
    }
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL) == EINTR)
        ;
    // A display that is slower than the rate gets fewer frames, and none to make up for.
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec > next->tv_sec ||
        (now.tv_sec == next->tv_sec && now.tv_nsec > next->tv_nsec + SECOND_NS / (long)rate))
        *next = now;
}

static void
paint_frame(Target *t, const uint32_t *picture)
{
    Barcode code = {.place = t->place, .count = ++t->count, .time = barcode_now()};

    for (unsigned y = 0; y < t->height; y++)
        memcpy(row(t, y), picture + (size_t)y * t->width, (size_t)t->width * 4);
    barcode_write(row(t, 0), stride(t), code);
    code.place++;
    barcode_write(row(t, t->height - BARCODE_HEIGHT), stride(t), code);
    put(t, 0, 0, t->height);
    XSync(t->dpy, False); // as a player that waits for its frame; the memory is written again after
}

static void
frames(Target *t, const char *what)
{
    bool scrolls = strcmp(what, "scroll") == 0;
    unsigned page_height = t->height + SCROLL_STEP * 512;
    uint32_t *pixels =
        scrolls ? draw_text(t, page_height) : draw_pictures(t, strcmp(what, "camera") == 0);
    struct timespec next;

    make_image(t, t->height);
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (unsigned n = 0;; n++) {
        size_t top = scrolls ? (size_t)(n % 512) * SCROLL_STEP : (size_t)(n % PICTURES) * t->height;
        paint_frame(t, pixels + top * t->width);
        wait_until(&next, t->rate);
    }
}

// ---- fifty small ones

static void
small(Target *t)
{
    Window windows[SMALL_WINDOWS];
    struct timespec next;

    windows[0] = t->window;
    for (int i = 1; i < SMALL_WINDOWS; i++)
        windows[i] = make_window(t, i % 10 * 130, i / 10 * 150);
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (unsigned n = 0;; n++) {
        XSetForeground(t->dpy, t->gc, n * 0x35a74fUL & 0xffffffUL);
        XFillRectangle(t->dpy, windows[n % SMALL_WINDOWS], t->gc, 0, 0, t->width, t->height);
        XFlush(t->dpy);
        while (XPending(t->dpy)) {
            XEvent event;
            XNextEvent(t->dpy, &event);
        }
        wait_until(&next, t->rate * SMALL_WINDOWS);
    }
}

static int
usage(void)
{
    fprintf(stderr,
            "usage: bench_target [--at X Y] [--focus] [--place N] keys|video|camera|scroll|small "
            "WIDTH HEIGHT RATE\n");
    return 2;
}

// Options in front; how many words they are, or -1.
static int
options(Target *t, int argc, char **argv)
{
    int at = 1;

    while (at < argc && strncmp(argv[at], "--", 2) == 0) {
        if (strcmp(argv[at], "--focus") == 0) {
            t->focus = true;
            at++;
        } else if (strcmp(argv[at], "--at") == 0 && at + 2 < argc) {
            t->x = atoi(argv[at + 1]);
            t->y = atoi(argv[at + 2]);
            at += 3;
        } else if (strcmp(argv[at], "--place") == 0 && at + 1 < argc) {
            t->place = (uint8_t)atoi(argv[at + 1]);
            at += 2;
        } else {
            return -1;
        }
    }
    return at;
}

int
main(int argc, char **argv)
{
    Target t = {0};
    int at = options(&t, argc, argv);

    if (at < 0 || argc != at + 4)
        return usage();
    const char *what = argv[at];
    t.width = (unsigned)atoi(argv[at + 1]);
    t.height = (unsigned)atoi(argv[at + 2]);
    t.rate = (unsigned)atoi(argv[at + 3]);
    bool is_small = strcmp(what, "small") == 0;
    if (!t.rate || (!is_small && (t.width < BARCODE_WIDTH || t.height < 4 * BARCODE_HEIGHT)))
        return usage();
    t.dpy = XOpenDisplay(NULL);
    if (!t.dpy) {
        fprintf(stderr, "bench_target: cannot open display %s\n", XDisplayName(NULL));
        return 1;
    }
    t.window = make_window(&t, t.x, t.y);
    t.gc = XCreateGC(t.dpy, t.window, 0, NULL);
    if (is_small)
        small(&t);
    else if (strcmp(what, "keys") == 0)
        keys(&t);
    else
        frames(&t, what);
}
