// SPDX-License-Identifier: Apache-2.0
// The publisher: what it writes and removes, what it leaves alone, and what becomes of hostile
// names.

#include "hostbroker/desktop_entry.h"
#include "tests/unit/publish_feed.h"

#include <gio/gdesktopappinfo.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    Feed *feed;
    char *data, *config, *state;
    BrokerPublisher *publisher;
    BrokerPublishPolicy policy;
} Home;

static Home
home_new(void)
{
    Home home = {.feed = feed_new("demo")};
    home.data = g_build_filename(home.feed->root, "data", NULL);
    home.config = g_build_filename(home.feed->root, "config", NULL);
    home.state = g_build_filename(home.feed->root, "state", NULL);
    home.publisher = broker_publisher_new(home.data, home.config, home.state);
    home.policy = (BrokerPublishPolicy){.label = "Demo guest", .launcher = "/usr/bin/true"};
    return home;
}

static void
home_clear(Home *home)
{
    broker_publisher_free(home->publisher);
    feed_free(home->feed);
    g_free(home->data);
    g_free(home->config);
    g_free(home->state);
}

static void
update(Home *home)
{
    g_autoptr(GError) error = NULL;
    broker_publisher_update(home->publisher, "demo", home->feed->catalog, &home->policy, &error);
    g_assert_no_error(error);
}

static void
restart_publisher(Home *home)
{
    broker_publisher_free(home->publisher);
    home->publisher = broker_publisher_new(home->data, home->config, home->state);
}

static char *
entry_path(const Home *home, const char *app)
{
    return g_strdup_printf("%s/applications/casement.demo.%s.desktop", home->data, app);
}

static gboolean
has_entry(const Home *home, const char *app)
{
    g_autofree char *path = entry_path(home, app);
    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static guint
count_files(const char *path)
{
    guint count = 0;
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        count += g_file_test(child, G_FILE_TEST_IS_DIR) ? count_files(child) : 1;
    }
    return count;
}

static GKeyFile *
load_entry(const Home *home, const char *app)
{
    g_autofree char *path = entry_path(home, app);
    g_autoptr(GError) error = NULL;
    GKeyFile *file = g_key_file_new();
    g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &error);
    g_assert_no_error(error);
    return file;
}

static void
assert_key(GKeyFile *file, const char *group, const char *key, const char *expected)
{
    g_autofree char *value = g_key_file_get_string(file, group, key, NULL);
    g_assert_cmpstr(value, ==, expected);
}

static ChanApp
rich_app(void)
{
    ChanApp app = {.id = CHAN_SPAN_TEXT("org.x.Writer"),
                   .name = CHAN_SPAN_TEXT("Writer"),
                   .generic_name = CHAN_SPAN_TEXT("Word processor"),
                   .comment = CHAN_SPAN_TEXT("Writes; with \\ and = and %f"),
                   .flags = CHAN_APP_TAKES_FILES,
                   .n_keywords = 2,
                   .n_mime_types = 2,
                   .n_actions = 2,
                   .n_icons = 1};
    app.keywords[0] = CHAN_SPAN_TEXT("text");
    app.keywords[1] = CHAN_SPAN_TEXT("semi;colon");
    app.mime_types[0] = CHAN_SPAN_TEXT("text/plain");
    app.mime_types[1] = CHAN_SPAN_TEXT("application/rtf");
    app.actions[0] = (ChanAction){CHAN_SPAN_TEXT("new-window"), CHAN_SPAN_TEXT("New window")};
    app.actions[1] = (ChanAction){CHAN_SPAN_TEXT("odd_id"), CHAN_SPAN_TEXT("Odd")};
    guint8 pixels[48 * 48 * 4];
    feed_icon_pixels(48, 3, pixels, &app.icons[0]);
    return app;
}

