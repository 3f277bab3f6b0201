// SPDX-License-Identifier: Apache-2.0
// Guests' files: what is valid, and that errors name file, line and key.
#include "hostbroker/config.h"
#include "hostbroker/error.h"
#include "hostbroker/keyfile.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static BrokerConfig *
parse(const char *text, GError **error)
{
    return broker_config_parse("demo", "/c/demo.conf", text, strlen(text), error);
}

static void
test_defaults(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BrokerConfig) c = parse("[Guest]\nkind=sandbox\n", &error);

    g_assert_no_error(error);
    g_assert_cmpint(c->kind, ==, BROKER_KIND_SANDBOX);
    g_assert_cmpstr(c->label, ==, "demo");
    g_assert_false(c->autostart);
    g_assert_true(c->sound);
    g_assert_true(c->video);
    g_assert_true(c->unlisted);
    g_assert_false(c->network);
    g_assert_cmpint(c->idle_timeout_s, ==, 60);
    g_assert_cmpint(c->clipboard, ==, BROKER_CLIPBOARD_BOTH);
    g_assert_cmpint(c->microphone, ==, BROKER_MICROPHONE_OFF);
    g_assert_cmpint(c->publish, ==, BROKER_PUBLISH_ALL);
    g_assert_cmpuint(c->border, ==, 0);
    g_assert_true(broker_config_takes_files(c));
}

