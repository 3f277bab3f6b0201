// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/config.h"

#include "hostbroker/config_value.h"
#include "hostbroker/error.h"
#include "hostbroker/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ALL ((1u << BROKER_KINDS) - 1)
#define SANDBOX (1u << BROKER_KIND_SANDBOX)
#define LOCAL (1u << BROKER_KIND_LOCAL)
#define SOCKET (1u << BROKER_KIND_SOCKET)
#define COMMAND (1u << BROKER_KIND_COMMAND)
#define VSOCK (1u << BROKER_KIND_VSOCK)

static const char *const kinds[] = {"sandbox", "local", "socket", "command", "vsock", NULL};
static const char *const clipboards[] = {"both", "to-guest", "to-host", "none", "off", NULL};
static const char *const microphones[] = {"off", "on", NULL};
static const char *const publishes[] = {"all", "chosen", "none", "everything", NULL};
static const char *const sign_ins[] = {"auto", "always", "never", NULL};
static const char *const frames[] = {"guest", "host", NULL};
static const char *const pixels[] = {"auto", "stream", "rdp", NULL};
static const char *const modes[] = {"connect", "listen", NULL};

typedef struct {
    const char *group;
    guint kinds;          // that have this key
    const char *fallback; // as written; NULL: the key must be there
    BrokerValueKey value;
} Key;

#define AT(field) offsetof(BrokerConfig, field)

static const Key keys[] = {
    {"Guest", ALL, NULL, {"kind", BROKER_VALUE_CHOICE, AT(kind), 0, 0, kinds}},
    {"Guest", ALL, "", {"label", BROKER_VALUE_TEXT, AT(label), 0, 64, NULL}},
    {"Guest", ALL, "false", {"autostart", BROKER_VALUE_BOOL, AT(autostart), 0, 0, NULL}},
    {"Guest",
     ALL,
     "60",
     {"idle_timeout_s", BROKER_VALUE_INT, AT(idle_timeout_s), -1, 604800, NULL}},
    {"Guest", ALL, "30", {"start_timeout_s", BROKER_VALUE_INT, AT(start_timeout_s), 1, 3600, NULL}},
    {"Guest",
     ALL,
     "30",
     {"launch_timeout_s", BROKER_VALUE_INT, AT(launch_timeout_s), 1, 600, NULL}},
    {"Guest", ALL, "both", {"clipboard", BROKER_VALUE_CHOICE, AT(clipboard), 0, 0, clipboards}},
    {"Guest", ALL, "true", {"sound", BROKER_VALUE_BOOL, AT(sound), 0, 0, NULL}},
    {"Guest", ALL, "off", {"microphone", BROKER_VALUE_CHOICE, AT(microphone), 0, 0, microphones}},
    {"Guest", SANDBOX | LOCAL, "true", {"unlisted", BROKER_VALUE_BOOL, AT(unlisted), 0, 0, NULL}},
    {"Guest",
     SOCKET | COMMAND | VSOCK,
     "false",
     {"unlisted", BROKER_VALUE_BOOL, AT(unlisted), 0, 0, NULL}},
    {"Guest", SANDBOX, "false", {"network", BROKER_VALUE_BOOL, AT(network), 0, 0, NULL}},
    {"Guest", ALL, "all", {"publish", BROKER_VALUE_CHOICE, AT(publish), 0, 0, publishes}},
    {"Guest", ALL, "", {"apps", BROKER_VALUE_IDS, AT(apps), 0, 4096, NULL}},
    {"Guest", ALL, "", {"title_prefix", BROKER_VALUE_TEXT, AT(title_prefix), 0, 63, NULL}},
    {"Guest", ALL, "none", {"border", BROKER_VALUE_COLOUR, AT(border), 0, 0, NULL}},
    {"Guest",
     SOCKET | COMMAND | VSOCK,
     "guest",
     {"frames", BROKER_VALUE_CHOICE, AT(frames), 0, 0, frames}},
    {"Guest", ALL, "auto", {"pixels", BROKER_VALUE_CHOICE, AT(pixels), 0, 0, pixels}},
    {"Guest", ALL, "true", {"video", BROKER_VALUE_BOOL, AT(video), 0, 0, NULL}},
    {"Guest", SANDBOX, "", {"share", BROKER_VALUE_SHARES, AT(share), 0, 64, NULL}},
    {"Guest",
     SANDBOX | LOCAL,
     "",
     {"environment", BROKER_VALUE_ENVIRONMENT, AT(environment), 0, 256, NULL}},
    {"Guest",
     SOCKET | COMMAND | VSOCK,
     "auto",
     {"sign_in", BROKER_VALUE_CHOICE, AT(sign_in), 0, 0, sign_ins}},
    {"Guest",
     SOCKET | COMMAND | VSOCK,
     "",
     {"user", BROKER_VALUE_TEXT, AT(guest_user), 0, 256, NULL}},
    {"Socket", SOCKET, NULL, {"path", BROKER_VALUE_PATH, AT(socket_path), 0, 4096, NULL}},
    {"Socket", SOCKET, "connect", {"mode", BROKER_VALUE_CHOICE, AT(socket_mode), 0, 0, modes}},
    {"Command", COMMAND, NULL, {"argv", BROKER_VALUE_LIST, AT(argv), 1, 256, NULL}},
    {"Vsock", VSOCK, NULL, {"cid", BROKER_VALUE_INT, AT(cid), 0, G_MAXUINT32, NULL}},
    {"Vsock", VSOCK, NULL, {"port", BROKER_VALUE_INT, AT(port), 1, G_MAXUINT32, NULL}},
};