static void
publish_rich_app(Home *home)
{
    ChanApp app = rich_app();
    feed_begin(home->feed, 1, 1);
    feed_app(home->feed, &app);
    feed_end(home->feed, 1);
    g_assert_true(feed_icon(home->feed, 48, 3));
    home->policy.files = TRUE;
    update(home);
}

static void
test_entry(void)
{
    Home home = home_new();
    publish_rich_app(&home);
    g_autoptr(GKeyFile) file = load_entry(&home, "org.x.Writer");
    const char *group = G_KEY_FILE_DESKTOP_GROUP;
    assert_key(file, group, "Name", "Writer");
    assert_key(file, group, "Comment", "Writes; with \\ and = and %f");
    assert_key(file, group, "Exec", "\"/usr/bin/true\" run demo org.x.Writer %F");
    assert_key(file, group, "TryExec", "/usr/bin/true");
    assert_key(file, group, "Icon", "casement.demo.org.x.Writer");
    assert_key(file, group, "Categories", "X-Casement-demo;");
    assert_key(file, group, "StartupWMClass", "casement.demo.org.x.Writer");
    assert_key(file, group, "X-Casement-Guest", "demo");
    assert_key(file, group, "MimeType", "text/plain;application/rtf;");
    assert_key(file, group, "Actions", "new-window;action-1;");
    assert_key(file, "Desktop Action action-1", "Exec",
               "\"/usr/bin/true\" run demo org.x.Writer:odd_id");
    g_auto(GStrv) keywords = g_key_file_get_string_list(file, group, "Keywords", NULL, NULL);
    g_assert_cmpstr(keywords[1], ==, "semi;colon");
    g_autofree char *icon = g_build_filename(
        home.data, "icons/hicolor/48x48/apps/casement.demo.org.x.Writer.png", NULL);
    g_assert_true(g_file_test(icon, G_FILE_TEST_IS_REGULAR));
    home.policy.files = FALSE;
    update(&home);
    g_autoptr(GKeyFile) without = load_entry(&home, "org.x.Writer");
    g_assert_false(g_key_file_has_key(without, group, "MimeType", NULL));
    assert_key(without, group, "Exec", "\"/usr/bin/true\" run demo org.x.Writer");
    home_clear(&home);
}

// URL schemes go with every guest, since nothing of this machine has to be given.
static void
test_schemes(void)
{
    static const char exec[] = "\"/usr/bin/true\" run demo org.x.Writer %U";
    Home home = home_new();
    const char *group = G_KEY_FILE_DESKTOP_GROUP;
    ChanApp app = rich_app();
    ChanApp hidden = {.id = CHAN_SPAN_TEXT("hidden"),
                      .name = CHAN_SPAN_TEXT("Hidden"),
                      .flags = CHAN_APP_HIDDEN | CHAN_APP_TAKES_FILES,
                      .n_mime_types = 1,
                      .mime_types = {CHAN_SPAN_TEXT("x-scheme-handler/casement")}};
    app.mime_types[app.n_mime_types++] = CHAN_SPAN_TEXT("x-scheme-handler/http");
    for (guint files = 0; files < 2; files++) {
        home.policy.files = files;
        feed_begin(home.feed, files + 1, 2);
        feed_app(home.feed, &app);
        feed_app(home.feed, &hidden);
        feed_end(home.feed, files + 1);
        update(&home);
        g_autoptr(GKeyFile) entry = load_entry(&home, "org.x.Writer");
        assert_key(entry, group, "Exec", exec);
        assert_key(entry, group, "MimeType",
                   files ? "text/plain;application/rtf;x-scheme-handler/http;"
                         : "x-scheme-handler/http;");
        g_autoptr(GKeyFile) other = load_entry(&home, "hidden");
        assert_key(other, group, "MimeType", "x-scheme-handler/casement;");
    }
    app.flags = hidden.flags = 0; // nothing can be given to these
    feed_begin(home.feed, 3, 2);
    feed_app(home.feed, &app);
    feed_app(home.feed, &hidden);
    feed_end(home.feed, 3);
    update(&home);
    g_autoptr(GKeyFile) entry = load_entry(&home, "org.x.Writer");
    assert_key(entry, group, "MimeType", "text/plain;application/rtf;");
    home_clear(&home);
}