static void
test_all_keys(void)
{
    const char *text =
        "# a comment\n\n[Guest]\n kind = socket \nlabel=My\\sguest\nidle_timeout_s=-1\n"
        "clipboard=to-guest\nsound=false\nmicrophone=on\nvideo=false\nunlisted=true\n"
        "publish=chosen\n"
        "apps=xterm;org.gnome.gedit;\nborder=#ff8800\ntitle_prefix=vm: \nframes=host\n"
        "[Socket]\npath=/run/a\\\\b\nmode=listen";
    g_autoptr(GError) error = NULL;
    g_autoptr(BrokerConfig) c = parse(text, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(c->label, ==, "My guest");
    g_assert_cmpint(c->idle_timeout_s, ==, -1);
    g_assert_cmpint(c->clipboard, ==, BROKER_CLIPBOARD_TO_GUEST);
    g_assert_cmpint(c->microphone, ==, BROKER_MICROPHONE_ON);
    g_assert_false(c->sound);
    g_assert_false(c->video);
    g_assert_true(c->unlisted);
    g_assert_cmpuint(g_strv_length(c->apps), ==, 2);
    g_assert_cmpstr(c->apps[1], ==, "org.gnome.gedit");
    g_assert_cmphex(c->border, ==, 0x01ff8800);
    g_assert_cmpstr(c->title_prefix, ==, "vm:");
    g_assert_cmpint(c->frames, ==, BROKER_FRAMES_HOST);
    g_assert_cmpstr(c->socket_path, ==, "/run/a\\b");
    g_assert_cmpint(c->socket_mode, ==, BROKER_SOCKET_LISTEN);
    g_assert_false(broker_config_takes_files(c));
}

typedef struct {
    const char *text, *message;
} Bad;

static const Bad bad[] = {
    {"", "/c/demo.conf: key 'kind' is missing"},
    {"[guest]\nkind=local\n", "/c/demo.conf:2: key 'kind' belongs into group [Guest]"},
    {"kind=local\n", "/c/demo.conf:1: key 'kind' comes before the first [GROUP]"},
    {"[Guest]\nkind=bogus\n", "/c/demo.conf:2: key 'kind': 'bogus' is none of sandbox, local"},
    {"[Guest]\nkind=local\nnonsense\n", "/c/demo.conf:3: 'nonsense' is neither"},
    {"[Guest\nkind=local\n", "/c/demo.conf:1: '[Guest' is not a group's name"},
    {"[Guest]\nkind=local\n[Guest]\n", "/c/demo.conf:3: group [Guest] is there twice"},
    {"[Guest]\nkind=local\nkind=local\n",
     "/c/demo.conf:3: key 'kind' is there twice, first in line 2"},
    {"[Guest]\nkind=local\n\nidle_timeout_s=soon\n",
     "/c/demo.conf:4: key 'idle_timeout_s': 'soon' is not a number from -1 to 604800"},
    {"[Guest]\nkind=local\nidle_timeout_s=604801\n",
     "/c/demo.conf:3: key 'idle_timeout_s': '604801'"},
    {"[Guest]\nkind=local\nidle_timeout_s=-2\n", "/c/demo.conf:3: key 'idle_timeout_s': '-2'"},
    {"[Guest]\nkind=local\nstart_timeout_s=0\n", "/c/demo.conf:3: key 'start_timeout_s': '0'"},
    {"[Guest]\nkind=local\nsound=yes\n", "/c/demo.conf:3: key 'sound': 'yes' is neither true nor"},
    {"[Guest]\nkind=local\nnetwork=true\n",
     "/c/demo.conf:3: key 'network': a guest of kind local has no such key"},
    {"[Guest]\nkind=local\ncolour=red\n", "/c/demo.conf:3: key 'colour' is unknown"},
    {"[Guest]\nkind=local\nborder=red\n",
     "/c/demo.conf:3: key 'border': 'red' is neither none nor"},
    {"[Guest]\nkind=local\nborder=#12345\n", "/c/demo.conf:3: key 'border'"},
    {"[Guest]\nkind=local\nborder=#12345g\n", "/c/demo.conf:3: key 'border'"},
    {"[Guest]\nkind=local\napps=../x;\n", "/c/demo.conf:3: key 'apps': '../x' is not the id"},
    {"[Guest]\nkind=local\nenvironment=A;\n",
     "/c/demo.conf:3: key 'environment': 'A' is not NAME="},
    {"[Guest]\nkind=sandbox\nshare=home;\n",
     "/c/demo.conf:3: key 'share': 'home' is not an absolute"},
    {"[Guest]\nkind=local\nlabel=a\\q\n", "/c/demo.conf:3: key 'label': 'a\\q' has a wrong escape"},
    {"[Guest]\nkind=socket\n", "/c/demo.conf: key 'path' is missing in group [Socket]"},
    {"[Guest]\nkind=socket\npath=/x\n", "/c/demo.conf:3: key 'path' belongs into group [Socket]"},
    {"[Guest]\nkind=socket\n[Socket]\npath=x\n",
     "/c/demo.conf:4: key 'path': 'x' is not an absolute"},
    {"[Guest]\nkind=command\n[Command]\nargv=\n", "/c/demo.conf:4: key 'argv': has 0 entries"},
    {"[Guest]\nkind=vsock\n[Vsock]\ncid=3\n",
     "/c/demo.conf: key 'port' is missing in group [Vsock]"},
    {"[Guest]\nkind=vsock\n[Vsock]\ncid=3\nport=4294967296\n", "/c/demo.conf:5: key 'port'"},
    {"[Guest]\nkind=local\nlabel=\xff\n", "/c/demo.conf:3: the line is not valid UTF-8"},
};

static void
test_errors(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(BrokerConfig) c = parse(bad[i].text, &error);
        g_assert_null(c);
        g_assert_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT);
        if (!g_str_has_prefix(error->message, bad[i].message))
            g_test_fail_printf("\"%s\" does not begin with \"%s\"", error->message, bad[i].message);
    }
}

static void
test_nul(void)
{
    g_autoptr(GError) error = NULL;
    const char text[] = "[Guest]\nkind=lo\0cal\n";

    g_assert_null(broker_config_parse("demo", "/c/demo.conf", text, sizeof text - 1, &error));
    g_assert_cmpstr(error->message, ==, "/c/demo.conf:2: the line has a NUL byte in it");
}

