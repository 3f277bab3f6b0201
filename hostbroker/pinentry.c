// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/pinentry.h"

#include "channel/glib/timer.h"
#include "hostbroker/credentials.h"
#include "hostbroker/error.h"
#include "hostbroker/process.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096 // a password of 767 bytes, all of it escaped, and some
#define CODE_MASK 0xffffu
#define TIMED_OUT 62u        // GPG_ERR_TIMEOUT
#define CANCELLED 99u        // GPG_ERR_CANCELED
#define FULLY_CANCELLED 198u // GPG_ERR_FULLY_CANCELED
#define ASK_TIMEOUT_S 300

struct BrokerPinentry {
    BrokerProcess *process;
    GSource *readable;
    int fd;
    guint answers, asked; // lines of OK or ERR so far, and the one that is for the password
    gsize size;
    char line[LINE_MAX_BYTES];
    char *password;
    BrokerPinentryAnswer answer;
    gpointer user;
};

// The Assuan protocol's escapes.
static char *
escape(const char *text)
{
    GString *out = g_string_new(NULL);

    for (; *text; text++)
        if (*text == '%' || *text == '\n' || *text == '\r')
            g_string_append_printf(out, "%%%02X", (guint)(guchar)*text);
        else
            g_string_append_c(out, *text);
    return g_string_free(out, FALSE);
}

static char *
unescape(const char *text, gsize n)
{
    char *out = g_malloc(n + 1), *to = out;

    for (gsize i = 0; i < n; i++) {
        bool escaped = text[i] == '%' && i + 2 < n && g_ascii_isxdigit(text[i + 1]) &&
                       g_ascii_isxdigit(text[i + 2]);
        *to++ =
            escaped
                ? (char)(g_ascii_xdigit_value(text[i + 1]) * 16 + g_ascii_xdigit_value(text[i + 2]))
                : text[i];
        i += escaped ? 2 : 0;
    }
    *to = 0;
    return out;
}

static void
finish(BrokerPinentry *p, const GError *error)
{
    BrokerPinentryAnswer answer = g_steal_pointer(&p->answer);
    char *password = g_steal_pointer(&p->password);

    if (answer)
        answer(error ? NULL : password, error, p->user);
    broker_credentials_wipe(password);
}

static void
fail(BrokerPinentry *p, int code, const char *text)
{
    g_autoptr(GError) error = g_error_new_literal(BROKER_ERROR, code, text);

    finish(p, error);
}

// The line that answers GETPIN.
static void
conclude(BrokerPinentry *p, const char *line)
{
    guint code = (guint)strtoul(line + MIN(4, strlen(line)), NULL, 10) & CODE_MASK;

    if (g_str_has_prefix(line, "OK") && !p->password)
        p->password = g_strdup(""); // an empty answer is sent as none
    if (g_str_has_prefix(line, "OK"))
        finish(p, NULL);
    else if (code == CANCELLED || code == FULLY_CANCELLED)
        fail(p, BROKER_ERROR_SIGN_IN, "the question for the password was cancelled");
    else if (code == TIMED_OUT)
        fail(p, BROKER_ERROR_SIGN_IN, "nobody answered the question for the password");
    else
        fail(p, BROKER_ERROR_NOT_SUPPORTED,
             "pinentry could not ask for the password; install one for this desktop "
             "(pinentry-gnome3, pinentry-qt)");
}

// Data that is long comes in several lines.
static void
take_data(BrokerPinentry *p, const char *escaped)
{
    char *former = p->password, *more = unescape(escaped, strlen(escaped));

    p->password = g_strconcat(former ? former : "", more, NULL);
    broker_credentials_wipe(former);
    broker_credentials_wipe(more);
}

// TRUE when the password was answered: p may be gone.
static bool
handle_line(BrokerPinentry *p, const char *line)
{
    if (g_str_has_prefix(line, "D ")) {
        take_data(p, line + 2);
        return false;
    }
    if (!g_str_has_prefix(line, "OK") && !g_str_has_prefix(line, "ERR"))
        return false;
    if (p->answers++ != p->asked)
        return false;
    conclude(p, line);
    return true;
}

static gboolean
on_readable(int fd, GIOCondition condition, gpointer user)
{
    BrokerPinentry *p = user;
    ssize_t n = read(fd, p->line + p->size, sizeof p->line - 1 - p->size);

    if (n <= 0) {
        fail(p, BROKER_ERROR_NOT_SUPPORTED, "pinentry ended without an answer");
        return G_SOURCE_REMOVE;
    }
    p->size += (gsize)n;
    p->line[p->size] = 0;
    char *end;
    while ((end = memchr(p->line, '\n', p->size))) {
        *end = 0;
        if (handle_line(p, p->line))
            return G_SOURCE_REMOVE;
        gsize used = (gsize)(end + 1 - p->line);
        memmove(p->line, end + 1, p->size - used + 1);
        p->size -= used;
        explicit_bzero(p->line + p->size, used);
    }
    if (p->size < sizeof p->line - 1)
        return G_SOURCE_CONTINUE;
    fail(p, BROKER_ERROR_NOT_SUPPORTED, "pinentry sent a line that is too long");
    return G_SOURCE_REMOVE;
}