static gboolean
on_tick(gpointer user)
{
    (*(guint *)user)++;
    return G_SOURCE_CONTINUE;
}

typedef gboolean (*Condition)(const Home *home);

// Looks again whenever something happens, and every 5 ms: what is waited for are files.
static void
wait_for(const Home *home, Condition condition)
{
    guint ticks = 0;
    guint timer = g_timeout_add(5, on_tick, &ticks);
    while (!condition(home) && ticks < 2000)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(timer);
    g_assert_true(condition(home));
}

static gboolean
types_are_known(const Home *home)
{
    g_autofree char *path = g_build_filename(home->data, "applications/mimeinfo.cache", NULL);
    g_autofree char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) &&
           strstr(text, "casement.demo.org.x.Writer.desktop");
}

static gboolean
nothing_is_left(const Home *home)
{
    return count_files(home->data) == 0;
}

static void
test_remove_leaves_nothing(void)
{
    Home home = home_new();
    publish_rich_app(&home);
    wait_for(&home, types_are_known);
    g_auto(GStrv) guests = broker_publisher_guests(home.publisher);
    g_assert_cmpstr(guests[0], ==, "demo");
    g_assert_null(guests[1]);
    restart_publisher(&home); // a later broker removes what a former one wrote
    g_autoptr(GError) error = NULL;
    broker_publisher_remove(home.publisher, "demo", &error);
    g_assert_no_error(error);
    wait_for(&home, nothing_is_left); // the index of types is another process's work
    g_assert_cmpuint(count_files(home.config), ==, 0);
    g_assert_cmpuint(count_files(home.state), ==, 0);
    g_auto(GStrv) none = broker_publisher_guests(home.publisher);
    g_assert_null(none[0]);
    home_clear(&home);
}

static void
test_deltas(void)
{
    Home home = home_new();
    feed_list(home.feed, (const char *const[]){"a=A", "b=B", NULL});
    update(&home);
    g_autofree char *kept = entry_path(&home, "a");
    struct stat before, after;
    g_assert_cmpint(lstat(kept, &before), ==, 0);
    feed_list(home.feed, (const char *const[]){"a=A", "c=C", NULL});
    update(&home);
    g_assert_true(has_entry(&home, "c"));
    g_assert_false(has_entry(&home, "b"));
    g_assert_cmpint(lstat(kept, &after), ==, 0);
    g_assert_cmpuint(before.st_ino, ==, after.st_ino); // not written again
    restart_publisher(&home);
    update(&home);
    g_assert_cmpint(lstat(kept, &after), ==, 0);
    g_assert_cmpuint(before.st_ino, ==, after.st_ino);
    // What somebody deleted comes back.
    g_assert_cmpint(g_unlink(kept), ==, 0);
    update(&home);
    g_assert_true(has_entry(&home, "a"));
    home_clear(&home);
}

// A new broker, before the guest has told anything, keeps what is there.
static void
test_unknown_catalog_keeps(void)
{
    Home home = home_new();
    feed_list(home.feed, (const char *const[]){"a=A", "b=B", NULL});
    update(&home);
    restart_publisher(&home);
    feed_restart(home.feed, "demo");
    update(&home);
    g_assert_true(has_entry(&home, "a"));
    feed_list(home.feed, (const char *const[]){"b=B", NULL});
    update(&home);
    g_assert_false(has_entry(&home, "a"));
    g_assert_true(has_entry(&home, "b"));
    home_clear(&home);
}