G_STATIC_ASSERT(G_N_ELEMENTS(kinds) == BROKER_KINDS + 1);

const char *
broker_kind_name(BrokerKindId kind)
{
    return kinds[kind];
}

gboolean
broker_config_takes_files(const BrokerConfig *config)
{
    return config->kind == BROKER_KIND_SANDBOX || config->kind == BROKER_KIND_LOCAL;
}

gboolean
broker_guest_name_valid(const char *name)
{
    gsize n = strlen(name);

    return n >= 1 && n <= BROKER_GUEST_NAME_MAX && name[0] >= 'a' && name[0] <= 'z' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static const Key *
find_key(const char *key, guint kind_bits)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (g_str_equal(keys[i].value.name, key) && (keys[i].kinds & kind_bits))
            return &keys[i];
    return NULL;
}

static const BrokerKeyLine *
find_line(GPtrArray *lines, const Key *key)
{
    for (guint i = 0; i < lines->len; i++) {
        const BrokerKeyLine *line = g_ptr_array_index(lines, i);
        if (g_str_equal(line->group, key->group) && g_str_equal(line->key, key->value.name))
            return line;
    }
    return NULL;
}

// The key in a group that is not its own ([guest], say).
static const BrokerKeyLine *
find_astray(GPtrArray *lines, const Key *key)
{
    for (guint i = 0; i < lines->len; i++) {
        const BrokerKeyLine *line = g_ptr_array_index(lines, i);
        if (g_str_equal(line->key, key->value.name))
            return line;
    }
    return NULL;
}

static gboolean
parse_kind(BrokerConfig *config, GPtrArray *lines, GError **error)
{
    const BrokerKeyLine *line = find_line(lines, &keys[0]);
    const BrokerKeyLine *astray = line ? NULL : find_astray(lines, &keys[0]);
    g_autofree char *why = NULL;

    if (astray)
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                    "%s:%u: key 'kind' belongs into group [Guest]", config->path, astray->line);
    else if (!line)
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                    "%s: key 'kind' is missing in group [Guest]; it is one of sandbox, local, "
                    "socket, command, vsock",
                    config->path);
    else if (!broker_value_parse(&keys[0].value, line->value, config, &why))
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT, "%s:%u: key 'kind': %s",
                    config->path, line->line, why);
    else
        return TRUE;
    return FALSE;
}

