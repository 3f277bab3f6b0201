// SPDX-License-Identifier: Apache-2.0

// A program of the guest that plays: beside a grey margin, 40 times a second, all of a picture that
// moves. s stops it, or has it go on; g paints 64×64 green in the margin; q ends.
//   session_player CLASS TITLE WIDTH HEIGHT

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/keysym.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#define MARGIN 101
#define EVERY_MS 25
#define SHIFTS 8

typedef struct {
    Display *display;
    Window window;
    GC gc;
    XImage *images[SHIFTS];
    int playing;
    unsigned shift;
    long long next_ms;
} Player;

static long long
now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// Also known to session_video.c. Grain, which no lossless coding makes shorter, over slow colours.
static uint32_t
colour(unsigned x, unsigned y, unsigned shift)
{
    unsigned grain = (x * 2654435761u ^ y * 40503u) >> 9 & 0x0f;

    return ((x / 4 + shift % SHIFTS) & 0x7f) << 17 | ((y / 3) & 0xff) << 8 | ((x + y) / 5 & 0xf0) |
           grain;
}

static XImage *
make(Display *display, unsigned width, unsigned height, unsigned shift)
{
    XImage *image =
        XCreateImage(display, DefaultVisual(display, 0), (unsigned)DefaultDepth(display, 0),
                     ZPixmap, 0, calloc((size_t)width * height, 4), width, height, 32, 0);

    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++)
            XPutPixel(image, (int)x, (int)y, colour(x, y, shift));
    return image;
}

static void
show(Player *p)
{
    XImage *image = p->images[p->shift % SHIFTS];

    XPutImage(p->display, p->window, p->gc, image, 0, 0, MARGIN, 0, (unsigned)image->width,
              (unsigned)image->height);
    XFlush(p->display);
}

// How long to wait for what comes meanwhile; -1: for ever.
static int
play(Player *p)
{
    long long now = now_ms();

    if (!p->playing)
        return -1;
    if (now >= p->next_ms) {
        p->shift++;
        show(p);
        p->next_ms = now + EVERY_MS;
    }
    return (int)(p->next_ms - now);
}

static int
handle_key(Player *p, KeySym key)
{
    if (key == XK_s)
        p->playing = !p->playing;
    if (key == XK_g) {
        XSetForeground(p->display, p->gc, 0x00ff00);
        XFillRectangle(p->display, p->window, p->gc, 10, 10, 64, 64);
        XFlush(p->display);
    }
    return key != XK_q;
}

static int
handle_events(Player *p)
{
    XEvent event;

    while (XPending(p->display) > 0) {
        XNextEvent(p->display, &event);
        if (event.type == Expose)
            show(p);
        else if (event.type == KeyPress && !handle_key(p, XLookupKeysym(&event.xkey, 0)))
            return 0;
        else if (event.type == ClientMessage)
            return 0;
    }
    return 1;
}

int
main(int argc, char **argv)
{
    Player p = {.display = XOpenDisplay(NULL), .playing = 1};

    if (!p.display || argc < 5)
        return 1;
    int width = atoi(argv[3]), height = atoi(argv[4]);
    p.window = XCreateSimpleWindow(p.display, DefaultRootWindow(p.display), 100, 120,
                                   (unsigned)width, (unsigned)height, 0, 0, 0x202020);
    XClassHint class = {argv[1], argv[1]};
    Atom delete = XInternAtom(p.display, "WM_DELETE_WINDOW", False);
    p.gc = XCreateGC(p.display, p.window, 0, NULL);
    for (unsigned i = 0; i < SHIFTS; i++)
        p.images[i] = make(p.display, (unsigned)(width - MARGIN), (unsigned)height, i);
    XSetClassHint(p.display, p.window, &class);
    XStoreName(p.display, p.window, argv[2]);
    XSetWMProtocols(p.display, p.window, &delete, 1);
    XSelectInput(p.display, p.window, ExposureMask | KeyPressMask);
    XMapWindow(p.display, p.window);
    while (handle_events(&p)) {
        struct pollfd fd = {ConnectionNumber(p.display), POLLIN, 0};
        int wait_ms = play(&p);
        if (XPending(p.display) == 0)
            (void)poll(&fd, 1, wait_ms);
    }
    for (unsigned i = 0; i < SHIFTS; i++)
        XDestroyImage(p.images[i]);
    XCloseDisplay(p.display);
    return 0;
}