static void
test_filter(void)
{
    Home home = home_new();
    feed_list(home.feed, (const char *const[]){"a=A", "b=B", NULL});
    const char *const chosen[] = {"b", "unknown", NULL};
    home.policy.mode = BROKER_PUBLISH_CHOSEN;
    home.policy.chosen = chosen;
    update(&home);
    g_assert_false(has_entry(&home, "a"));
    g_assert_true(has_entry(&home, "b"));
    home.policy.mode = BROKER_PUBLISH_NONE;
    update(&home);
    g_assert_false(has_entry(&home, "b"));
    g_assert_cmpuint(count_files(home.config), ==, 0);
    home_clear(&home);
}

// What the guest's menu has besides programs.
static void
test_sidelined(void)
{
    Home home = home_new();
    ChanApp app = {.id = CHAN_SPAN_TEXT("uninstall"),
                   .name = CHAN_SPAN_TEXT("Uninstall"),
                   .flags = CHAN_APP_SIDELINED};
    const char *const chosen[] = {"uninstall", NULL};
    feed_list(home.feed, (const char *const[]){"a=A", NULL});
    feed_app(home.feed, &app);
    update(&home);
    g_assert_true(has_entry(&home, "a"));
    g_assert_false(has_entry(&home, "uninstall"));
    home.policy.mode = BROKER_PUBLISH_EVERYTHING;
    update(&home);
    g_assert_true(has_entry(&home, "a"));
    g_assert_true(has_entry(&home, "uninstall"));
    home.policy.mode = BROKER_PUBLISH_CHOSEN;
    home.policy.chosen = chosen;
    update(&home);
    g_assert_false(has_entry(&home, "a"));
    g_assert_true(has_entry(&home, "uninstall"));
    home_clear(&home);
}

static void
test_hidden(void)
{
    Home home = home_new();
    ChanApp app = {.id = CHAN_SPAN_TEXT("opener"),
                   .name = CHAN_SPAN_TEXT("Opener"),
                   .flags = CHAN_APP_HIDDEN | CHAN_APP_TAKES_FILES,
                   .n_mime_types = 1,
                   .mime_types = {CHAN_SPAN_TEXT("text/plain")}};
    feed_list(home.feed, (const char *const[]){NULL});
    feed_app(home.feed, &app);
    update(&home);
    g_assert_false(has_entry(&home, "opener")); // of no use without files
    home.policy.files = TRUE;
    update(&home);
    g_autoptr(GKeyFile) file = load_entry(&home, "opener");
    assert_key(file, G_KEY_FILE_DESKTOP_GROUP, "NoDisplay", "true");
    g_assert_cmpuint(count_files(home.config), ==, 0); // nothing for a menu folder to show
    home_clear(&home);
}

static void
assert_refused(Home *home, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(broker_publisher_update(home->publisher, "demo", home->feed->catalog,
                                           &home->policy, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_EXISTS);
    g_assert_nonnull(strstr(error->message, path));
}

static void
test_foreign_files_stay(void)
{
    Home home = home_new();
    static const char mine[] = "[Desktop Entry]\nType=Application\nName=Mine\nExec=true\n";
    g_autofree char *path = entry_path(&home, "a");
    g_autofree char *dir = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, mine, -1, NULL));
    feed_list(home.feed, (const char *const[]){"a=A", "b=B", NULL});
    assert_refused(&home, path);
    g_assert_true(has_entry(&home, "b")); // what could be written is
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, mine);

    // One that takes our file's place later stays as well, also when the guest goes.
    g_autofree char *other = entry_path(&home, "b");
    g_assert_true(g_file_set_contents(other, mine, -1, NULL));
    assert_refused(&home, path);
    g_autofree char *target = g_build_filename(home.feed->root, "target", NULL);
    g_assert_true(g_file_set_contents(target, mine, -1, NULL));
    g_autoptr(GError) error = NULL;
    broker_publisher_remove(home.publisher, "demo", &error);
    g_assert_no_error(error);
    g_assert_true(has_entry(&home, "a"));
    g_assert_true(has_entry(&home, "b"));
    g_assert_cmpuint(count_files(home.data), ==, 2);
    home_clear(&home);
}