// None of these may hold up who reads it.
static void
test_no_file(void)
{
    g_autofree char *dir = g_dir_make_tmp("cmc-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "demo.conf", NULL);
    g_autofree char *target = g_build_filename(dir, "target", NULL);

    for (int kind = 0; kind < 4; kind++) {
        g_autoptr(GError) error = NULL;
        if (kind == 0)
            g_assert_cmpint(mkfifo(path, 0600), ==, 0);
        else if (kind == 1)
            g_assert_cmpint(symlink("/dev/zero", path), ==, 0);
        else if (kind == 2)
            g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
        g_assert_null(broker_config_load("demo", path, &error));
        g_assert_nonnull(error);
        g_assert_nonnull(strstr(error->message, path));
        g_assert_true(kind == 3 || strstr(error->message, "is not a plain file"));
        g_assert_true(kind == 3 || g_remove(path) == 0);
    }
    // A link to a file is as good as the file.
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_set_contents(target, "[Guest]\nkind=local\n", -1, NULL));
    g_assert_cmpint(symlink(target, path), ==, 0);
    g_autoptr(BrokerConfig) c = broker_config_load("demo", path, &error);
    g_assert_no_error(error);
    g_assert_cmpint(c->kind, ==, BROKER_KIND_LOCAL);
    g_assert_cmpint(g_remove(path) | g_remove(target) | g_rmdir(dir), ==, 0);
}

static void
test_names(void)
{
    g_autofree char *longest = g_strnfill(48, 'a');
    g_autofree char *too_long = g_strnfill(49, 'a');

    g_assert_true(broker_guest_name_valid("a"));
    g_assert_true(broker_guest_name_valid("win-7"));
    g_assert_true(broker_guest_name_valid(longest));
    const char *wrong[] = {"", "7win", "-a", "A", "a b", "a/b", "a.b", "a\n", "ä", "..", too_long};
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(broker_guest_name_valid(wrong[i]));
}

// What AddGuest writes is read back as the same.
static void
test_round_trip(void)
{
    g_autoptr(GHashTable) options = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GError) error = NULL;

    g_hash_table_insert(options, (gpointer) "argv", (gpointer) "ssh;host;a\\;b;");
    g_hash_table_insert(options, (gpointer) "label", (gpointer) "Über ; dort");
    g_autofree char *text = broker_config_text("demo", "command", options, &error);
    g_assert_no_error(error);
    g_autoptr(BrokerConfig) c = parse(text, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_strv_length(c->argv), ==, 3);
    g_assert_cmpstr(c->argv[2], ==, "a;b");
    g_assert_cmpstr(c->label, ==, "Über ; dort");
    g_autoptr(GVariant) shown = g_variant_ref_sink(broker_config_to_variant(c));
    const char *argv = NULL, *missing = NULL;
    g_assert_true(g_variant_lookup(shown, "argv", "&s", &argv));
    g_assert_cmpstr(argv, ==, "ssh;host;a\\;b;");
    g_assert_false(g_variant_lookup(shown, "path", "&s", &missing));
}

// The text with this done to it; NULL with error set.
static char *
edit(const char *text, const char *key, const char *value, const char *reset, GError **error)
{
    g_autoptr(GHashTable) options = g_hash_table_new(g_str_hash, g_str_equal);
    const char *const resets[] = {reset, NULL};

    if (key)
        g_hash_table_insert(options, (gpointer)key, (gpointer)value);
    return broker_config_edit("demo", "/c/demo.conf", text, options, resets, error);
}

