// SPDX-License-Identifier: Apache-2.0
// Files given to a guest: copied in, edits copied back, nothing else.
#include "hostbroker/documents.h"
#include "hostbroker/error.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    BrokerHost host;
    char *base, *folder, *letter;
    BrokerDocuments *documents;
    GPtrArray *told;
} Fixture;

static void
on_tell(const char *text, gpointer user)
{
    g_ptr_array_add(user, g_strdup(text));
}

static void
write_file(const char *path, const char *text)
{
    g_assert_true(
        g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0640, NULL));
}

static void
expect_text(const char *path, const char *text)
{
    g_autofree char *got = NULL;

    g_assert_true(g_file_get_contents(path, &got, NULL, NULL));
    g_assert_cmpstr(got, ==, text);
}

static void
set_up(Fixture *f, gconstpointer data)
{
    f->base = g_dir_make_tmp("casement-XXXXXX", NULL);
    f->host.context = g_main_context_default();
    f->host.run = g_build_filename(f->base, "run", NULL);
    f->folder = g_build_filename(f->host.run, "guests", "demo", "documents", NULL);
    f->letter = g_build_filename(f->base, "my letter.txt", NULL);
    g_assert_cmpint(g_mkdir_with_parents(f->folder, 0700), ==, 0);
    write_file(f->letter, "host\n");
    f->told = g_ptr_array_new_with_free_func(g_free);
    f->documents = broker_documents_new(&f->host, "demo", f->folder, on_tell, f->told);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    broker_documents_free(f->documents);
    g_autofree char *command = g_strdup_printf("rm -rf '%s'", f->base);
    g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
    g_ptr_array_unref(f->told);
    g_free(f->base);
    g_free(f->folder);
    g_free(f->letter);
    g_free(f->host.run);
}

static char *
give(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *relative = broker_documents_give(f->documents, f->letter, &error);

    g_assert_no_error(error);
    return g_build_filename(f->folder, relative, NULL);
}

static gboolean
on_late(gpointer user)
{
    g_error("waited too long");
    return G_SOURCE_REMOVE;
}

static void
wait_for_text(const char *path, const char *text)
{
    guint late = g_timeout_add_seconds(10, on_late, NULL);
    for (;;) {
        g_autofree char *got = NULL;
        if (g_file_get_contents(path, &got, NULL, NULL) && g_str_equal(got, text))
            break;
        g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(late);
}

static void
test_edit(Fixture *f, gconstpointer data)
{
    g_autofree char *copy = give(f);
    struct stat st;

    expect_text(copy, "host\n");
    g_assert_true(g_str_has_suffix(copy, "/my letter.txt"));
    // Saved in place, then by renaming over it, as editors do one or the other.
    FILE *file = fopen(copy, "w");
    g_assert_true(file && fputs("in place\n", file) >= 0 && fclose(file) == 0);
    wait_for_text(f->letter, "in place\n");
    write_file(copy, "renamed\n");
    wait_for_text(f->letter, "renamed\n");
    g_assert_cmpint(stat(f->letter, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0640);
    g_assert_cmpuint(f->told->len, ==, 0);
    // Given again, it is the same copy.
    g_autofree char *again = give(f);
    g_assert_cmpstr(again, ==, copy);
}

static void
test_conflict(Fixture *f, gconstpointer data)
{
    g_autofree char *copy = give(f);
    g_autofree char *both = g_build_filename(f->base, "my letter (edited in demo).txt", NULL);

    write_file(f->letter, "changed on the host\n");
    write_file(copy, "changed in the guest\n");
    wait_for_text(both, "changed in the guest\n");
    expect_text(f->letter, "changed on the host\n");
    g_assert_cmpuint(f->told->len, ==, 1);
    g_assert_nonnull(strstr(g_ptr_array_index(f->told, 0), "both are kept"));
}

static void
test_links(Fixture *f, gconstpointer data)
{
    g_autofree char *copy = give(f);
    g_autofree char *secret = g_build_filename(f->base, "secret", NULL);

    // A guest that puts a link, a folder or a pipe in its copy's place gets nothing by it.
    write_file(secret, "secret\n");
    g_unlink(copy);
    g_assert_cmpint(symlink(secret, copy), ==, 0);
    broker_documents_clear(f->documents);
    expect_text(f->letter, "host\n");
    expect_text(secret, "secret\n");
    g_assert_false(g_file_test(f->folder, G_FILE_TEST_EXISTS));

    g_assert_cmpint(g_mkdir_with_parents(f->folder, 0700), ==, 0);
    g_autofree char *second = give(f);
    g_unlink(second);
    g_assert_cmpint(mkfifo(second, 0600), ==, 0);
    broker_documents_clear(f->documents);
    expect_text(f->letter, "host\n");
}

static void
test_next_broker(Fixture *f, gconstpointer data)
{
    g_autofree char *copy = give(f);

    broker_documents_free(f->documents);
    write_file(copy, "while nobody looked\n");
    f->documents = broker_documents_new(&f->host, "demo", f->folder, on_tell, f->told);
    expect_text(f->letter, "while nobody looked\n");
    write_file(copy, "and after\n");
    wait_for_text(f->letter, "and after\n");
}

static void
test_refused(Fixture *f, gconstpointer data)
{
    g_autofree char *pipe = g_build_filename(f->base, "pipe", NULL);
    g_autofree char *large = g_build_filename(f->base, "large", NULL);
    g_assert_cmpint(mkfifo(pipe, 0600), ==, 0);
    write_file(large, "");
    g_assert_cmpint(truncate(large, BROKER_DOCUMENT_MAX + 1), ==, 0);
    const char *wrong[] = {"relative", "/no/such/file", "http://example.org/x", f->base, pipe,
                           large};

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(broker_documents_give(f->documents, wrong[i], &error));
        g_assert_nonnull(error);
    }
    g_autofree char *uri = g_filename_to_uri(f->letter, NULL, NULL);
    g_autofree char *given = broker_documents_give(f->documents, uri, NULL);
    g_assert_nonnull(given);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
    g_test_add("/broker/documents/" name, Fixture, NULL, set_up, func, tear_down)
    ADD("edit", test_edit);
    ADD("conflict", test_conflict);
    ADD("links", test_links);
    ADD("next-broker", test_next_broker);
    ADD("refused", test_refused);
    return g_test_run();
}
