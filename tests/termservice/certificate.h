// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <freerdp/freerdp.h>
#include <glib.h>
#include <openssl/evp.h>
#include <stdbool.h>

// The certificate that Remote Desktop makes for itself: RSA, CN is the machine's name, signed by
// nobody else ([MS-RDPBCGR] 5.4.5.1). The same key serves RDP security (5.3.1).

// PEM of key and certificate, one after the other; NULL if OpenSSL fails. Free with g_free.
char *certificate_make(const char *machine);

// The hash of the certificate's DER, in hexadecimal. Free with g_free.
char *certificate_hash(const char *pem, const EVP_MD *kind);

// False if the library does not take it.
bool certificate_apply(const char *pem, rdpSettings *settings);
