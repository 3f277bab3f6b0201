// SPDX-License-Identifier: Apache-2.0
// How long publishing takes: 500 applications with icons of five sizes.

#include "tests/unit/publish_feed.h"

#include <stdio.h>

#define APPS 500

static const guint sides[] = {16, 32, 48, 64, 128};

static void
feed_apps(Feed *feed)
{
    g_autofree guint8 *pixels = g_malloc(128 * 128 * 4);
    feed_begin(feed, 1, APPS);
    for (guint i = 0; i < APPS; i++) {
        g_autofree char *id = g_strdup_printf("org.example.Application%u", i);
        ChanApp app = {.id = CHAN_SPAN_TEXT(id),
                       .name = CHAN_SPAN_TEXT("An application's name"),
                       .comment = CHAN_SPAN_TEXT("What it is for, in half a sentence"),
                       .n_icons = G_N_ELEMENTS(sides)};
        for (guint s = 0; s < G_N_ELEMENTS(sides); s++)
            feed_icon_pixels(sides[s], (guint8)i, pixels, &app.icons[s]);
        feed_app(feed, &app);
    }
    feed_end(feed, 1);
}

static void
timed_update(BrokerPublisher *publisher, Feed *feed, const char *what)
{
    BrokerPublishPolicy policy = {.label = "Demo", .launcher = "/usr/bin/true"};
    g_autoptr(GError) error = NULL;
    gint64 start = g_get_monotonic_time();
    broker_publisher_update(publisher, "demo", feed->catalog, &policy, &error);
    (void)printf("%-42s %7.1f ms\n", what, (double)(g_get_monotonic_time() - start) / 1000);
    g_assert_no_error(error);
}

int
main(void)
{
    Feed *feed = feed_new("demo");
    g_autofree char *data = g_build_filename(feed->root, "data", NULL);
    g_autofree char *config = g_build_filename(feed->root, "config", NULL);
    g_autofree char *state = g_build_filename(feed->root, "state", NULL);
    BrokerPublisher *publisher = broker_publisher_new(data, config, state);
    gint64 start = g_get_monotonic_time();
    feed_apps(feed);
    (void)printf("%-42s %7.1f ms\n", "list of 500 taken in",
                 (double)(g_get_monotonic_time() - start) / 1000);
    start = g_get_monotonic_time();
    for (guint i = 0; i < 256 && i < APPS; i++) {
        for (guint s = 0; s < G_N_ELEMENTS(sides); s++)
            g_assert_true(feed_icon(feed, sides[s], (guint8)i));
    }
    (void)printf("%-42s %7.1f ms\n", "1280 icons checked and stored as PNG",
                 (double)(g_get_monotonic_time() - start) / 1000);
    timed_update(publisher, feed, "500 applications, 2500 icons published");
    timed_update(publisher, feed, "nothing changed");
    ChanApp app = {.id = CHAN_SPAN_TEXT("one.more"), .name = CHAN_SPAN_TEXT("One more")};
    feed_app(feed, &app);
    timed_update(publisher, feed, "one more");
    broker_publisher_free(publisher);
    publisher = broker_publisher_new(data, config, state);
    timed_update(publisher, feed, "nothing changed, but the broker is new");
    start = g_get_monotonic_time();
    g_assert_true(broker_publisher_remove(publisher, "demo", NULL));
    (void)printf("%-42s %7.1f ms\n", "all removed",
                 (double)(g_get_monotonic_time() - start) / 1000);
    broker_publisher_free(publisher);
    feed_free(feed);
    return 0;
}
