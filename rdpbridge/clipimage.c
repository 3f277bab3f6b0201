// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/clipimage.h"

#include "rdpbridge/dib.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

#define QUICK 1              // zlib's level: a paste waits for it
#define CHUNK_MAX (8u << 20) // of a PNG that is no picture
#define RESULT_START (256u * 1024)
#define RESULT_MAX (64u * 1024 * 1024)

struct BridgeClipImage {
    ChanSpan data;
    size_t at; // of what libpng has read
    BridgeClipImageForm from, to;
    BridgeClipImageState state;
    bool decoded;

    png_structp png;
    png_infop info;
    int passes; // of an interlaced PNG, that are left
    BridgeDib dib;
    bool any_alpha;

    uint32_t width, height, y;
    uint8_t *pixels; // RGBA

    uint8_t *result;
    size_t size, capacity;
};

static void
on_read(png_structp png, png_bytep out, size_t n)
{
    BridgeClipImage *c = png_get_io_ptr(png);

    if (n > c->data.size - c->at)
        png_error(png, "short");
    memcpy(out, c->data.data + c->at, n);
    c->at += n;
}

static void
on_write(png_structp png, png_bytep bytes, size_t n)
{
    BridgeClipImage *c = png_get_io_ptr(png);

    if (n > RESULT_MAX - c->size)
        png_error(png, "large");
    if (c->size + n > c->capacity) {
        size_t capacity = c->capacity * 2 > c->size + n ? c->capacity * 2 : c->size + n;
        uint8_t *more = realloc(c->result, capacity);
        if (!more)
            png_error(png, "memory");
        c->result = more;
        c->capacity = capacity;
    }
    memcpy(c->result + c->size, bytes, n);
    c->size += n;
}

static void
on_flush(png_structp png)
{
}

static void
on_error(png_structp png, png_const_charp text)
{
    png_longjmp(png, 1);
}

static void
on_warning(png_structp png, png_const_charp text)
{
}

static bool
make_pixels(BridgeClipImage *c, uint32_t width, uint32_t height)
{
    if (width < 1 || height < 1 || width > BRIDGE_CLIPIMAGE_SIDE_MAX ||
        height > BRIDGE_CLIPIMAGE_SIDE_MAX ||
        (uint64_t)width * height > BRIDGE_CLIPIMAGE_PIXELS_MAX)
        return false;
    c->width = width;
    c->height = height;
    // Zeroed by the kernel: an interlaced picture reads before it has written everything.
    c->pixels = calloc((size_t)width * height, 4);
    return c->pixels != NULL;
}

static uint8_t *
row(const BridgeClipImage *c, uint32_t y)
{
    return c->pixels + (size_t)y * c->width * 4;
}

static void
expect_rgba(png_structp png)
{
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_gray_to_rgb(png);
    png_set_add_alpha(png, 0xff, PNG_FILLER_AFTER);
}

