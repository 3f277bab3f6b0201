// SPDX-License-Identifier: Apache-2.0
#pragma once

// The throw-away RSA key and self-signed certificate that an RDP server must have, even where
// nothing is encrypted. They prove nothing to anybody.

#include <freerdp/settings.h>
#include <glib.h>
#include <stdbool.h>

typedef struct RaCertificate RaCertificate;

// Reads both from directory (rdp-key.pem, mode 0600), or makes them (some 100 ms) and keeps them
// there for the next start; a directory that cannot be written costs only that. directory may be
// NULL. NULL with error set when OpenSSL fails.
RaCertificate *ra_certificate_new(const char *directory, GError **error);
void ra_certificate_free(RaCertificate *certificate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RaCertificate, ra_certificate_free)

// Gives copies of both to a peer's settings.
bool ra_certificate_apply(const RaCertificate *certificate, rdpSettings *settings);