static void
test_edit(void)
{
    const struct {
        const char *before, *key, *value, *reset, *after;
    } cases[] = {
        {"# mine\n[Guest]\nkind = local\n# why\nlabel = A\n\n", "label", "B", NULL,
         "# mine\n[Guest]\nkind = local\n# why\nlabel=B\n\n"},
        {"[Guest]\nkind=local", "sound", "false", NULL, "[Guest]\nkind=local\nsound=false"},
        {"[Guest]\nkind=local\nsound=false\nlabel=A\n", NULL, NULL, "sound",
         "[Guest]\nkind=local\nlabel=A\n"},
        {"[Guest]\nkind=local\n", NULL, NULL, "sound", "[Guest]\nkind=local\n"},
        {"[Guest]\nkind=socket\n\n[Socket]\npath=/a\n", "sound", "false", NULL,
         "[Guest]\nkind=socket\nsound=false\n\n[Socket]\npath=/a\n"},
        {"[Guest]\nkind=socket\n\n[Socket]\npath=/a\n", "mode", "listen", NULL,
         "[Guest]\nkind=socket\n\n[Socket]\npath=/a\nmode=listen\n"},
        // What was wrong may be mended.
        {"[Guest]\nkind=socket\n", "path", "/b", NULL,
         "[Guest]\nkind=socket\n\n[Socket]\npath=/b\n"},
        {"[Guest]\nkind=local\nsound=loud\n", NULL, NULL, "sound", "[Guest]\nkind=local\n"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *after =
            edit(cases[i].before, cases[i].key, cases[i].value, cases[i].reset, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(after, ==, cases[i].after);
    }
}

static void
test_edit_refused(void)
{
    const struct {
        const char *key, *value, *reset, *word;
    } cases[] = {
        {"sound", "loud", NULL, "'sound'"},   {"path", "/x", NULL, "'path'"},
        {"kind", "local", NULL, "'kind'"},    {"nothing", "x", NULL, "'nothing'"},
        {NULL, NULL, "nothing", "'nothing'"}, {NULL, NULL, "argv", "'argv' is missing"},
        {"sound", "true", "sound", "both"},   {"label", "a\n[Command]", NULL, "control"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *after = edit("[Guest]\nkind=command\n[Command]\nargv=a\n", cases[i].key,
                                      cases[i].value, cases[i].reset, &error);
        g_assert_null(after);
        g_assert_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT);
        if (!strstr(error->message, cases[i].word))
            g_error("case %zu: %s", i, error->message);
    }
}

static void
test_options_refused(void)
{
    const struct {
        const char *kind, *option, *value, *word;
    } cases[] = {
        {"local", "label", "a\nkind=command", "control character"},
        {"local", "kind", "command", "'kind'"},
        {"local", "path", "/x", "local"},
        {"nothing", "label", "x", "nothing"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GHashTable) options = g_hash_table_new(g_str_hash, g_str_equal);
        g_autoptr(GError) error = NULL;
        g_hash_table_insert(options, (gpointer)cases[i].option, (gpointer)cases[i].value);
        g_autofree char *text = broker_config_text("demo", cases[i].kind, options, &error);
        g_assert_null(text);
        g_assert_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(error->message, cases[i].word));
    }
}

static void
test_bus_names(void)
{
    const struct {
        int code;
        const char *name;
    } names[] = {
        {BROKER_ERROR_FAILED, "org.casement.Error.Failed"},
        {BROKER_ERROR_INVALID_ARGUMENT, "org.casement.Error.InvalidArgument"},
        {BROKER_ERROR_NO_SUCH_GUEST, "org.casement.Error.NoSuchGuest"},
        {BROKER_ERROR_NO_SUCH_APP, "org.casement.Error.NoSuchApp"},
        {BROKER_ERROR_GUEST_FAILED, "org.casement.Error.GuestFailed"},
        {BROKER_ERROR_NOT_ALLOWED, "org.casement.Error.NotAllowed"},
        {BROKER_ERROR_SIGN_IN, "org.casement.Error.SignIn"},
        {BROKER_ERROR_NOT_SUPPORTED, "org.casement.Error.NotSupported"},
        {BROKER_ERROR_BUSY, "org.casement.Error.Busy"},
        {BROKER_ERROR_TIMEOUT, "org.casement.Error.Timeout"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = g_error_new_literal(BROKER_ERROR, names[i].code, "words");
        g_autoptr(GError) fit = broker_error_for_bus(error);
        g_autofree char *name = g_dbus_error_encode_gerror(fit);
        g_assert_cmpstr(name, ==, names[i].name);
    }
    g_autoptr(GError) foreign = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "words");
    g_autoptr(GError) fit = broker_error_for_bus(foreign);
    g_assert_error(fit, BROKER_ERROR, BROKER_ERROR_FAILED);
    g_assert_cmpstr(fit->message, ==, "words");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/broker/config/defaults", test_defaults);
    g_test_add_func("/broker/config/all-keys", test_all_keys);
    g_test_add_func("/broker/config/errors", test_errors);
    g_test_add_func("/broker/config/nul", test_nul);
    g_test_add_func("/broker/config/no-file", test_no_file);
    g_test_add_func("/broker/config/names", test_names);
    g_test_add_func("/broker/config/round-trip", test_round_trip);
    g_test_add_func("/broker/config/options-refused", test_options_refused);
    g_test_add_func("/broker/config/edit", test_edit);
    g_test_add_func("/broker/config/edit-refused", test_edit_refused);
    g_test_add_func("/broker/error/bus-names", test_bus_names);
    return g_test_run();
}