static void
test_links_are_not_followed(void)
{
    Home home = home_new();
    g_autofree char *path = entry_path(&home, "a");
    g_autofree char *dir = g_path_get_dirname(path);
    g_autofree char *target = g_build_filename(home.feed->root, "target", NULL);
    g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
    g_assert_true(
        g_file_set_contents(target, "[Desktop Entry]\nX-Casement-Guest=demo\n", -1, NULL));
    g_assert_cmpint(symlink(target, path), ==, 0);
    feed_list(home.feed, (const char *const[]){"a=A", NULL});
    assert_refused(&home, path);
    g_assert_true(g_file_test(path, G_FILE_TEST_IS_SYMLINK));
    home_clear(&home);
}

static void
test_icons_follow(void)
{
    Home home = home_new();
    publish_rich_app(&home);
    g_autofree char *icon = g_build_filename(
        home.data, "icons/hicolor/48x48/apps/casement.demo.org.x.Writer.png", NULL);
    g_autofree char *before = NULL, *after = NULL;
    gsize before_size, after_size;
    g_assert_true(g_file_get_contents(icon, &before, &before_size, NULL));
    ChanApp app = rich_app();
    guint8 pixels[48 * 48 * 4];
    feed_icon_pixels(48, 200, pixels, &app.icons[0]);
    feed_app(home.feed, &app);
    g_assert_true(feed_icon(home.feed, 48, 200));
    update(&home);
    g_assert_true(g_file_get_contents(icon, &after, &after_size, NULL));
    g_assert_false(before_size == after_size && memcmp(before, after, after_size) == 0);
    app.n_icons = 0;
    feed_app(home.feed, &app);
    update(&home);
    g_assert_false(g_file_test(icon, G_FILE_TEST_EXISTS));
    home_clear(&home);
}

static struct stat
stat_of_icon(const Home *home)
{
    g_autofree char *path = g_build_filename(
        home->data, "icons/hicolor/48x48/apps/casement.demo.org.x.Writer.png", NULL);
    struct stat st;
    g_assert_cmpint(lstat(path, &st), ==, 0);
    return st;
}

static struct stat
stat_of_cached(const Home *home)
{
    ChanApp app = rich_app();
    g_autofree char *path = broker_catalog_icon_path(home->feed->catalog, app.icons[0].hash);
    struct stat st;
    g_assert_cmpint(lstat(path, &st), ==, 0);
    return st;
}

static void
test_icons_are_linked(void)
{
    Home home = home_new();
    publish_rich_app(&home);
    g_assert_cmpuint(stat_of_icon(&home).st_ino, ==, stat_of_cached(&home).st_ino);
    home_clear(&home);
}

static void
test_icons_between_file_systems(void)
{
    Home home = home_new();
    g_autofree char *other = g_strdup("/dev/shm/casement-publish-XXXXXX");
    struct stat here, there;
    g_assert_cmpint(stat(home.feed->root, &here), ==, 0);
    if (!g_mkdtemp(other) || stat(other, &there) != 0 || here.st_dev == there.st_dev) {
        g_test_skip("there is only one file system");
    } else {
        g_free(home.data);
        home.data = g_strdup(other);
        restart_publisher(&home);
        publish_rich_app(&home);
        g_assert_cmpuint(stat_of_icon(&home).st_size, ==, stat_of_cached(&home).st_size);
    }
    feed_remove_tree(other);
    home_clear(&home);
}

