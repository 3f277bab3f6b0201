// SPDX-License-Identifier: Apache-2.0
// The catalog: full lists, deltas, limits, cleaning, icons, and everything a bad guest may send.

#include "tests/unit/publish_feed.h"

#include <glib/gstdio.h>
#include <string.h>

static guint
count_apps(Feed *feed)
{
    g_autoptr(GPtrArray) apps = broker_catalog_apps(feed->catalog);
    return apps->len;
}

static void
test_full_list_sweeps(void)
{
    Feed *feed = feed_new("demo");
    g_assert_false(broker_catalog_complete(feed->catalog));
    feed_list(feed, (const char *const[]){"a=A", "b=B", "c=C", NULL});
    g_assert_true(broker_catalog_complete(feed->catalog));
    g_assert_cmpuint(count_apps(feed), ==, 3);
    feed_list(feed, (const char *const[]){"b=B", "d=D", NULL});
    g_assert_cmpuint(count_apps(feed), ==, 2);
    g_assert_null(broker_catalog_find(feed->catalog, "a"));
    g_assert_cmpstr(broker_catalog_find(feed->catalog, "d")->name, ==, "D");
    feed_free(feed);
}

static void
test_deltas(void)
{
    Feed *feed = feed_new("demo");
    feed_list(feed, (const char *const[]){"a=A", NULL});
    ChanApp app = {.id = CHAN_SPAN_TEXT("b"), .name = CHAN_SPAN_TEXT("B")};
    feed_app(feed, &app);
    g_assert_cmpuint(count_apps(feed), ==, 2);
    app.name = CHAN_SPAN_TEXT("Better");
    feed_app(feed, &app);
    g_assert_cmpstr(broker_catalog_find(feed->catalog, "b")->name, ==, "Better");
    app.comment = CHAN_SPAN_TEXT("Nothing for the table");
    feed_app(feed, &app);
    g_assert_cmpuint(feed->known->len, ==, 3);
    // What windows are found by is told.
    app.program = CHAN_SPAN_TEXT("C:\\b.exe");
    feed_app(feed, &app);
    g_assert_cmpuint(feed->known->len, ==, 4);
    app.wm_class = CHAN_SPAN_TEXT("Vendor.B!App");
    feed_app(feed, &app);
    g_assert_cmpuint(feed->known->len, ==, 5);
    app.flags = CHAN_APP_FOREMOST;
    feed_app(feed, &app);
    g_assert_cmpuint(feed->known->len, ==, 6);
    feed_gone(feed, "a");
    feed_gone(feed, "unknown");
    g_assert_cmpuint(count_apps(feed), ==, 1);
    g_assert_cmpuint(feed->known->len, ==, 6);
    g_assert_cmpstr(g_ptr_array_index(feed->known, 2), ==, "1 b Better");
    feed_free(feed);
}

static void
test_index_stays(void)
{
    Feed *feed = feed_new("demo");
    feed_list(feed, (const char *const[]){"a=A", "b=B", NULL});
    guint index = broker_catalog_find(feed->catalog, "b")->index;
    feed_gone(feed, "b");
    g_assert_null(broker_catalog_by_index(feed->catalog, index));
    feed_list(feed, (const char *const[]){"c=C", "b=B", NULL});
    g_assert_cmpuint(broker_catalog_find(feed->catalog, "b")->index, ==, index);
    g_assert_cmpstr(broker_catalog_by_index(feed->catalog, index)->id, ==, "b");
    g_assert_null(broker_catalog_by_index(feed->catalog, 100000));
    feed_free(feed);
}

