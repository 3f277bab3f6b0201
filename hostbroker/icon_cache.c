// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/icon_cache.h"

#include "hostbroker/host_file.h"

#include <png.h>
#include <string.h>
#include <unistd.h>

#define HEX_LENGTH (CHAN_ICON_HASH_SIZE * 2)
#define SUFFIX ".png"
#define PNG_BYTES_MAX (1024 * 1024)

typedef struct {
    guint8 hash[CHAN_ICON_HASH_SIZE];
    guint size; // side in pixels
    gsize bytes;
} Icon;

struct BrokerIconCache {
    char *folder;
    GHashTable *icons; // hash → Icon
    gsize bytes;
};

guint
broker_icon_hash_hash(gconstpointer hash)
{
    guint value;
    memcpy(&value, hash, sizeof value); // it is a good hash already
    return value;
}

gboolean
broker_icon_hash_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, CHAN_ICON_HASH_SIZE) == 0;
}

static gboolean
parse_hex(const char *text, guint8 *hash)
{
    for (gsize i = 0; i < CHAN_ICON_HASH_SIZE; i++) {
        int high = g_ascii_xdigit_value(text[2 * i]);
        int low = high < 0 ? -1 : g_ascii_xdigit_value(text[2 * i + 1]);
        if (low < 0)
            return FALSE;
        hash[i] = (guint8)(high << 4 | low);
    }
    return TRUE;
}

// The side is in the header of the PNG, which this module wrote itself.
static guint
png_side(GBytes *png)
{
    static const guint8 signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    gsize size;
    const guint8 *data = g_bytes_get_data(png, &size);
    if (size < 24 || memcmp(data, signature, sizeof signature) != 0)
        return 0;
    return (guint)data[18] << 8 | data[19];
}

static void
add(BrokerIconCache *cache, const guint8 *hash, guint size, gsize bytes)
{
    Icon *icon = g_new0(Icon, 1);
    memcpy(icon->hash, hash, CHAN_ICON_HASH_SIZE);
    icon->size = size;
    icon->bytes = bytes;
    cache->bytes += bytes;
    g_hash_table_insert(cache->icons, icon->hash, icon);
}

static void
take_over(BrokerIconCache *cache, const char *name)
{
    guint8 hash[CHAN_ICON_HASH_SIZE];
    if (name[0] == '.' && g_str_has_suffix(name, SUFFIX ".new")) {
        // A temporary file, of a broker that died while it wrote.
        g_autofree char *leftover = g_build_filename(cache->folder, name, NULL);
        (void)unlink(leftover);
        return;
    }
    if (strlen(name) != HEX_LENGTH + strlen(SUFFIX) || !g_str_has_suffix(name, SUFFIX) ||
        !parse_hex(name, hash))
        return;
    g_autofree char *path = g_build_filename(cache->folder, name, NULL);
    g_autoptr(GBytes) png = broker_host_file_read(path, PNG_BYTES_MAX);
    guint side = png ? png_side(png) : 0;
    if (side > 0 && side <= CHAN_ICON_SIDE_MAX)
        add(cache, hash, side, g_bytes_get_size(png));
    else
        (void)broker_host_file_remove(path, NULL); // cut short when the power failed
}

BrokerIconCache *
broker_icon_cache_new(const char *folder)
{
    BrokerIconCache *cache = g_new0(BrokerIconCache, 1);
    cache->folder = g_strdup(folder);
    cache->icons =
        g_hash_table_new_full(broker_icon_hash_hash, broker_icon_hash_equal, NULL, g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir)))
        take_over(cache, name);
    return cache;
}

void
broker_icon_cache_free(BrokerIconCache *cache)
{
    if (!cache)
        return;
    g_hash_table_unref(cache->icons);
    g_free(cache->folder);
    g_free(cache);
}

guint
broker_icon_cache_size(BrokerIconCache *cache, const guint8 *hash)
{
    const Icon *icon = g_hash_table_lookup(cache->icons, hash);
    return icon ? icon->size : 0;
}

char *
broker_icon_cache_path(BrokerIconCache *cache, const guint8 *hash)
{
    static const char digits[] = "0123456789abcdef";
    char hex[HEX_LENGTH + 1] = "";
    for (gsize i = 0; i < CHAN_ICON_HASH_SIZE; i++) {
        hex[2 * i] = digits[hash[i] >> 4];
        hex[2 * i + 1] = digits[hash[i] & 15];
    }
    return g_strdup_printf("%s/%s" SUFFIX, cache->folder, hex);
}

static gboolean
hash_right(const ChanIcon *untrusted_icon)
{
    guint32 sides[2] = {GUINT32_TO_LE(untrusted_icon->width),
                        GUINT32_TO_LE(untrusted_icon->height)};
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)sides, sizeof sides);
    g_checksum_update(sum, untrusted_icon->pixels.data, (gssize)untrusted_icon->pixels.size);
    guint8 digest[CHAN_ICON_HASH_SIZE];
    gsize length = sizeof digest;
    g_checksum_get_digest(sum, digest, &length);
    return memcmp(digest, untrusted_icon->hash, sizeof digest) == 0;
}

static GBytes *
encode_png(const ChanIcon *icon)
{
    png_image image = {
        .version = PNG_IMAGE_VERSION,
        .width = icon->width,
        .height = icon->height,
        .format = PNG_FORMAT_BGRA,
        .flags = PNG_IMAGE_FLAG_FAST, // twenty times the speed for a tenth more bytes
    };
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    g_autofree guint8 *png = g_malloc(size);
    if (!png_image_write_to_memory(&image, png, &size, 0, icon->pixels.data, 0, NULL)) {
        png_image_free(&image);
        return NULL;
    }
    return g_bytes_new(png, size);
}

BrokerIconResult
broker_icon_cache_store(BrokerIconCache *cache, const ChanIcon *untrusted_icon, guint wanted_size,
                        GError **error)
{
    const ChanIcon *icon = untrusted_icon;
    if (wanted_size == 0 || wanted_size > CHAN_ICON_SIDE_MAX || icon->width != wanted_size ||
        icon->height != wanted_size || icon->pixels.size != (gsize)wanted_size * wanted_size * 4 ||
        !hash_right(icon))
        return BROKER_ICON_UNFIT;
    if (broker_icon_cache_size(cache, icon->hash) != 0)
        return BROKER_ICON_STORED;
    g_autoptr(GBytes) png = encode_png(icon);
    if (!png)
        return BROKER_ICON_UNFIT;
    if (cache->bytes + g_bytes_get_size(png) > BROKER_ICON_CACHE_BYTES_MAX)
        return BROKER_ICON_OVER_BUDGET;
    g_autofree char *path = broker_icon_cache_path(cache, icon->hash);
    if (!broker_host_file_write(path, png, BROKER_FILE_QUICK, error))
        return BROKER_ICON_NOT_WRITTEN;
    add(cache, icon->hash, wanted_size, g_bytes_get_size(png));
    return BROKER_ICON_STORED;
}

void
broker_icon_cache_sweep(BrokerIconCache *cache, GHashTable *used)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, cache->icons);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Icon *icon = value;
        if (g_hash_table_contains(used, icon->hash))
            continue;
        g_autofree char *path = broker_icon_cache_path(cache, icon->hash);
        (void)broker_host_file_remove(path, NULL); // one that stays is swept by the next broker
        cache->bytes -= icon->bytes;
        g_hash_table_iter_remove(&iter);
    }
}
