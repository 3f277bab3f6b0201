// SPDX-License-Identifier: Apache-2.0

// What is published of a menu: fixture folders, one per rule.

#include "guestagent/linux/entries.h"

#include <glib/gstdio.h>
#include <string.h>

static char *root;

static void
add(const char *relative, const char *keys)
{
    g_autofree char *path = g_strdup_printf("%s/data/applications/%s.desktop", root, relative);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *text = g_strconcat("[Desktop Entry]\nType=Application\n", keys, "\n", NULL);

    g_mkdir_with_parents(folder, 0700);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static const AgentEntry *
find(GPtrArray *entries, const char *id)
{
    for (guint i = 0; i < entries->len; i++) {
        const AgentEntry *e = g_ptr_array_index(entries, i);
        if (g_str_equal(e->id, id))
            return e;
    }
    return NULL;
}

static void
add_all(void)
{
    add("plain",
        "Name=Plain\nName[de]=Schlicht\nName[sr@latin]=Prosto\nGenericName=Tool\n"
        "Comment=Does it\nComment[de]=Tut es\nExec=true %U\nIcon=plain-icon\n"
        "Categories=Utility;TextEditor;\nKeywords=a;b;\nKeywords[de]=x;\n"
        "MimeType=text/plain;text/html;\nStartupWMClass=Plain.Class\nStartupNotify=true\n"
        "Actions=new;bad/id;\n[Desktop Action new]\nName=New\nName[de]=Neu\nExec=true new\n"
        "[Desktop Action bad/id]\nName=Bad\nExec=true");
    add("terminal", "Name=T\nExec=true\nTerminal=true");
    add("nodisplay", "Name=N\nExec=true\nNoDisplay=true");
    add("opener", "Name=O\nExec=true %f\nNoDisplay=true\nMimeType=image/png;");
    add("hidden", "Name=H\nExec=true\nHidden=true");
    add("kde-only", "Name=K\nExec=true\nOnlyShowIn=KDE;");
    add("kde-opener", "Name=K\nExec=true\nNoDisplay=true\nOnlyShowIn=KDE;\nMimeType=a/b;");
    add("gnome-only", "Name=G\nExec=true\nOnlyShowIn=GNOME;");
    add("not-gnome", "Name=G\nExec=true\nNotShowIn=GNOME;");
    add("missing", "Name=M\nExec=true\nTryExec=/no/such/program");
    add("no-program", "Name=M\nExec=/no/such/program");
    add("casement-vm-word", "Name=W\nExec=true\nX-Casement-Guest=vm");
    add("bad id", "Name=B\nExec=true");
    add("sub/folder", "Name=S\nExec=true");
    add("long", "Name=L\nExec=true");
}

static void
test_rules(void)
{
    g_autoptr(GPtrArray) entries = agent_entries_collect("C");
    static const char *const absent[] = {"nodisplay",  "hidden",           "kde-only",
                                         "kde-opener", "not-gnome",        "missing",
                                         "no-program", "casement-vm-word", "bad id"};

    for (gsize i = 0; i < G_N_ELEMENTS(absent); i++)
        g_assert_null(find(entries, absent[i]));
    g_assert_nonnull(find(entries, "gnome-only"));
    g_assert_nonnull(find(entries, "sub-folder"));
    g_assert_cmpuint(find(entries, "terminal")->flags, ==, CHAN_APP_TERMINAL);
    g_assert_cmpuint(find(entries, "opener")->flags, ==, CHAN_APP_HIDDEN | CHAN_APP_TAKES_FILES);
}

// The texts of a list joined by '|'.
static void
check_list(char **list, const char *expected)
{
    g_autofree char *joined = g_strjoinv("|", list);

    g_assert_cmpstr(joined, ==, expected);
}

static void
test_fields(void)
{
    g_autoptr(GPtrArray) entries = agent_entries_collect("C");
    const AgentEntry *e = find(entries, "plain");

    g_assert_cmpstr(e->name, ==, "Plain");
    g_assert_cmpstr(e->generic_name, ==, "Tool");
    g_assert_cmpstr(e->comment, ==, "Does it");
    g_assert_cmpstr(e->icon, ==, "plain-icon");
    g_assert_cmpstr(e->wm_class, ==, "Plain.Class");
    g_assert_cmpuint(e->flags, ==, CHAN_APP_STARTUP_NOTIFY | CHAN_APP_TAKES_FILES);
    check_list(e->categories, "Utility|TextEditor");
    check_list(e->keywords, "a|b");
    check_list(e->mime_types, "text/plain|text/html");
    check_list(e->action_ids, "new");
    check_list(e->action_names, "New");
}

static void
test_language(void)
{
    g_autoptr(GPtrArray) german = agent_entries_collect("de_AT.UTF-8");
    const AgentEntry *e = find(german, "plain");

    g_assert_cmpstr(e->name, ==, "Schlicht");
    g_assert_cmpstr(e->comment, ==, "Tut es");
    g_assert_cmpstr(e->generic_name, ==, "Tool");
    check_list(e->keywords, "x");
    g_assert_cmpstr(e->action_names[0], ==, "Neu");
    g_autoptr(GPtrArray) latin = agent_entries_collect("sr_RS@latin");
    g_assert_cmpstr(find(latin, "plain")->name, ==, "Prosto");
}

// What an entry holds fits a message, whatever its size.
static void
test_limits(void)
{
    g_autoptr(GString) keys = g_string_new("Exec=true\nName=");
    g_autofree ChanApp *app = g_new0(ChanApp, 1), *back = g_new0(ChanApp, 1);
    g_autofree guint8 *buffer = g_malloc(512 * 1024);

    for (int i = 0; i < 1000; i++)
        g_string_append(keys, "é");
    g_string_append(keys, "\nKeywords=");
    for (int i = 0; i < 1000; i++)
        g_string_append_printf(keys, "word%d;", i);
    add("long", keys->str);
    g_autoptr(GPtrArray) entries = agent_entries_collect("C");
    const AgentEntry *e = find(entries, "long");
    g_assert_cmpuint(strlen(e->name), ==, CHAN_NAME_MAX);
    g_assert_true(g_utf8_validate(e->name, -1, NULL));
    g_assert_cmpuint(g_strv_length(e->keywords), ==, CHAN_LIST_MAX);
    agent_entry_fill(e, app);
    ChanSpan encoded = chan_app_encode(app, buffer, 512 * 1024);
    g_assert_cmpuint(encoded.size, >, 0);
    g_assert_true(chan_app_decode(back, encoded));
    g_assert_cmpuint(back->n_keywords, ==, CHAN_LIST_MAX);
}

int
main(int argc, char **argv)
{
    root = g_dir_make_tmp("casement-entries-XXXXXX", NULL);
    g_autofree char *data = g_build_filename(root, "data", NULL);
    g_setenv("XDG_DATA_HOME", data, TRUE);
    g_setenv("XDG_DATA_DIRS", "/nonexistent", TRUE);
    g_setenv("XDG_CURRENT_DESKTOP", "GNOME", TRUE);
    g_setenv("LC_ALL", "C.UTF-8", TRUE);
    add_all();
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/entries/rules", test_rules);
    g_test_add_func("/entries/fields", test_fields);
    g_test_add_func("/entries/language", test_language);
    g_test_add_func("/entries/limits", test_limits);
    int failed = g_test_run();
    char *cleanup[] = {(char[]){"rm"}, (char[]){"-r"}, root, NULL};
    g_spawn_sync(NULL, cleanup, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
    return failed;
}
