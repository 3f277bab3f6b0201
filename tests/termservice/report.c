// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/report.h"

#include <stdarg.h>
#include <stdio.h>

void
report(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    (void)printf("%s\n", line);
    (void)fflush(stdout);
}