// Every line must be a key that a guest of this kind has, in its group.
static gboolean
check_known(const BrokerConfig *config, GPtrArray *lines, GError **error)
{
    for (guint i = 0; i < lines->len; i++) {
        const BrokerKeyLine *line = g_ptr_array_index(lines, i);
        const Key *key = find_key(line->key, 1u << config->kind);
        if (!key)
            key = find_key(line->key, ALL);
        if (!key)
            g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                        "%s:%u: key '%s' is unknown; man casement-guest(5) lists all", config->path,
                        line->line, line->key);
        else if (!(key->kinds & (1u << config->kind)))
            g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                        "%s:%u: key '%s': a guest of kind %s has no such key", config->path,
                        line->line, line->key, kinds[config->kind]);
        else if (!g_str_equal(key->group, line->group))
            g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                        "%s:%u: key '%s' belongs into group [%s]", config->path, line->line,
                        line->key, key->group);
        else
            continue;
        return FALSE;
    }
    return TRUE;
}

static gboolean
parse_keys(BrokerConfig *config, GPtrArray *lines, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        const Key *key = &keys[i];
        const BrokerKeyLine *line = find_line(lines, key);
        g_autofree char *why = NULL;

        if (!(key->kinds & (1u << config->kind)))
            continue;
        if (!line && !key->fallback) {
            g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                        "%s: key '%s' is missing in group [%s]", config->path, key->value.name,
                        key->group);
            return FALSE;
        }
        if (!broker_value_parse(&key->value, line ? line->value : key->fallback, config, &why)) {
            g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT, "%s:%u: key '%s': %s",
                        config->path, line ? line->line : 0, key->value.name, why);
            return FALSE;
        }
    }
    return TRUE;
}

BrokerConfig *
broker_config_parse(const char *name, const char *path, const char *text, gsize size,
                    GError **error)
{
    g_autoptr(GPtrArray) lines = broker_keyfile_parse(path, text, size, error);
    BrokerConfig *config = g_new0(BrokerConfig, 1);

    config->name = g_strdup(name);
    config->path = g_strdup(path);
    if (!lines || !parse_kind(config, lines, error) || !check_known(config, lines, error) ||
        !parse_keys(config, lines, error)) {
        broker_config_free(config);
        return NULL;
    }
    if (!*config->label) {
        g_free(config->label);
        config->label = g_strdup(name);
    }
    return config;
}

static ssize_t
read_some(int fd, char *text, gsize size)
{
    gsize got = 0;
    ssize_t n;

    do {
        n = read(fd, text + got, size - got);
        got += n > 0 ? (gsize)n : 0;
    } while ((n > 0 && got < size) || (n < 0 && errno == EINTR));
    return n < 0 ? -1 : (ssize_t)got;
}

char *
broker_config_read(const char *path, gsize *size_out, GError **error)
{
    g_autofree char *text = g_malloc(BROKER_CONFIG_MAX + 2);
    struct stat st;
    ssize_t size = -1;
    // What is no file (a pipe, a device) must not hold the broker up.
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool plain = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);

    if (plain)
        size = read_some(fd, text, BROKER_CONFIG_MAX + 1);
    int code = errno;
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && !plain) {
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT, "%s: is not a plain file",
                    path);
    } else if (size < 0) {
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(code), "%s: cannot be read: %s",
                    path, g_strerror(code));
    } else if (size > BROKER_CONFIG_MAX) {
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                    "%s: is longer than %d bytes", path, BROKER_CONFIG_MAX);
    } else {
        text[size] = '\0';
        if (size_out)
            *size_out = (gsize)size;
        return g_steal_pointer(&text);
    }
    return NULL;
}

BrokerConfig *
broker_config_load(const char *name, const char *path, GError **error)
{
    gsize size = 0;
    g_autofree char *text = broker_config_read(path, &size, error);

    return text ? broker_config_parse(name, path, text, size, error) : NULL;
}