static bool
begin_png(BridgeClipImage *c)
{
    c->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
    c->info = c->png ? png_create_info_struct(c->png) : NULL;
    if (!c->info || setjmp(png_jmpbuf(c->png)))
        return false;
    png_set_read_fn(c->png, c, on_read);
    png_set_user_limits(c->png, BRIDGE_CLIPIMAGE_SIDE_MAX, BRIDGE_CLIPIMAGE_SIDE_MAX);
    png_set_chunk_malloc_max(c->png, CHUNK_MAX);
    png_set_keep_unknown_chunks(c->png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
    png_read_info(c->png, c->info);
    expect_rgba(c->png);
    c->passes = png_set_interlace_handling(c->png);
    png_read_update_info(c->png, c->info);
    return png_get_rowbytes(c->png, c->info) == (size_t)png_get_image_width(c->png, c->info) * 4 &&
           make_pixels(c, png_get_image_width(c->png, c->info),
                       png_get_image_height(c->png, c->info));
}

// Some rows; true while there are more.
static bool
read_rows(BridgeClipImage *c, uint32_t rows)
{
    for (; rows > 0 && c->passes > 0; rows--) {
        png_read_row(c->png, row(c, c->y), NULL);
        if (++c->y == c->height) {
            c->y = 0;
            c->passes--;
        }
    }
    return c->passes > 0;
}

static bool
decode_dib(BridgeClipImage *c, uint32_t rows)
{
    for (; rows > 0 && c->y < c->height; rows--, c->y++) {
        uint8_t *to = row(c, c->y);
        bridge_dib_row(&c->dib, c->y, to);
        for (uint32_t x = 0; c->dib.guess_alpha && x < c->width && !c->any_alpha; x++)
            c->any_alpha = to[x * 4 + 3] != 0;
    }
    return c->y < c->height;
}

static bool
begin_decoding(BridgeClipImage *c)
{
    if (c->from == BRIDGE_CLIPIMAGE_PNG)
        return begin_png(c);
    return bridge_dib_read(c->data, c->from == BRIDGE_CLIPIMAGE_BMP, &c->dib) &&
           make_pixels(c, c->dib.width, c->dib.height);
}

static BridgeDibForm
dib_form(const BridgeClipImage *c)
{
    return c->to == BRIDGE_CLIPIMAGE_BMP   ? BRIDGE_DIB_FILE
           : c->to == BRIDGE_CLIPIMAGE_DIB ? BRIDGE_DIB_PLAIN
                                           : BRIDGE_DIB_V5;
}

static bool
begin_writing_png(BridgeClipImage *c)
{
    if (c->png)
        png_destroy_read_struct(&c->png, &c->info, NULL);
    c->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
    c->info = c->png ? png_create_info_struct(c->png) : NULL;
    c->capacity = RESULT_START;
    c->result = malloc(c->capacity);
    if (!c->info || !c->result || setjmp(png_jmpbuf(c->png)))
        return false;
    png_set_write_fn(c->png, c, on_write, on_flush);
    png_set_compression_level(c->png, QUICK);
    png_set_filter(c->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
    png_set_IHDR(c->png, c->info, c->width, c->height, 8, PNG_COLOR_TYPE_RGB_ALPHA,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(c->png, c->info);
    return true;
}

static bool
begin_encoding(BridgeClipImage *c)
{
    c->decoded = true;
    c->y = 0;
    if (c->to == BRIDGE_CLIPIMAGE_PNG)
        return begin_writing_png(c);
    c->size = bridge_dib_size(dib_form(c), c->width, c->height);
    c->result = malloc(c->size);
    if (!c->result)
        return false;
    bridge_dib_write_header(dib_form(c), c->width, c->height, c->result);
    return true;
}

// A DIB whose fourth bytes are all zero has no alpha.
static void
settle_alpha(BridgeClipImage *c, uint8_t *rgba)
{
    bool opaque = c->from != BRIDGE_CLIPIMAGE_PNG && c->dib.guess_alpha && !c->any_alpha;

    for (uint32_t x = 0; opaque && x < c->width; x++)
        rgba[x * 4 + 3] = 0xff;
}

static bool
write_rows(BridgeClipImage *c, uint32_t rows)
{
    for (; rows > 0 && c->y < c->height; rows--, c->y++) {
        settle_alpha(c, row(c, c->y));
        png_write_row(c->png, row(c, c->y));
    }
    if (c->y == c->height)
        png_write_end(c->png, NULL);
    return c->y < c->height;
}

static bool
encode_dib(BridgeClipImage *c, uint32_t rows)
{
    for (; rows > 0 && c->y < c->height; rows--, c->y++) {
        settle_alpha(c, row(c, c->y));
        bridge_dib_write_row(dib_form(c), c->width, c->height, c->y, row(c, c->y), c->result);
    }
    return c->y < c->height;
}

// libpng jumps back to here when the picture is broken: what was done until then is no picture.
static bool
with_libpng(BridgeClipImage *c, uint32_t rows)
{
    // Not by a direct call, which could be inlined: then nobody vouches for what setjmp restores.
    bool (*volatile go_on)(BridgeClipImage *, uint32_t) = c->decoded ? write_rows : read_rows;

    if (setjmp(png_jmpbuf(c->png))) {
        c->state = BRIDGE_CLIPIMAGE_FAILED;
        return false;
    }
    return go_on(c, rows);
}

BridgeClipImage *
bridge_clipimage_new(ChanSpan untrusted_data, BridgeClipImageForm from, BridgeClipImageForm to)
{
    BridgeClipImage *c = calloc(1, sizeof *c);

    if (!c)
        return NULL;
    c->data = untrusted_data;
    c->from = from;
    c->to = to;
    if (!begin_decoding(c))
        c->state = BRIDGE_CLIPIMAGE_FAILED;
    return c;
}

void
bridge_clipimage_free(BridgeClipImage *c)
{
    if (!c)
        return;
    if (c->png && (c->decoded && c->to == BRIDGE_CLIPIMAGE_PNG))
        png_destroy_write_struct(&c->png, &c->info);
    else if (c->png)
        png_destroy_read_struct(&c->png, &c->info, NULL);
    free(c->pixels);
    free(c->result);
    free(c);
}

BridgeClipImageState
bridge_clipimage_step(BridgeClipImage *c, size_t pixels)
{
    if (c->state != BRIDGE_CLIPIMAGE_MORE)
        return c->state;
    uint32_t rows = (uint32_t)(pixels / c->width) + 1;
    if (!c->decoded) {
        bool more = c->from == BRIDGE_CLIPIMAGE_PNG ? with_libpng(c, rows) : decode_dib(c, rows);
        if (!more && c->state == BRIDGE_CLIPIMAGE_MORE && !begin_encoding(c))
            c->state = BRIDGE_CLIPIMAGE_FAILED;
        return c->state;
    }
    bool more = c->to == BRIDGE_CLIPIMAGE_PNG ? with_libpng(c, rows) : encode_dib(c, rows);
    if (!more && c->state == BRIDGE_CLIPIMAGE_MORE)
        c->state = BRIDGE_CLIPIMAGE_DONE;
    return c->state;
}

uint8_t *
bridge_clipimage_steal(BridgeClipImage *c, size_t *size)
{
    uint8_t *result = c->result;

    *size = c->state == BRIDGE_CLIPIMAGE_DONE ? c->size : 0;
    c->result = NULL;
    return result;
}
