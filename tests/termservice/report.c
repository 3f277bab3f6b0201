// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/report.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

static char *hold;

void
report_hold(const char *beginning)
{
    g_free(hold);
    hold = g_strdup(beginning);
}

void
report(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    (void)printf("%s\n", line);
    (void)fflush(stdout);
    if (hold == NULL || !g_str_has_prefix(line, hold))
        return;
    report_hold(NULL);
    (void)raise(SIGSTOP);
}