void
broker_config_free(BrokerConfig *config)
{
    if (!config)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        broker_value_clear(&keys[i].value, config);
    g_free(config->name);
    g_free(config->path);
    g_free(config);
}

static gboolean
check_option(const char *kind, guint kind_bits, const char *option, const char *value,
             GError **error)
{
    const Key *key = find_key(option, kind_bits);

    for (const char *c = value; c && *c; c++) {
        if ((guchar)*c >= 0x20 && *c != 0x7f)
            continue;
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                    "Option '%s': the value has a control character in it", option);
        return FALSE;
    }
    if (!key || g_str_equal(option, "kind")) {
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                    "Option '%s': a guest of kind %s has no such key; man casement-guest(5) lists "
                    "all",
                    option, kind);
        return FALSE;
    }
    g_autofree char *why = NULL;
    g_autoptr(BrokerConfig) scratch = g_new0(BrokerConfig, 1);
    if (!value || broker_value_parse(&key->value, value, scratch, &why))
        return TRUE;
    g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT, "Option '%s': %s", option, why);
    return FALSE;
}

// 0 with error set when there is no such kind.
static guint
bits_of(const char *kind, GError **error)
{
    g_autoptr(BrokerConfig) scratch = g_new0(BrokerConfig, 1);
    g_autofree char *why = NULL;

    if (broker_value_parse(&keys[0].value, kind, scratch, &why))
        return 1u << scratch->kind;
    g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT, "Guest kind: %s", why);
    return 0;
}

const char *
broker_config_group(const char *kind, const char *key, const char *value, GError **error)
{
    guint bits = bits_of(kind, error);

    if (!bits || !check_option(kind, bits, key, value, error))
        return NULL;
    return find_key(key, bits)->group;
}

static gboolean
check_options(const char *kind, guint kind_bits, GHashTable *options, GError **error)
{
    GHashTableIter iter;
    gpointer option, value;

    g_hash_table_iter_init(&iter, options);
    while (g_hash_table_iter_next(&iter, &option, &value))
        if (!check_option(kind, kind_bits, option, value, error))
            return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (!(keys[i].kinds & kind_bits) || keys[i].fallback || &keys[i] == &keys[0] ||
            g_hash_table_contains(options, keys[i].value.name))
            continue;
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                    "Option '%s' is missing: a guest of kind %s needs it", keys[i].value.name,
                    kind);
        return FALSE;
    }
    return TRUE;
}

char *
broker_config_text(const char *name, const char *kind, GHashTable *options, GError **error)
{
    guint kind_bits = bits_of(kind, error);

    if (!kind_bits || !check_options(kind, kind_bits, options, error))
        return NULL;

    GString *text = g_string_new("# Guest of Casement; man casement-guest(5)\n");
    const char *group = "";
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        const Key *key = &keys[i];
        const char *value = i == 0 ? kind : g_hash_table_lookup(options, key->value.name);
        if (!value || !(key->kinds & kind_bits))
            continue;
        if (!g_str_equal(group, key->group))
            g_string_append_printf(text, "%s[%s]\n", *group ? "\n" : "", key->group);
        group = key->group;
        g_string_append_printf(text, "%s=%s\n", key->value.name, value);
    }
    return g_string_free(text, FALSE);
}

GVariant *
broker_config_to_variant(const BrokerConfig *config)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{ss}"));
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (!(keys[i].kinds & (1u << config->kind)))
            continue;
        g_autofree char *value = broker_value_format(&keys[i].value, config);
        g_variant_builder_add(&builder, "{ss}", keys[i].value.name, value);
    }
    return g_variant_builder_end(&builder);
}

gboolean
broker_config_equal(const BrokerConfig *a, const BrokerConfig *b)
{
    g_autoptr(GVariant) va = g_variant_ref_sink(broker_config_to_variant(a));
    g_autoptr(GVariant) vb = g_variant_ref_sink(broker_config_to_variant(b));

    return g_variant_equal(va, vb);
}