static void
test_long_ids(void)
{
    Home home = home_new();
    char id[CHAN_ID_MAX + 1];
    memset(id, 'x', CHAN_ID_MAX);
    id[CHAN_ID_MAX] = 0;
    const char *guest = "a-guest-whose-name-is-as-long-as-it-may-possibly";
    g_autofree char *first = broker_desktop_id(guest, id);
    id[CHAN_ID_MAX - 1] = 'y';
    g_autofree char *second = broker_desktop_id(guest, id);
    g_assert_cmpstr(first, !=, second);
    g_assert_cmpuint(strlen(first), <=, 220);
    g_autofree char *icon = broker_icon_name("demo", "a.png");
    g_assert_cmpstr(icon, ==, "casement.demo.a.png_");
    home_clear(&home);
}

// Whatever the launcher's path is, a desktop that runs Exec passes our words and nothing else.
static void
test_exec_quoting(void)
{
    Home home = home_new();
    home.policy.launcher = "/opt/we \"$ird`\\ %f;&|*?#()<>~'/casement";
    feed_list(home.feed, (const char *const[]){"a.b-c+d@e=A", NULL});
    update(&home);
    g_autofree char *path = entry_path(&home, "a.b-c+d@e");
    g_autoptr(GKeyFile) file = load_entry(&home, "a.b-c+d@e");
    g_autofree char *exec = g_key_file_get_string(file, G_KEY_FILE_DESKTOP_GROUP, "Exec", NULL);
    g_auto(GStrv) argv = NULL;
    g_assert_true(g_shell_parse_argv(exec, NULL, &argv, NULL));
    g_assert_cmpuint(g_strv_length(argv), ==, 4);
    g_assert_cmpstr(argv[0], ==, "/opt/we \"$ird`\\ %%f;&|*?#()<>~'/casement");
    g_assert_cmpstr(argv[1], ==, "run");
    g_assert_cmpstr(argv[2], ==, "demo");
    g_assert_cmpstr(argv[3], ==, "a.b-c+d@e");
    home_clear(&home);
}

static const char *const nasty[] = {
    "\n",
    "\r",
    "\t",
    "\\",
    "\\n",
    "\\s",
    "%",
    "%f",
    "%%",
    "\"",
    "'",
    "`",
    "$(id)",
    ";",
    ";;",
    "=",
    "[",
    "]",
    "#",
    " ",
    "  ",
    "Exec=rm",
    "[Desktop Action x]",
    "\x1b[31m",
    "\x7f",
    "\xc2\x85",
    "\xe2\x80\xae",
    "\xe2\x80\xa8",
    "\xff",
    "\xc0\xaf",
    "\xed\xa0\x80",
    "\xf4\x90\x80\x80",
    "\xef\xbb\xbf",
    "a",
    "Z",
    "\xc3\xa4",
    "\xe4\xb8\xad",
    "\xf0\x9f\x98\x80",
    "x-y",
    "0",
    "<b>",
    "&amp;",
    "/",
    "..",
};

static ChanSpan
nasty_text(GString *buffer, gsize max)
{
    gsize start = buffer->len;
    guint parts = (guint)g_test_rand_int_range(0, 12);
    for (guint i = 0; i < parts; i++) {
        const char *part = nasty[g_test_rand_int_range(0, G_N_ELEMENTS(nasty))];
        if (buffer->len - start + strlen(part) <= max)
            g_string_append(buffer, part);
    }
    return CHAN_SPAN(buffer->str + start, buffer->len - start);
}

static void
feed_nasty_app(Feed *feed, guint number)
{
    g_autoptr(GString) buffer = g_string_sized_new(256 * 1024); // spans point into it
    g_autofree char *id = g_strdup_printf("app.%u", number);
    ChanApp app = {.id = CHAN_SPAN_TEXT(id), .n_categories = 5, .n_keywords = 9, .n_mime_types = 9};
    app.name = nasty_text(buffer, CHAN_NAME_MAX);
    app.generic_name = nasty_text(buffer, CHAN_NAME_MAX);
    app.comment = nasty_text(buffer, CHAN_COMMENT_MAX);
    app.wm_class = nasty_text(buffer, CHAN_ID_MAX);
    app.flags = (guint32)g_test_rand_int();
    for (guint i = 0; i < 9; i++) {
        app.keywords[i] = nasty_text(buffer, CHAN_LIST_ENTRY_MAX);
        gsize start = buffer->len;
        g_string_append(buffer, i % 2 ? "text/" : "application/vnd.");
        (void)nasty_text(buffer, 60);
        app.mime_types[i] = CHAN_SPAN(buffer->str + start, buffer->len - start);
        if (i < 5)
            app.categories[i] = nasty_text(buffer, 40);
    }
    static const char *const ids[] = {"ok", "un_der", "..", "a;b", "new-window", "dot.ted"};
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
        app.actions[app.n_actions++] =
            (ChanAction){CHAN_SPAN_TEXT(ids[i]), nasty_text(buffer, CHAN_NAME_MAX)};
    }
    feed_app(feed, &app);
}

