// SPDX-License-Identifier: Apache-2.0
#pragma once

// The throw-away keys and self-signed certificates that an RDP server must have. They prove nothing
// to anybody. Two kinds: open clients may encrypt, with RSA, whose key takes 100 ms and more to
// make; on Casement's own streams nothing is encrypted, and the library only wants to see a
// certificate.

#include <freerdp/settings.h>
#include <glib.h>
#include <stdbool.h>

typedef struct RaCertificate RaCertificate;

// For open clients. Reads key and certificate from directory (rdp-key.pem, mode 0600), or makes
// them and keeps them there for the next start; a directory that cannot be written costs only that.
// directory may be NULL. stop is read atomically while the key is made; not 0 ends that within
// milliseconds. NULL with error set when OpenSSL fails or was stopped.
RaCertificate *ra_certificate_new(const char *directory, const gint *stop, GError **error);

// For peers with local set: on an elliptic curve, so that it takes less than a millisecond. NULL
// with error set.
RaCertificate *ra_certificate_new_local(GError **error);

void ra_certificate_free(RaCertificate *certificate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RaCertificate, ra_certificate_free)

// Gives copies of the certificate and, for open clients, of the key to a peer's settings.
bool ra_certificate_apply(const RaCertificate *certificate, rdpSettings *settings);