// Ids that come and go for ever do not run the table over; those in use keep their number.
static void
test_index_is_bounded(void)
{
    Feed *feed = feed_new("demo");
    feed_list(feed, (const char *const[]){"stays=S", NULL});
    guint stays = broker_catalog_find(feed->catalog, "stays")->index;
    for (guint i = 0; i < CHAN_APPS_MAX + 500; i++) {
        g_autofree char *id = g_strdup_printf("n%u", i);
        ChanApp app = {.id = CHAN_SPAN_TEXT(id), .name = CHAN_SPAN_TEXT("N")};
        feed_app(feed, &app);
        g_assert_cmpuint(broker_catalog_find(feed->catalog, id)->index, <, CHAN_APPS_MAX);
        feed_gone(feed, id);
    }
    g_assert_cmpstr(broker_catalog_by_index(feed->catalog, stays)->id, ==, "stays");
    feed_free(feed);
}

static void
test_changes_merge(void)
{
    Feed *feed = feed_new("demo");
    feed_list(feed, (const char *const[]){"a=A", NULL});
    for (guint i = 0; i < 20; i++) {
        g_autofree char *id = g_strdup_printf("n%u", i);
        ChanApp app = {.id = CHAN_SPAN_TEXT(id), .name = CHAN_SPAN_TEXT("N")};
        feed_app(feed, &app);
    }
    g_assert_cmpuint(feed->changed, ==, 0);
    g_assert_true(feed_wait_changed(feed, 1));
    // The same list again changes nothing; a change after it shows that no event was due.
    feed_begin(feed, 1, 0);
    feed_end(feed, 1);
    g_assert_true(feed_wait_changed(feed, 2));
    g_assert_cmpuint(feed->changed, ==, 2);
    feed_list(feed, (const char *const[]){NULL});
    feed_list(feed, (const char *const[]){"z=Z", NULL});
    g_assert_true(feed_wait_changed(feed, 3));
    feed_free(feed);
}

static void
test_names_are_cleaned(void)
{
    Feed *feed = feed_new("demo");
    static const char evil[] = "\xe2\x80\xae  Calc\nExec=rm\x1b[31m\xff \xc0\xaf\t";
    ChanSpan categories[] = {CHAN_SPAN_TEXT("Office"), CHAN_SPAN_TEXT("No;Category"),
                             CHAN_SPAN_TEXT("Office")};
    ChanSpan types[] = {CHAN_SPAN_TEXT("text/plain"),
                        CHAN_SPAN_TEXT("text/pl ain"),
                        CHAN_SPAN_TEXT("x-scheme-handler/ms-settings"),
                        CHAN_SPAN_TEXT("x-scheme-handler/file"), // has its file's type
                        CHAN_SPAN_TEXT("x-scheme-handler/c"),    // a drive
                        CHAN_SPAN_TEXT("x-scheme-handler/HTTP"),
                        CHAN_SPAN_TEXT("x-scheme-handler/a:b"),
                        CHAN_SPAN_TEXT("x-scheme-handler/"),
                        CHAN_SPAN_TEXT("text"),
                        CHAN_SPAN_TEXT("application/x;y"),
                        CHAN_SPAN_TEXT("inode/directory"),
                        CHAN_SPAN_TEXT("application/vnd.oasis.opendocument.text"),
                        CHAN_SPAN_TEXT("../../etc"),
                        CHAN_SPAN_TEXT("text/plain")};
    ChanApp app = {.id = CHAN_SPAN_TEXT("calc"),
                   .name = CHAN_SPAN(evil, sizeof evil - 1),
                   .n_categories = G_N_ELEMENTS(categories),
                   .n_mime_types = G_N_ELEMENTS(types)};
    memcpy(app.categories, categories, sizeof categories);
    memcpy(app.mime_types, types, sizeof types);
    feed_app(feed, &app);
    const BrokerApp *kept = broker_catalog_find(feed->catalog, "calc");
    g_assert_true(g_utf8_validate(kept->name, -1, NULL));
    g_assert_null(strpbrk(kept->name, "\n\t\x1b"));
    g_assert_true(g_str_has_prefix(kept->name, "Calc"));
    g_assert_cmpuint(g_strv_length(kept->categories), ==, 1);
    g_assert_cmpuint(g_strv_length(kept->mime_types), ==, 3);
    g_assert_cmpstr(kept->mime_types[1], ==, "x-scheme-handler/ms-settings");
    g_assert_cmpstr(kept->generic_name, ==, "");
    feed_free(feed);
}

