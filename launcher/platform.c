// SPDX-License-Identifier: Apache-2.0
#include "launcher/platform.h"

#include <glib/gi18n.h>

static const char *const passed_on[] = {
    "DISPLAY",      "XAUTHORITY",   "WAYLAND_DISPLAY",
    "PULSE_SERVER", "PULSE_COOKIE", "XDG_CURRENT_DESKTOP",
    "LANG",         "LC_ALL",       "LANGUAGE",
    "XMODIFIERS",
};

static void
add_text(GVariantBuilder *builder, const char *key, const char *text)
{
    if (text && text[0] && g_utf8_validate(text, -1, NULL))
        g_variant_builder_add(builder, "{sv}", key, g_variant_new_string(text));
}

GVariant *
launcher_platform_data(char *const *environment, gboolean notify)
{
    char **env = (char **)environment; // g_environ_getenv() changes nothing
    GVariantBuilder variables, data;
    g_variant_builder_init(&variables, G_VARIANT_TYPE("a{ss}"));
    for (gsize i = 0; i < G_N_ELEMENTS(passed_on); i++) {
        const char *value = g_environ_getenv(env, passed_on[i]);
        if (value && g_utf8_validate(value, -1, NULL))
            g_variant_builder_add(&variables, "{ss}", passed_on[i], value);
    }
    g_variant_builder_init(&data, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&data, "{sv}", "environ", g_variant_builder_end(&variables));
    add_text(&data, "desktop-startup-id", g_environ_getenv(env, "DESKTOP_STARTUP_ID"));
    add_text(&data, "activation-token", g_environ_getenv(env, "XDG_ACTIVATION_TOKEN"));
    g_variant_builder_add(&data, "{sv}", "notify", g_variant_new_boolean(notify));
    return g_variant_builder_end(&data);
}

// RFC 3986 3.1, unless it is the name of a file that is there. One letter is no scheme in use.
static gboolean
is_uri(const char *typed)
{
    g_autofree char *scheme = g_uri_parse_scheme(typed);
    return scheme && scheme[1] &&
           (g_ascii_strcasecmp(scheme, "file") == 0 || !g_file_test(typed, G_FILE_TEST_EXISTS));
}

char *
launcher_platform_file(const char *typed, char **problem)
{
    if (is_uri(typed)) {
        if (g_utf8_validate(typed, -1, NULL))
            return g_strdup(typed);
        *problem = g_strdup_printf(_("“%s” is no address: it is not valid UTF-8"), typed);
        return NULL;
    }
    char *path = g_canonicalize_filename(typed, NULL);
    if (g_utf8_validate(path, -1, NULL))
        return path;
    char *uri = g_filename_to_uri(path, NULL, NULL);
    g_free(path);
    return uri;
}
