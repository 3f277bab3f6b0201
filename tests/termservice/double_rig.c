// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/double_rig.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 30000 // of a machine that is busy with something else
#define LINE_MAX_SIZE 4096

struct DoubleRig {
    GPid pid;
    int in, out;
    guint port;
    char *password_file;
    GString *text;    // read, and not yet passed over
    GPtrArray *lines; // passed over
};

static char *
write_password(void)
{
    char *path = NULL;
    int fd = g_file_open_tmp("termservice-XXXXXX", &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, "the password\n", 13), ==, 13);
    close(fd);
    return path;
}

static void
start(DoubleRig *rig, const char *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *program =
        g_build_filename(g_getenv("CASEMENT_BUILD"), "bin", "termservice", NULL);
    g_autofree char *line = g_strdup_printf("'%s' --port 0 --user alice --password-file '%s' %s",
                                            program, rig->password_file, arguments);
    g_auto(GStrv) argv = NULL;
    g_assert_true(g_shell_parse_argv(line, NULL, &argv, &error));
    g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &rig->pid,
                             &rig->in, &rig->out, NULL, &error);
    g_assert_no_error(error);
}

DoubleRig *
double_rig_new(const char *arguments)
{
    DoubleRig *rig = g_new0(DoubleRig, 1);
    rig->text = g_string_new(NULL);
    rig->lines = g_ptr_array_new_with_free_func(g_free);
    rig->password_file = write_password();
    start(rig, arguments);
    g_autofree char *line = double_rig_expect(rig, "port ");
    g_assert_nonnull(line);
    rig->port = (guint)g_ascii_strtoull(line + 5, NULL, 10);
    return rig;
}

void
double_rig_free(DoubleRig *rig)
{
    int status = 0;
    g_assert_cmpint(kill(rig->pid, SIGTERM), ==, 0);
    g_assert_cmpint(waitpid(rig->pid, &status, 0), ==, rig->pid);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    close(rig->in);
    close(rig->out);
    g_unlink(rig->password_file);
    g_free(rig->password_file);
    g_string_free(rig->text, TRUE);
    g_ptr_array_unref(rig->lines);
    g_free(rig);
}

guint
double_rig_port(const DoubleRig *rig)
{
    return rig->port;
}

static char *
take_line(DoubleRig *rig)
{
    char *end = strchr(rig->text->str, '\n');
    if (end == NULL)
        return NULL;
    gsize size = (gsize)(end - rig->text->str);
    char *line = g_strndup(rig->text->str, size);
    g_string_erase(rig->text, 0, (gssize)size + 1);
    g_ptr_array_add(rig->lines, g_strdup(line));
    return line;
}

static bool
read_more(DoubleRig *rig, gint64 deadline)
{
    char buffer[LINE_MAX_SIZE];
    int left_ms = (int)((deadline - g_get_monotonic_time()) / 1000);
    struct pollfd p = {rig->out, POLLIN, 0};
    if (left_ms <= 0 || poll(&p, 1, left_ms) <= 0)
        return false;
    ssize_t n = read(rig->out, buffer, sizeof buffer);
    if (n > 0)
        g_string_append_len(rig->text, buffer, n);
    return n > 0;
}

char *
double_rig_expect(DoubleRig *rig, const char *beginning)
{
    gint64 deadline = g_get_monotonic_time() + WAIT_MS * 1000;
    do {
        char *line;
        while ((line = take_line(rig)) != NULL) {
            if (g_str_has_prefix(line, beginning))
                return line;
            g_test_message("passed over: %s", line);
            g_free(line);
        }
    } while (read_more(rig, deadline));
    return NULL;
}

char *
double_rig_need(DoubleRig *rig, const char *beginning)
{
    char *line = double_rig_expect(rig, beginning);
    if (line == NULL)
        g_error("no line began with '%s'", beginning);
    return line;
}

void
double_rig_await(DoubleRig *rig, const char *beginning)
{
    g_free(double_rig_need(rig, beginning));
}

int
double_rig_connect(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0); // no close-on-exec
    g_assert_cmpint(fd, >=, 0);
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    return fd;
}

guint
double_rig_count(const DoubleRig *rig, const char *beginning)
{
    guint n = 0;
    for (guint i = 0; i < rig->lines->len; i++)
        n += g_str_has_prefix(g_ptr_array_index(rig->lines, i), beginning) ? 1 : 0;
    return n;
}

void
double_rig_tell(DoubleRig *rig, const char *command)
{
    g_autofree char *line = g_strconcat(command, "\n", NULL);
    g_assert_cmpint(write(rig->in, line, strlen(line)), ==, (gssize)strlen(line));
}

void
double_rig_resume(DoubleRig *rig)
{
    g_assert_cmpint(kill(rig->pid, SIGCONT), ==, 0);
}