static void
test_bad_ids_are_left_out(void)
{
    Feed *feed = feed_new("demo");
    const char *bad[] = {"../../x", "a b", "-rf", ".hidden", "x/y", "casement.demo.xterm",
                         "n\nl",    "a;b", "%f",  "\xc3\xa4"};
    feed_begin(feed, 1, G_N_ELEMENTS(bad) + 3);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        ChanApp app = {.id = CHAN_SPAN_TEXT(bad[i]), .name = CHAN_SPAN_TEXT("N")};
        feed_app(feed, &app);
    }
    ChanApp good = {.id = CHAN_SPAN_TEXT("org.x.Good-1_2+3@4"), .name = CHAN_SPAN_TEXT("First")};
    feed_app(feed, &good);
    good.name = CHAN_SPAN_TEXT("Second");
    feed_app(feed, &good); // the same id twice in a list: the first stands
    good.id = CHAN_SPAN_TEXT("unnamed");
    good.name = CHAN_SPAN_TEXT("\n\t ");
    feed_app(feed, &good);
    g_test_expect_message(NULL, G_LOG_LEVEL_MESSAGE,
                          "guest demo: left out of its applications: 9 with an id that is none, "
                          "1 named twice, 1 that Casement itself published");
    feed_end(feed, 1);
    g_test_assert_expected_messages();
    g_assert_cmpuint(count_apps(feed), ==, 2);
    g_assert_cmpstr(broker_catalog_find(feed->catalog, "org.x.Good-1_2+3@4")->name, ==, "First");
    g_assert_cmpstr(broker_catalog_find(feed->catalog, "unnamed")->name, ==, "unnamed");
    feed_free(feed);
}

static gsize
resident_kib(void)
{
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents("/proc/self/statm", &text, NULL, NULL));
    return (gsize)g_ascii_strtoull(strchr(text, ' '), NULL, 10) * 4;
}

static void
test_a_hundred_thousand(void)
{
    Feed *feed = feed_new("demo");
    gsize before = 0;
    feed_begin(feed, 1, 100000);
    for (guint i = 0; i < 100000; i++) {
        g_autofree char *id = g_strdup_printf("app-%u", i);
        ChanApp app = {.id = CHAN_SPAN_TEXT(id), .name = CHAN_SPAN_TEXT("Some name")};
        feed_app(feed, &app);
        if (i == CHAN_APPS_MAX)
            before = resident_kib();
    }
    g_assert_cmpuint(resident_kib(), <, before + 4096);
    g_test_expect_message(NULL, G_LOG_LEVEL_MESSAGE, "*left out*95904 over the limits");
    feed_end(feed, 1);
    g_test_assert_expected_messages();
    g_assert_cmpuint(count_apps(feed), ==, CHAN_APPS_MAX);
    // One more by itself is refused as well, and changing one that is there is not.
    ChanApp app = {.id = CHAN_SPAN_TEXT("one-more"), .name = CHAN_SPAN_TEXT("N")};
    feed_app(feed, &app);
    g_assert_null(broker_catalog_find(feed->catalog, "one-more"));
    app.id = CHAN_SPAN_TEXT("app-7");
    feed_app(feed, &app);
    g_assert_cmpstr(broker_catalog_find(feed->catalog, "app-7")->name, ==, "N");
    feed_free(feed);
}

