// SPDX-License-Identifier: Apache-2.0

// The program that benchmarks watch: repaints a square of 64×64 pixels in another colour at each
// key press, and while a button is down at each motion, and nothing else. With --stream it repaints
// its whole window every 4 ms.
//
// usage: chain_target [--stream] [WIDTH HEIGHT]

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SIDE 64
#define STREAM_PAUSE_NS 4000000

// Consecutive colours differ in every channel, so that one pixel tells a change.
static unsigned long
colour_of(unsigned long n)
{
    return (n * 0x35a74fUL + 0x404040UL) & 0xffffffUL;
}

static void
fill(Display *dpy, Window window, GC gc, unsigned long n, const XRectangle *area)
{
    XSetForeground(dpy, gc, colour_of(n));
    XFillRectangles(dpy, window, gc, (XRectangle *)area, 1);
    XFlush(dpy);
}

static Window
make_window(Display *dpy, unsigned width, unsigned height)
{
    XSetWindowAttributes attributes = {.background_pixel = 0x303030,
                                       .event_mask =
                                           KeyPressMask | ExposureMask | Button1MotionMask};
    Window window =
        XCreateWindow(dpy, DefaultRootWindow(dpy), 0, 0, width, height, 0, CopyFromParent,
                      InputOutput, CopyFromParent, CWBackPixel | CWEventMask, &attributes);
    XClassHint hint = {"chain_target", "ChainTarget"};

    XSetClassHint(dpy, window, &hint);
    XStoreName(dpy, window, "chain_target");
    XMapWindow(dpy, window);
    return window;
}

int
main(int argc, char **argv)
{
    bool stream = argc > 1 && strcmp(argv[1], "--stream") == 0;
    int size_at = stream ? 2 : 1;
    unsigned width = argc > size_at + 1 ? (unsigned)atoi(argv[size_at]) : 320;
    unsigned height = argc > size_at + 1 ? (unsigned)atoi(argv[size_at + 1]) : 240;
    Display *dpy = XOpenDisplay(NULL);

    if (!dpy) {
        fprintf(stderr, "chain_target: cannot open display %s\n", XDisplayName(NULL));
        return 1;
    }
    Window window = make_window(dpy, width, height);
    GC gc = XCreateGC(dpy, window, 0, NULL);
    XRectangle square = {0, 0, SIDE, SIDE};
    XRectangle all = {0, 0, (unsigned short)width, (unsigned short)height};
    unsigned long n = 0;

    for (;;) {
        if (stream && !XPending(dpy)) {
            fill(dpy, window, gc, ++n, &all);
            nanosleep(&(struct timespec){.tv_nsec = STREAM_PAUSE_NS}, NULL);
            continue;
        }
        XEvent event;
        XNextEvent(dpy, &event);
        if (event.type == KeyPress || event.type == MotionNotify)
            n++;
        if (event.type == KeyPress || event.type == MotionNotify || event.type == Expose)
            fill(dpy, window, gc, n, &square);
    }
}
