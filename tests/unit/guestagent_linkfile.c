// SPDX-License-Identifier: Apache-2.0

// The AppUserModelID in a .lnk's bytes.

#include "guestagent/win32/linkfile.h"

#include <glib.h>
#include <string.h>

#define MODEL "Vendor.Program"

static void
put(GByteArray *a, guint32 value, guint size)
{
    guint8 bytes[4] = {(guint8)value, (guint8)(value >> 8), (guint8)(value >> 16),
                       (guint8)(value >> 24)};

    g_byte_array_append(a, bytes, size);
}

static void
put_text(GByteArray *a, const char *text)
{
    for (; *text; text++)
        put(a, (guint8)*text, 2);
}

// A part with its size in front.
static void
put_part(GByteArray *a, const GByteArray *part)
{
    put(a, part->len + 4, 4);
    g_byte_array_append(a, part->data, part->len);
}

static GByteArray *
value(guint32 id, guint32 type, const char *text)
{
    GByteArray *v = g_byte_array_new();

    put(v, id, 4);
    put(v, 0, 1);
    put(v, type, 4);
    put(v, (guint32)strlen(text) + 1, 4);
    put_text(v, text);
    put(v, 0, 2);
    return v;
}

// {9F4C2855-9F79-4B39-A8D0-E1D42DE1D5F3}
static GByteArray *
storage(guint8 first, guint32 id, guint32 type, const char *text)
{
    const guint8 format[16] = {first, 0x28, 0x4c, 0x9f, 0x79, 0x9f, 0x39, 0x4b,
                               0xa8,  0xd0, 0xe1, 0xd4, 0x2d, 0xe1, 0xd5, 0xf3};
    GByteArray *s = g_byte_array_new();
    g_autoptr(GByteArray) other = value(2, 0x1f, "Another");
    g_autoptr(GByteArray) v = value(id, type, text);

    put(s, 0x53505331, 4);
    g_byte_array_append(s, format, sizeof format);
    put_part(s, other);
    put_part(s, v);
    put(s, 0, 4);
    return s;
}

// With an id list, link info, two strings and a block of another kind before it.
static GByteArray *
link_with(GByteArray *take_storage)
{
    GByteArray *l = g_byte_array_new();
    g_autoptr(GByteArray) block = g_byte_array_new(), other = g_byte_array_new();
    const guint8 zeroes[52] = {0};

    put(l, 76, 4);
    g_byte_array_append(l, zeroes, 16);
    put(l, 0x01 | 0x02 | 0x04 | 0x20 | 0x80, 4);
    g_byte_array_append(l, zeroes, 52);
    put(l, 6, 2);
    g_byte_array_append(l, zeroes, 6);
    put(l, 28, 4);
    g_byte_array_append(l, zeroes, 24);
    put(l, 3, 2);
    put_text(l, "abc");
    put(l, 0, 2);
    put(other, 0xa0000003, 4);
    g_byte_array_append(other, zeroes, 40);
    put_part(l, other);
    put(block, 0xa0000009, 4);
    put_part(block, take_storage);
    put(block, 0, 4);
    put_part(l, block);
    put(l, 0, 4);
    g_byte_array_unref(take_storage);
    return l;
}

// From memory of exactly that size, for the sanitizer.
static size_t
model_of(const GByteArray *link, gsize size, size_t capacity, char *text)
{
    g_autofree guint8 *file = g_memdup2(link->data, size);
    g_autofree guint16 *model = g_new0(guint16, capacity);
    size_t n = win_linkfile_model(file, size, model, capacity);

    for (size_t i = 0; i < n; i++)
        text[i] = (char)model[i];
    text[n] = 0;
    return n;
}

static void
test_model(void)
{
    g_autoptr(GByteArray) l = link_with(storage(0x55, 5, 0x1f, MODEL));
    char text[64];

    g_assert_cmpuint(model_of(l, l->len, 64, text), ==, strlen(MODEL));
    g_assert_cmpstr(text, ==, MODEL);
    g_assert_cmpuint(model_of(l, l->len, strlen(MODEL) + 1, text), ==, strlen(MODEL));
    g_assert_cmpuint(model_of(l, l->len, strlen(MODEL), text), ==, 0); // no room for the NUL
    // Of another property, type or format; of no link.
    g_autoptr(GByteArray) property = link_with(storage(0x55, 6, 0x1f, MODEL));
    g_autoptr(GByteArray) type = link_with(storage(0x55, 5, 0x13, MODEL));
    g_autoptr(GByteArray) format = link_with(storage(0x56, 5, 0x1f, MODEL));
    g_assert_cmpuint(model_of(property, property->len, 64, text), ==, 0);
    g_assert_cmpuint(model_of(type, type->len, 64, text), ==, 0);
    g_assert_cmpuint(model_of(format, format->len, 64, text), ==, 0);
    l->data[0]++;
    g_assert_cmpuint(model_of(l, l->len, 64, text), ==, 0);
}

static void
test_any_bytes(void)
{
    g_autoptr(GByteArray) l = link_with(storage(0x55, 5, 0x1f, MODEL));
    char text[64];

    // The blocks' ends are all that may be missing.
    for (gsize size = 0; size < l->len - 12; size++)
        g_assert_cmpuint(model_of(l, size, 64, text), ==, 0);
    for (guint i = 0; i < 200000; i++) {
        guint at = (guint)g_test_rand_int_range(0, (gint)l->len);
        guint8 was = l->data[at];
        l->data[at] = (guint8)g_test_rand_int();
        g_assert_cmpuint(model_of(l, l->len, 64, text), <, 64);
        if (i % 8)
            l->data[at] = was;
        if (i % 64 == 0) {
            g_byte_array_unref(l);
            l = link_with(storage(0x55, 5, 0x1f, MODEL));
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/guestagent/linkfile/model", test_model);
    g_test_add_func("/guestagent/linkfile/any-bytes", test_any_bytes);
    return g_test_run();
}