// Entries as large as a message can make them stop at the budget of bytes.
static void
test_text_budget(void)
{
    Feed *feed = feed_new("demo");
    char comment[CHAN_COMMENT_MAX];
    memset(comment, 'x', sizeof comment);
    char types[CHAN_LIST_MAX][120];
    ChanApp app = {.name = CHAN_SPAN_TEXT("N"),
                   .comment = CHAN_SPAN(comment, sizeof comment),
                   .n_mime_types = CHAN_LIST_MAX};
    for (guint i = 0; i < CHAN_LIST_MAX; i++) {
        g_snprintf(types[i], sizeof types[i], "application/x-%0100u", i);
        app.mime_types[i] = CHAN_SPAN_TEXT(types[i]);
    }
    feed_begin(feed, 1, 600);
    for (guint i = 0; i < 600; i++) {
        g_autofree char *id = g_strdup_printf("app-%u", i);
        app.id = CHAN_SPAN_TEXT(id);
        feed_app(feed, &app);
    }
    g_test_expect_message(NULL, G_LOG_LEVEL_MESSAGE, "*over the limits");
    feed_end(feed, 1);
    g_test_assert_expected_messages();
    g_assert_cmpuint(count_apps(feed), >, 100);
    g_assert_cmpuint(count_apps(feed), <, 400);
    feed_free(feed);
}

static void
test_out_of_order(void)
{
    Feed *feed = feed_new("demo");
    guint8 buffer[64];
    ChanApps apps = {1, 0};
    ChanSpan payload = chan_apps_encode(&apps, buffer, sizeof buffer);
    g_assert_false(feed_raw(feed, CHAN_MSG_APPS_END, payload));
    g_assert_true(feed_raw(feed, CHAN_MSG_APPS_BEGIN, payload));
    g_assert_false(feed_raw(feed, CHAN_MSG_APPS_BEGIN, payload));
    apps.serial = 2;
    payload = chan_apps_encode(&apps, buffer, sizeof buffer);
    g_assert_false(feed_raw(feed, CHAN_MSG_APPS_END, payload));
    g_assert_false(feed_raw(feed, CHAN_MSG_SERVICE, payload));
    g_assert_false(feed_raw(feed, CHAN_MSG_APP, CHAN_SPAN("x", 1)));
    g_assert_false(feed_raw(feed, CHAN_MSG_APP_GONE, CHAN_SPAN("", 0)));
    g_assert_false(feed_raw(feed, CHAN_MSG_ICON, CHAN_SPAN("", 0)));
    feed_free(feed);
}

static void
test_interrupted_list(void)
{
    Feed *feed = feed_new("demo");
    feed_list(feed, (const char *const[]){"a=A", "b=B", NULL});
    feed_begin(feed, 2, 1);
    ChanApp app = {.id = CHAN_SPAN_TEXT("c"), .name = CHAN_SPAN_TEXT("C")};
    feed_app(feed, &app);
    broker_catalog_interrupted(feed->catalog);
    g_assert_cmpuint(count_apps(feed), ==, 2);
    g_assert_null(broker_catalog_find(feed->catalog, "c"));
    feed_list(feed, (const char *const[]){"a=A", NULL});
    g_assert_cmpuint(count_apps(feed), ==, 1);
    feed_free(feed);
}

static ChanApp
app_with_icons(const char *id, const guint *sides, guint8 shade, guint count)
{
    ChanApp app = {.id = CHAN_SPAN_TEXT(id), .name = CHAN_SPAN_TEXT(id)};
    for (guint i = 0; i < count; i++) {
        g_autofree guint8 *pixels = g_malloc((gsize)sides[i] * sides[i] * 4);
        feed_icon_pixels(sides[i], shade, pixels, &app.icons[app.n_icons++]);
    }
    return app;
}