static void
add_line(GString *script, guint *lines, const char *command, const char *text)
{
    g_autofree char *escaped = escape(text);

    g_string_append_printf(script, "%s %s\n", command, escaped);
    (*lines)++;
}

static char *
make_script(const BrokerPinentryAsk *ask, guint *asked)
{
    GString *script = g_string_new(NULL);
    guint lines = 1; // its greeting is a line of OK, too

    g_string_append_printf(script, "SETTIMEOUT %d\n", ASK_TIMEOUT_S);
    lines++;
    add_line(script, &lines, "SETTITLE", ask->title);
    add_line(script, &lines, "SETDESC", ask->description);
    add_line(script, &lines, "SETPROMPT", ask->prompt);
    if (ask->failure)
        add_line(script, &lines, "SETERROR", ask->failure);
    *asked = lines;
    g_string_append(script, "GETPIN\nBYE\n");
    return g_string_free(script, FALSE);
}

// The broker's own, with what the launch told of the desktop.
static char **
make_environment(const char *const *desktop)
{
    char **all = g_get_environ();

    for (; desktop && *desktop; desktop++) {
        g_auto(GStrv) pair = g_strsplit(*desktop, "=", 2);
        if (pair[0] && pair[1])
            all = g_environ_setenv(all, pair[0], pair[1], TRUE);
    }
    return all;
}

static bool
start(BrokerPinentry *p, const BrokerHost *host, const BrokerPinentryAsk *ask, GError **error)
{
    g_autofree char *program = g_find_program_in_path("pinentry");
    g_autofree char *script = make_script(ask, &p->asked);
    g_auto(GStrv) environment = make_environment(ask->environment);
    const char *display = g_environ_getenv(environment, "DISPLAY");
    int in[2], out[2];

    if (!program) {
        g_set_error_literal(error, BROKER_ERROR, BROKER_ERROR_NOT_SUPPORTED,
                            "there is no pinentry on this machine to ask for the password with");
        return false;
    }
    if (!g_unix_open_pipe(in, FD_CLOEXEC, error))
        return false;
    if (!g_unix_open_pipe(out, FD_CLOEXEC, error)) {
        close(in[0]);
        close(in[1]);
        return false;
    }
    const char *argv[] = {program, display ? "--display" : NULL, display, NULL};
    BrokerSpawn spawn = {.argv = argv,
                         .environment = (const char *const *)environment,
                         .stdin_fd = in[0],
                         .stdout_fd = out[1],
                         .log_fd = -1,
                         .ends_with_us = TRUE};
    // It fits into a pipe, and is there before a pinentry that ends at once can be gone.
    bool written = write(in[1], script, strlen(script)) == (ssize_t)strlen(script);
    if (written)
        p->process = broker_process_spawn(host->context, &spawn, NULL, NULL, error);
    else
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_NOT_SUPPORTED, "pinentry cannot be asked: %s",
                    g_strerror(errno));
    close(in[0]);
    close(in[1]);
    close(out[1]);
    p->fd = out[0];
    return p->process != NULL;
}

BrokerPinentry *
broker_pinentry_new(const BrokerHost *host, const BrokerPinentryAsk *ask,
                    BrokerPinentryAnswer answer, gpointer user, GError **error)
{
    BrokerPinentry *p = g_new0(BrokerPinentry, 1);

    p->fd = -1;
    p->answer = answer;
    p->user = user;
    if (!start(p, host, ask, error)) {
        broker_pinentry_free(p);
        return NULL;
    }
    p->readable = g_unix_fd_source_new(p->fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
    g_source_set_callback(p->readable, G_SOURCE_FUNC(on_readable), p, NULL);
    g_source_attach(p->readable, host->context);
    return p;
}

void
broker_pinentry_free(BrokerPinentry *p)
{
    if (!p)
        return;
    p->answer = NULL;
    chan_timer_clear(&p->readable);
    broker_process_signal(p->process, SIGTERM);
    broker_process_free(p->process);
    if (p->fd >= 0)
        close(p->fd);
    broker_credentials_wipe(p->password);
    explicit_bzero(p->line, sizeof p->line);
    g_free(p);
}
