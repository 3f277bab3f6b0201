// SPDX-License-Identifier: Apache-2.0

// A program with a window that is not as usual; known pixels, painted anew in each size.
//
// usage: odd_windows size WIDTH HEIGHT      the window has that size
//        odd_windows resize COUNT PAUSE_US  it resizes itself so many times, and is at last 321×234
//                                           with "done" for a title

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LAST_WIDTH 321
#define LAST_HEIGHT 234

typedef struct {
    Display *dpy;
    Window window;
    GC gc;
} Odd;

// Also known to test_odd_windows.py.
static unsigned
colour(int x, int y)
{
    return (unsigned)((x & 0xff) << 16 | (y & 0xff) << 8 | ((x ^ y) & 0xff));
}

// In strips, so that a window of any size needs little memory.
static void
paint(Odd *o, int width, int height)
{
    Visual *visual = DefaultVisual(o->dpy, DefaultScreen(o->dpy));
    unsigned *row = malloc((size_t)width * sizeof *row);
    XImage *image =
        XCreateImage(o->dpy, visual, 24, ZPixmap, 0, (char *)row, (unsigned)width, 1, 32, 0);

    for (int y = 0; image && y < height; y++) {
        for (int x = 0; x < width; x++)
            row[x] = colour(x, y);
        XPutImage(o->dpy, o->window, o->gc, image, 0, 0, 0, y, (unsigned)width, 1);
    }
    if (image) {
        image->data = NULL;
        XDestroyImage(image);
    }
    free(row);
    XFlush(o->dpy);
}

static void
resize(Odd *o, int count, long pause_us)
{
    for (int i = 0; i < count; i++) {
        struct timespec pause = {0, pause_us * 1000};
        int width = 100 + i * 37 % 500, height = 80 + i * 53 % 400;
        XResizeWindow(o->dpy, o->window, (unsigned)width, (unsigned)height);
        paint(o, width, height);
        while (XPending(o->dpy)) {
            XEvent event;
            XNextEvent(o->dpy, &event);
        }
        nanosleep(&pause, NULL);
    }
    XResizeWindow(o->dpy, o->window, LAST_WIDTH, LAST_HEIGHT);
    XStoreName(o->dpy, o->window, "done");
}

int
main(int argc, char **argv)
{
    Odd o = {.dpy = XOpenDisplay(NULL)};
    XWindowAttributes a;
    XSizeHints hints = {.flags = USPosition | USSize};
    int numbers[2] = {0};

    for (int i = 0; i < 2 && argc == 4; i++)
        numbers[i] = atoi(argv[2 + i]);
    if (!o.dpy || argc != 4 || numbers[0] < 1 || numbers[1] < 0) {
        fprintf(stderr, "usage: odd_windows size WIDTH HEIGHT | resize COUNT PAUSE_US\n");
        return 2;
    }
    int resizes = strcmp(argv[1], "resize") == 0;
    o.window = XCreateSimpleWindow(o.dpy, DefaultRootWindow(o.dpy), 0, 0,
                                   resizes ? 300 : (unsigned)numbers[0],
                                   resizes ? 200 : (unsigned)numbers[1], 0, 0, 0);
    o.gc = XCreateGC(o.dpy, o.window, 0, NULL);
    XStoreName(o.dpy, o.window, argv[1]);
    // Its user's own, which window managers do not make smaller.
    XSetWMNormalHints(o.dpy, o.window, &hints);
    XSelectInput(o.dpy, o.window, ExposureMask | StructureNotifyMask);
    XMapWindow(o.dpy, o.window);
    for (;;) {
        XEvent event;
        XNextEvent(o.dpy, &event);
        if (event.type != Expose || event.xexpose.count > 0)
            continue;
        XGetWindowAttributes(o.dpy, o.window, &a);
        paint(&o, a.width, a.height);
        if (resizes)
            resize(&o, numbers[0], numbers[1]);
        resizes = 0;
    }
}