static void
test_icons(void)
{
    Feed *feed = feed_new("demo");
    const guint sides[] = {16, 48, 100};
    ChanApp app = app_with_icons("a", sides, 9, 3);
    feed_begin(feed, 1, 1);
    feed_app(feed, &app);
    feed_end(feed, 1);
    g_assert_cmpuint(g_hash_table_size(feed->wanted), ==, 2); // 100 is no size of the house
    g_assert_null(broker_catalog_icon_path(feed->catalog, app.icons[0].hash));
    g_assert_true(feed_icon(feed, 16, 9));
    g_assert_true(feed_icon(feed, 48, 9));
    g_assert_true(feed_icon(feed, 32, 9)); // nobody asked for it
    g_autofree char *path = broker_catalog_icon_path(feed->catalog, app.icons[1].hash);
    g_assert_nonnull(path);
    g_assert_true(feed_wait_changed(feed, 1));

    // A broker that starts again has them, and asks for nothing.
    feed_restart(feed, "demo");
    g_hash_table_remove_all(feed->wanted);
    feed_begin(feed, 1, 1);
    feed_app(feed, &app);
    feed_end(feed, 1);
    g_assert_cmpuint(g_hash_table_size(feed->wanted), ==, 0);

    // Without the application the files go.
    feed_gone(feed, "a");
    g_assert_true(feed_wait_changed(feed, 1));
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    feed_free(feed);
}

// ---- what the next broker finds

static char *
kept_path(Feed *feed)
{
    return g_build_filename(feed->root, "apps", NULL);
}

// A catalog of a new broker that has taken over what the last one kept; says nothing.
static void
recall(Feed *feed, const char *guest, const char *path)
{
    feed_restart(feed, guest);
    broker_catalog_recall(feed->catalog, path);
    g_assert_false(broker_catalog_complete(feed->catalog));
}

static ChanApp
full_app(void)
{
    return (ChanApp){.id = CHAN_SPAN_TEXT("full"),
                     .name = CHAN_SPAN_TEXT("Full"),
                     .generic_name = CHAN_SPAN_TEXT("Editor"),
                     .comment = CHAN_SPAN_TEXT("Edits ünïcode"),
                     .wm_class = CHAN_SPAN_TEXT("Class"),
                     .program = CHAN_SPAN_TEXT("C:\\full.exe"),
                     .directory = CHAN_SPAN_TEXT("C:\\in here"),
                     .folder = CHAN_SPAN_TEXT("A/B"),
                     .flags = CHAN_APP_HIDDEN | CHAN_APP_TAKES_FILES,
                     .n_categories = 1,
                     .n_keywords = 1,
                     .n_mime_types = 2,
                     .n_actions = 1,
                     .n_icons = 1,
                     .categories = {CHAN_SPAN_TEXT("Utility")},
                     .keywords = {CHAN_SPAN_TEXT("word")},
                     .mime_types = {CHAN_SPAN_TEXT("text/plain"), CHAN_SPAN_TEXT("text/html")},
                     .actions = {{CHAN_SPAN_TEXT("new"), CHAN_SPAN_TEXT("New")}},
                     .icons = {{.size = 48, .hash = {1, 2, 3}}}};
}

static void
test_kept_for_the_next_broker(void)
{
    Feed *feed = feed_new("demo");
    g_autofree char *path = kept_path(feed);
    ChanApp app = full_app();
    // Not before the list is whole.
    feed_begin(feed, 1, 2);
    feed_app(feed, &app);
    g_assert_true(broker_catalog_keep(feed->catalog, path, NULL));
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    app.id = CHAN_SPAN_TEXT("other");
    feed_app(feed, &app);
    feed_end(feed, 1);
    g_assert_true(broker_catalog_keep(feed->catalog, path, NULL));

    recall(feed, "demo", path);
    g_assert_cmpuint(count_apps(feed), ==, 2);
    const BrokerApp *got = broker_catalog_find(feed->catalog, "full");
    g_assert_cmpstr(got->name, ==, "Full");
    g_assert_cmpstr(got->generic_name, ==, "Editor");
    g_assert_cmpstr(got->comment, ==, "Edits ünïcode");
    g_assert_cmpstr(got->wm_class, ==, "Class");
    g_assert_cmpstr(got->program, ==, "C:\\full.exe");
    g_assert_cmpstr(got->directory, ==, "C:\\in here");
    g_assert_cmpstr(got->folder, ==, "A/B");
    g_assert_cmpuint(got->flags, ==, CHAN_APP_HIDDEN | CHAN_APP_TAKES_FILES);
    g_assert_cmpstr(got->categories[0], ==, "Utility");
    g_assert_cmpstr(got->keywords[0], ==, "word");
    g_assert_cmpstr(got->mime_types[1], ==, "text/html");
    g_assert_cmpstr(g_array_index(got->actions, BrokerAction, 0).name, ==, "New");
    g_assert_cmpuint(g_array_index(got->icons, ChanIconRef, 0).hash[2], ==, 3);
    g_assert_true(broker_catalog_by_index(feed->catalog, got->index) == got);
    feed_free(feed);
}

