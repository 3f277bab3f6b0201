// SPDX-License-Identifier: Apache-2.0
#include "launcher/check.h"

#include <glib/gi18n.h>
#include <string.h>

gboolean
launcher_option(char **argv, int *index, const char *name, const char **value)
{
    const char *argument = argv[*index];
    gsize length = strlen(name);
    *value = NULL;
    if (strncmp(argument, name, length) != 0)
        return FALSE;
    if (argument[length] == '=') {
        *value = argument + length + 1;
        return TRUE;
    }
    if (argument[length] != 0)
        return FALSE;
    if (argv[*index + 1])
        *value = argv[++*index];
    return TRUE;
}

gboolean
launcher_setting(GVariantDict *settings, const char *text, char **problem)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text) {
        *problem = g_strdup_printf(_("“%s” must be KEY=VALUE"), text);
        return FALSE;
    }
    g_autofree char *key = g_strndup(text, (gsize)(equals - text));
    g_variant_dict_insert(settings, key, "s", equals + 1);
    return TRUE;
}

GVariant *
launcher_settings(GVariantDict *settings)
{
    g_autoptr(GVariant) dict = g_variant_ref_sink(g_variant_dict_end(settings));
    GVariantBuilder builder;
    GVariantIter iter;
    const char *key;
    GVariant *value;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{ss}"));
    g_variant_iter_init(&iter, dict);
    while (g_variant_iter_loop(&iter, "{&sv}", &key, &value))
        g_variant_builder_add(&builder, "{ss}", key, g_variant_get_string(value, NULL));
    return g_variant_builder_end(&builder);
}

gboolean
launcher_check_utf8(char **argv, char **problem)
{
    for (gsize i = 0; argv[i]; i++) {
        if (g_utf8_validate(argv[i], -1, NULL))
            continue;
        g_autofree char *shown = g_utf8_make_valid(argv[i], -1);
        *problem = g_strdup_printf(_("“%s” is no valid UTF-8, which D-Bus needs"), shown);
        return FALSE;
    }
    return TRUE;
}