static void
validate_all(const Home *home)
{
    g_autofree char *dir_path = g_build_filename(home->data, "applications", NULL);
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(argv, g_strdup("desktop-file-validate"));
    g_ptr_array_add(argv, g_strdup("--no-hints")); // it would have a main category
    g_autoptr(GDir) dir = g_dir_open(dir_path, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        if (g_str_has_suffix(name, ".desktop"))
            g_ptr_array_add(argv, g_build_filename(dir_path, name, NULL));
    }
    g_assert_cmpuint(argv->len, >, 100);
    g_ptr_array_add(argv, NULL);
    g_autofree char *out = NULL;
    int status = -1;
    g_autoptr(GError) error = NULL;
    g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL,
                 &status, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(out, ==, "");
    g_assert_cmpint(status, ==, 0);
}

static void
test_hostile_names_validate(void)
{
    Home home = home_new();
    home.policy.files = TRUE;
    feed_begin(home.feed, 1, 600);
    for (guint i = 0; i < 600; i++)
        feed_nasty_app(home.feed, i);
    feed_end(home.feed, 1);
    update(&home);
    validate_all(&home);
    for (guint i = 0; i < 600; i++) {
        g_autofree char *id = g_strdup_printf("app.%u", i);
        const BrokerApp *app = broker_catalog_find(home.feed->catalog, id);
        if (!has_entry(&home, id))
            continue; // hidden, and without a type
        g_autoptr(GKeyFile) file = load_entry(&home, id);
        assert_key(file, G_KEY_FILE_DESKTOP_GROUP, "Name", app->name);
        g_autofree char *start = g_strdup_printf("\"/usr/bin/true\" run demo %s", id);
        g_autofree char *exec = g_key_file_get_string(file, G_KEY_FILE_DESKTOP_GROUP, "Exec", NULL);
        g_assert_true(g_str_has_prefix(exec, start));
    }
    home_clear(&home);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/publish/entry", test_entry);
    g_test_add_func("/publish/schemes", test_schemes);
    g_test_add_func("/publish/remove-leaves-nothing", test_remove_leaves_nothing);
    g_test_add_func("/publish/deltas", test_deltas);
    g_test_add_func("/publish/unknown-catalog-keeps", test_unknown_catalog_keeps);
    g_test_add_func("/publish/filter", test_filter);
    g_test_add_func("/publish/sidelined", test_sidelined);
    g_test_add_func("/publish/hidden", test_hidden);
    g_test_add_func("/publish/foreign-files-stay", test_foreign_files_stay);
    g_test_add_func("/publish/links-are-not-followed", test_links_are_not_followed);
    g_test_add_func("/publish/icons-follow", test_icons_follow);
    g_test_add_func("/publish/icons-are-linked", test_icons_are_linked);
    g_test_add_func("/publish/icons-between-file-systems", test_icons_between_file_systems);
    g_test_add_func("/publish/long-ids", test_long_ids);
    g_test_add_func("/publish/exec-quoting", test_exec_quoting);
    g_test_add_func("/publish/hostile-names-validate", test_hostile_names_validate);
    return g_test_run();
}