// Session and view have the numbers, and live on: they stay, those of applications that are gone
// too.
static void
test_kept_numbers(void)
{
    Feed *feed = feed_new("demo");
    g_autofree char *path = kept_path(feed);
    feed_list(feed, (const char *const[]){"a=A", "b=B", "c=C", "d=D", NULL});
    g_autofree char *second = g_strdup(broker_catalog_by_index(feed->catalog, 1)->id);
    g_autofree char *fourth = g_strdup(broker_catalog_by_index(feed->catalog, 3)->id);
    feed_gone(feed, second);
    g_assert_true(broker_catalog_keep(feed->catalog, path, NULL));
    recall(feed, "demo", path);
    g_assert_cmpuint(count_apps(feed), ==, 3);
    g_assert_null(broker_catalog_by_index(feed->catalog, 1));
    g_assert_cmpstr(broker_catalog_by_index(feed->catalog, 3)->id, ==, fourth);
    ChanApp app = {.id = CHAN_SPAN_TEXT("e"), .name = CHAN_SPAN_TEXT("E")};
    feed_app(feed, &app);
    g_assert_cmpuint(broker_catalog_find(feed->catalog, "e")->index, ==, 4);
    feed_free(feed);
}

// The guest's own list is all that counts once it is there; what it has not changed is not news.
static void
test_kept_is_swept(void)
{
    Feed *feed = feed_new("demo");
    g_autofree char *path = kept_path(feed);
    feed_list(feed, (const char *const[]){"gone=Gone", "same=Same", "new-name=Old", NULL});
    g_assert_true(broker_catalog_keep(feed->catalog, path, NULL));
    recall(feed, "demo", path);
    g_ptr_array_set_size(feed->known, 0);
    feed_list(feed, (const char *const[]){"same=Same", "new-name=New", NULL});
    g_assert_true(broker_catalog_complete(feed->catalog));
    g_assert_null(broker_catalog_find(feed->catalog, "gone"));
    g_assert_cmpstr(broker_catalog_find(feed->catalog, "new-name")->name, ==, "New");
    g_assert_cmpuint(feed->known->len, ==, 1);
    g_assert_true(feed_wait_changed(feed, 1));
    g_assert_true(broker_catalog_keep(feed->catalog, path, NULL));
    recall(feed, "demo", path);
    g_assert_cmpuint(count_apps(feed), ==, 2);
    // An empty list is one, too.
    feed_list(feed, (const char *const[]){NULL});
    g_assert_true(broker_catalog_keep(feed->catalog, path, NULL));
    recall(feed, "demo", path);
    g_assert_cmpuint(count_apps(feed), ==, 0);
    feed_free(feed);
}

static void
left_aside(Feed *feed, const char *guest, const char *path)
{
    g_test_expect_message(NULL, G_LOG_LEVEL_MESSAGE, "*are not known before it is up: *apps*");
    recall(feed, guest, path);
    g_test_assert_expected_messages();
    g_assert_cmpuint(count_apps(feed), ==, 0);
}

