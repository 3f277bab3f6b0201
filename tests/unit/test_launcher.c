// SPDX-License-Identifier: Apache-2.0
// The launcher's own parts: JSON, tables, what is passed on of the caller's desktop.

#include "launcher/check.h"
#include "launcher/json.h"
#include "launcher/platform.h"
#include "launcher/table.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static void
assert_json(const char *variant, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) value = g_variant_parse(NULL, variant, NULL, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *json = launcher_json_from_variant(value);
    g_assert_cmpstr(json, ==, expected);
}

static void
test_json_values(void)
{
    assert_json("true", "true");
    assert_json("byte 0xff", "255");
    assert_json("int16 -7", "-7");
    assert_json("int64 -9223372036854775808", "-9223372036854775808");
    assert_json("uint64 18446744073709551615", "18446744073709551615");
    assert_json("1.5", "1.5");
    assert_json("<<'x'>>", "\"x\"");
    assert_json("@as []", "[]");
    assert_json("@a{sv} {}", "{}");
    assert_json("['a', 'b']", "[\n  \"a\",\n  \"b\"\n]");
    assert_json("{'k': <uint32 1>, 'l': <{'m': uint64 2}>}",
                "{\n  \"k\": 1,\n  \"l\": {\n    \"m\": 2\n  }\n}");
    assert_json("(1, 'x')", "[\n  1,\n  \"x\"\n]");
    g_autoptr(GVariant) endless = g_variant_ref_sink(g_variant_new_double(INFINITY));
    g_autofree char *json = launcher_json_from_variant(endless);
    g_assert_cmpstr(json, ==, "null");
}

static void
test_json_escapes(void)
{
    g_autoptr(GVariant) value = g_variant_ref_sink(
        g_variant_new_string("\"\\/\b\f\n\r\t\v\x01\x1f\x7f \xc3\xa4\xf0\x9f\x98\x80"));
    g_autofree char *json = launcher_json_from_variant(value);
    g_assert_cmpstr(json, ==,
                    "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u000b\\u0001\\u001f\\u007f "
                    "\xc3\xa4\xf0\x9f\x98\x80\"");
}

static void
test_table(void)
{
    const char *const headings[] = {"A", "NAME", "C", NULL};
    g_autoptr(LauncherTable) table = launcher_table_new(headings);
    g_autoptr(GVariant) row = g_variant_ref_sink(
        g_variant_new_parsed("{'n': <uint32 7>, 'b': <true>, 's': <['x', 'y']>}"));
    launcher_table_add(table, "\xe4\xb8\xad\xe6\x96\x87"); // two columns each
    launcher_table_add(table, "evil\x1b[2J\nname");
    launcher_table_add(table, "");
    launcher_table_add_key(table, row, "n");
    launcher_table_add_key(table, row, "s");
    launcher_table_add_key(table, row, "none");
    g_autofree char *text = launcher_table_to_text(table, TRUE);
    g_assert_cmpstr(text, ==,
                    "A     NAME          C\n"
                    "\xe4\xb8\xad\xe6\x96\x87  evil[2J name\n"
                    "7     x, y\n");
    g_autofree char *plain = launcher_table_to_text(table, FALSE);
    g_assert_cmpstr(plain, ==, "\xe4\xb8\xad\xe6\x96\x87\tevil[2J name\t\n7\tx, y\t\n");
}

static void
test_platform_data(void)
{
    char *environment[] = {
        "DISPLAY=:7", "HOME=/home/u", "LANG=", "XAUTHORITY=\xff", "DESKTOP_STARTUP_ID=id_TIME1",
        NULL};
    g_autoptr(GVariant) data = g_variant_ref_sink(launcher_platform_data(environment, TRUE));
    g_autoptr(GVariant) expected = g_variant_ref_sink(g_variant_new_parsed(
        "{'environ': <{'DISPLAY': ':7', 'LANG': ''}>, 'desktop-startup-id': <'id_TIME1'>, "
        "'notify': <true>}"));
    g_assert_cmpvariant(data, expected);
}

static void
assert_file(const char *typed, const char *expected)
{
    g_autofree char *problem = NULL;
    g_autofree char *file = launcher_platform_file(typed, &problem);
    g_assert_cmpstr(file, ==, expected);
    g_assert_true((problem != NULL) == (expected == NULL));
}

static void
test_files(void)
{
    g_autofree char *here = g_get_current_dir();
    g_autofree char *relative = g_build_filename(here, "a b:c", NULL);
    assert_file("a b:c", relative);
    assert_file("/x/../y//z", "/y/z");
    assert_file("file:///tmp/%20x", "file:///tmp/%20x");
    assert_file("/tmp/\xff", "file:///tmp/%FF");
    assert_file("https://example.org/x", "https://example.org/x");
    assert_file("mailto:somebody@example.org", "mailto:somebody@example.org");
    assert_file("casement-test:\xff", NULL);
    g_autofree char *drive = g_build_filename(here, "c:letter", NULL);
    assert_file("c:letter", drive);
    // A file of that name is meant.
    g_autofree char *dir = g_dir_make_tmp("casement-XXXXXX", NULL);
    g_assert_cmpint(g_chdir(dir), ==, 0);
    g_assert_true(g_file_set_contents("mailto:x", "", 0, NULL));
    g_autofree char *file = g_build_filename(dir, "mailto:x", NULL);
    assert_file("mailto:x", file);
    g_assert_cmpint(g_unlink("mailto:x"), ==, 0);
    g_assert_cmpint(g_chdir(here), ==, 0);
    g_assert_cmpint(g_rmdir(dir), ==, 0);
}

static void
test_options(void)
{
    char *argv[] = {"add", "--kind=x", "--kind", "y", "--kinder", "--kind", NULL};
    const char *value;
    int i = 1;
    g_assert_true(launcher_option(argv, &i, "--kind", &value));
    g_assert_cmpstr(value, ==, "x");
    i = 2;
    g_assert_true(launcher_option(argv, &i, "--kind", &value));
    g_assert_cmpstr(value, ==, "y");
    g_assert_cmpint(i, ==, 3);
    i = 4;
    g_assert_false(launcher_option(argv, &i, "--kind", &value));
    i = 5;
    g_assert_true(launcher_option(argv, &i, "--kind", &value));
    g_assert_null(value);
    g_autofree char *problem = NULL;
    g_assert_true(launcher_check_utf8(argv, &problem));
    argv[2] = "\xff";
    g_assert_false(launcher_check_utf8(argv, &problem));
    g_assert_nonnull(strstr(problem, "UTF-8"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/launcher/json-values", test_json_values);
    g_test_add_func("/launcher/json-escapes", test_json_escapes);
    g_test_add_func("/launcher/table", test_table);
    g_test_add_func("/launcher/platform-data", test_platform_data);
    g_test_add_func("/launcher/files", test_files);
    g_test_add_func("/launcher/options", test_options);
    return g_test_run();
}
