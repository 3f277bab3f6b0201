// SPDX-License-Identifier: Apache-2.0
#include "launcher/password.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define PASSWORD_MAX 1024

static struct termios before;

// The terminal is left as it was, whatever ends us.
static void
on_signal(int number)
{
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

// Without stdio, whose buffer nobody wipes. Byte by byte: what follows is not ours.
static gssize
read_line(char *text, gsize size)
{
    gsize n = 0;

    while (n + 1 < size) {
        ssize_t got = read(STDIN_FILENO, text + n, 1);
        if (got <= 0)
            return n > 0 ? (gssize)n : -1;
        if (text[n] == '\n')
            break;
        n++;
    }
    text[n] = 0;
    return (gssize)n;
}

static void
hide(gboolean hidden)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct termios quiet = before;

    quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++)
        (void)signal(signals[i], hidden ? on_signal : SIG_DFL);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, hidden ? &quiet : &before);
}

char *
launcher_password_read(const char *prompt, GError **error)
{
    gboolean terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    char *text = g_malloc0(PASSWORD_MAX + 1);

    if (terminal) {
        (void)fputs(prompt, stderr);
        hide(TRUE);
    }
    gssize n = read_line(text, PASSWORD_MAX);
    if (terminal) {
        hide(FALSE);
        (void)fputs("\n", stderr);
    }
    if (n >= 0)
        return text;
    launcher_password_wipe(text);
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                        _("no password was given; type it, or give it on the standard input"));
    return NULL;
}

void
launcher_password_wipe(char *take_password)
{
    if (!take_password)
        return;
    explicit_bzero(take_password, PASSWORD_MAX + 1);
    g_free(take_password);
}

char *
launcher_password_read_name(const char *prompt)
{
    char line[PASSWORD_MAX];

    if (!isatty(STDIN_FILENO))
        return NULL;
    (void)fputs(prompt, stderr);
    return read_line(line, sizeof line) > 0 ? g_strstrip(g_strdup(line)) : NULL;
}