static void
test_kept_is_checked(void)
{
    Feed *feed = feed_new("demo");
    g_autofree char *path = kept_path(feed), *whole = NULL;
    gsize size;
    recall(feed, "demo", path); // nothing there: nothing to say
    feed_list(feed, (const char *const[]){"a=A", "b=B", NULL});
    g_assert_true(broker_catalog_keep(feed->catalog, path, NULL));
    g_assert_true(g_file_get_contents(path, &whole, &size, NULL));
    left_aside(feed, "other", path);
    for (gsize cut = 0; cut < size; cut++) {
        g_assert_true(g_file_set_contents(path, whole, (gssize)cut, NULL));
        left_aside(feed, "demo", path);
    }
    // An id that no guest may have, the same one twice, another version.
    static const struct {
        const char *what;
        gsize size;
        char last;
    } changes[] = {{"\x01\0a", 3, '/'}, {"\x01\0b", 3, 'a'}, {"-apps 3", 7, '2'}};
    for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autofree char *changed = g_memdup2(whole, size);
        char *at = memmem(changed, size, changes[i].what, changes[i].size);
        g_assert_nonnull(at);
        at[changes[i].size - 1] = changes[i].last;
        g_assert_true(g_file_set_contents(path, changed, (gssize)size, NULL));
        left_aside(feed, "demo", path);
    }
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
    left_aside(feed, "demo", path);
    feed_free(feed);
}

static void
test_unfit_icons(void)
{
    Feed *feed = feed_new("demo");
    const guint sides[] = {16, 48};
    ChanApp app = app_with_icons("a", sides, 9, 2);
    app.icons[1].size = 64; // the hash is of 48 pixels
    feed_begin(feed, 1, 1);
    feed_app(feed, &app);
    feed_end(feed, 1);
    // Right hash, other pixels.
    guint8 pixels[16 * 16 * 4] = {1};
    g_autofree guint8 *buffer = g_malloc(64 * 1024);
    ChanIcon icon = {.width = 16, .height = 16, .pixels = CHAN_SPAN(pixels, sizeof pixels)};
    memcpy(icon.hash, app.icons[0].hash, sizeof icon.hash);
    g_assert_true(feed_raw(feed, CHAN_MSG_ICON, chan_icon_encode(&icon, buffer, 64 * 1024)));
    g_assert_null(broker_catalog_icon_path(feed->catalog, app.icons[0].hash));
    g_assert_true(feed_icon(feed, 48, 9));
    g_assert_null(broker_catalog_icon_path(feed->catalog, app.icons[1].hash));
    g_test_expect_message(NULL, G_LOG_LEVEL_MESSAGE, "*2 icons of wrong size or content");
    g_assert_true(feed_wait_changed(feed, 1));
    g_test_assert_expected_messages();
    // Dimensions that cannot be, past what the codec lets an honest sender write.
    ChanSpan whole = chan_icon_encode(&icon, buffer, 64 * 1024);
    buffer[CHAN_ICON_HASH_SIZE + 1] = 0xff;
    g_assert_false(feed_raw(feed, CHAN_MSG_ICON, whole));
    feed_free(feed);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/catalog/full-list-sweeps", test_full_list_sweeps);
    g_test_add_func("/catalog/deltas", test_deltas);
    g_test_add_func("/catalog/index-stays", test_index_stays);
    g_test_add_func("/catalog/index-is-bounded", test_index_is_bounded);
    g_test_add_func("/catalog/changes-merge", test_changes_merge);
    g_test_add_func("/catalog/names-are-cleaned", test_names_are_cleaned);
    g_test_add_func("/catalog/bad-ids", test_bad_ids_are_left_out);
    g_test_add_func("/catalog/a-hundred-thousand", test_a_hundred_thousand);
    g_test_add_func("/catalog/text-budget", test_text_budget);
    g_test_add_func("/catalog/out-of-order", test_out_of_order);
    g_test_add_func("/catalog/interrupted-list", test_interrupted_list);
    g_test_add_func("/catalog/icons", test_icons);
    g_test_add_func("/catalog/unfit-icons", test_unfit_icons);
    g_test_add_func("/catalog/kept/next-broker", test_kept_for_the_next_broker);
    g_test_add_func("/catalog/kept/numbers", test_kept_numbers);
    g_test_add_func("/catalog/kept/swept", test_kept_is_swept);
    g_test_add_func("/catalog/kept/checked", test_kept_is_checked);
    return g_test_run();
}
