// SPDX-License-Identifier: Apache-2.0

// The program whose sound benchmarks time: at each key press it plays a click of 5 ms and paints
// its window in the other colour. Its stream plays silence all the time, as a game's does; with
// --cold it opens one for each click, as a desktop's sounds do.
//
// usage: click_target [--cold]

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <math.h>
#include <pulse/mainloop.h>
#include <pulse/pulseaudio.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE 48000
#define CLICK_FRAMES (RATE / 200)
#define COLD_FRAMES (RATE / 10) // a click, and silence after it
#define PITCH_HZ 2000
#define DELAY_MS 20

static const pa_sample_spec format = {PA_SAMPLE_S16LE, RATE, 2};

typedef struct {
    bool cold;
    Display *dpy;
    Window window;
    bool white;
    pa_context *context;
    pa_stream *stream;
    unsigned at;   // frames of the click that were written; CLICK_FRAMES: none under way
    unsigned left; // of a cold stream
} Target;

static void
write_frames(Target *t, pa_stream *stream, size_t frames)
{
    int16_t *samples = calloc(frames, sizeof *samples * 2);

    for (size_t i = 0; samples && i < frames && t->at < CLICK_FRAMES; i++, t->at++)
        samples[2 * i] = samples[2 * i + 1] =
            (int16_t)lrint(20000 * cos(2 * M_PI * PITCH_HZ * t->at / RATE));
    if (samples)
        pa_stream_write(stream, samples, frames * 4, free, 0, PA_SEEK_RELATIVE);
}

static void
on_writable(pa_stream *stream, size_t size, void *user)
{
    Target *t = user;
    size_t frames = size / 4;

    if (t->cold) {
        frames = frames < t->left ? frames : t->left;
        t->left -= (unsigned)frames;
    }
    if (frames > 0)
        write_frames(t, stream, frames);
}

static void
open_stream(Target *t)
{
    pa_buffer_attr attr = {.maxlength = (uint32_t)-1,
                           .tlength = RATE / 1000 * DELAY_MS * 4,
                           .prebuf = (uint32_t)-1,
                           .minreq = (uint32_t)-1,
                           .fragsize = (uint32_t)-1};

    if (t->stream) {
        pa_stream_set_write_callback(t->stream, NULL, NULL);
        pa_stream_disconnect(t->stream);
        pa_stream_unref(t->stream);
    }
    t->stream = pa_stream_new(t->context, "clicks", &format, NULL);
    pa_stream_set_write_callback(t->stream, on_writable, t);
    pa_stream_connect_playback(t->stream, NULL, &attr, PA_STREAM_ADJUST_LATENCY, NULL, NULL);
}

static void
on_context(pa_context *context, void *user)
{
    Target *t = user;

    if (!PA_CONTEXT_IS_GOOD(pa_context_get_state(context)))
        exit(1);
    if (pa_context_get_state(context) == PA_CONTEXT_READY && !t->cold)
        open_stream(t);
}

static void
paint(Target *t)
{
    int screen = DefaultScreen(t->dpy);

    t->white = !t->white;
    XSetWindowBackground(t->dpy, t->window,
                         t->white ? WhitePixel(t->dpy, screen) : BlackPixel(t->dpy, screen));
    XClearWindow(t->dpy, t->window);
    XFlush(t->dpy);
}

static void
drain_events(Target *t)
{
    while (XPending(t->dpy)) {
        XEvent event;
        XNextEvent(t->dpy, &event);
        if (event.type != KeyPress || pa_context_get_state(t->context) != PA_CONTEXT_READY)
            continue;
        t->at = 0;
        t->left = COLD_FRAMES;
        if (t->cold)
            open_stream(t);
        paint(t);
    }
}

static void
on_display(pa_mainloop_api *api, pa_io_event *event, int fd, pa_io_event_flags_t flags, void *user)
{
    drain_events(user);
}

static void
open_window(Target *t)
{
    XClassHint hint = {"click_target", "ClickTarget"};

    t->window = XCreateSimpleWindow(t->dpy, DefaultRootWindow(t->dpy), 0, 0, 320, 240, 0, 0,
                                    BlackPixel(t->dpy, DefaultScreen(t->dpy)));
    XSetClassHint(t->dpy, t->window, &hint);
    XStoreName(t->dpy, t->window, "click_target");
    XSelectInput(t->dpy, t->window, KeyPressMask);
    XMapWindow(t->dpy, t->window);
}

int
main(int argc, char **argv)
{
    Target t = {.cold = argc > 1 && strcmp(argv[1], "--cold") == 0, .at = CLICK_FRAMES};
    pa_mainloop *loop = pa_mainloop_new();
    pa_mainloop_api *api = pa_mainloop_get_api(loop);
    int result = 0;

    t.dpy = XOpenDisplay(NULL);
    if (!t.dpy) {
        fprintf(stderr, "click_target: cannot open display %s\n", XDisplayName(NULL));
        return 1;
    }
    open_window(&t);
    t.context = pa_context_new(api, "click_target");
    pa_context_set_state_callback(t.context, on_context, &t);
    if (pa_context_connect(t.context, NULL, PA_CONTEXT_NOAUTOSPAWN, NULL) < 0) {
        fprintf(stderr, "click_target: no sound server\n");
        return 1;
    }
    api->io_new(api, ConnectionNumber(t.dpy), PA_IO_EVENT_INPUT, on_display, &t);
    XFlush(t.dpy);
    // Events that Xlib read while it waited for an answer make the descriptor say nothing.
    while (pa_mainloop_iterate(loop, 1, &result) >= 0)
        drain_events(&t);
    return result;
}
