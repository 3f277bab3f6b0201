// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/certificate.h"

#include <string.h>

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

// The first certificate's DER; NULL: there is none.
static guint8 *
first_der(const guint8 *untrusted_pem, gsize size, gsize *der_size)
{
    const char *pem = (const char *)untrusted_pem;
    const char *begin = g_strstr_len(pem, (gssize)size, BEGIN);

    if (!begin)
        return NULL;
    begin += strlen(BEGIN);
    const char *end = g_strstr_len(begin, (gssize)(size - (gsize)(begin - pem)), END);
    if (!end)
        return NULL;
    g_autofree char *text = g_strndup(begin, (gsize)(end - begin));
    return g_base64_decode(text, der_size);
}

static gboolean
is_hash(const CtlCertificate *told, const guint8 *der, gsize size)
{
    GChecksumType kind = told->size == CHAN_SHA256_SIZE ? G_CHECKSUM_SHA256 : G_CHECKSUM_SHA1;
    g_autoptr(GChecksum) sum = g_checksum_new(kind);
    guint8 hash[CHAN_SHA256_SIZE];
    gsize length = sizeof hash;

    g_checksum_update(sum, der, (gssize)size);
    g_checksum_get_digest(sum, hash, &length);
    return length == told->size && memcmp(hash, told->hash, length) == 0;
}

gboolean
bridge_certificate_told(const CtlCertificates *told, const guint8 *untrusted_pem, gsize size)
{
    gsize der_size = 0;

    if (told->n == 0)
        return TRUE;
    g_autofree guint8 *der = first_der(untrusted_pem, size, &der_size);
    for (guint32 i = 0; der && i < MIN(told->n, CHAN_CERTIFICATES_MAX); i++)
        if (is_hash(&told->certificates[i], der, der_size))
            return TRUE;
    return FALSE;
}
