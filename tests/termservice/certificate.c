// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/certificate.h"

#include <freerdp/crypto/certificate.h>
#include <freerdp/crypto/privatekey.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#define KEY_BITS 2048
#define LIFETIME_S (182L * 24 * 3600) // as Windows gives it

static X509 *
sign(EVP_PKEY *key, const char *machine)
{
    X509 *cert = X509_new();
    X509_NAME *name = X509_get_subject_name(cert);
    bool ok =
        X509_set_version(cert, 2) && ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) &&
        X509_gmtime_adj(X509_getm_notBefore(cert), -3600) != NULL &&
        X509_gmtime_adj(X509_getm_notAfter(cert), LIFETIME_S) != NULL &&
        X509_set_pubkey(cert, key) &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const guint8 *)machine, -1, -1, 0) &&
        X509_set_issuer_name(cert, name) && X509_sign(cert, key, EVP_sha256()) > 0;
    if (!ok) {
        X509_free(cert);
        return NULL;
    }
    return cert;
}

char *
certificate_make(const char *machine)
{
    EVP_PKEY *key = EVP_RSA_gen(KEY_BITS);
    X509 *cert = key != NULL ? sign(key, machine) : NULL;
    BIO *out = BIO_new(BIO_s_mem());
    char *pem = NULL;
    if (cert != NULL && PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) &&
        PEM_write_bio_X509(out, cert)) {
        char *data = NULL;
        long size = BIO_get_mem_data(out, &data);
        pem = g_strndup(data, (gsize)size);
    }
    BIO_free(out);
    X509_free(cert);
    EVP_PKEY_free(key);
    return pem;
}

char *
certificate_hash(const char *pem, const EVP_MD *kind)
{
    BIO *in = BIO_new_mem_buf(pem, -1);
    X509 *cert = PEM_read_bio_X509(in, NULL, NULL, NULL);
    guint8 hash[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    GString *hex = g_string_new(NULL);

    if (cert != NULL && X509_digest(cert, kind, hash, &size))
        for (unsigned i = 0; i < size; i++)
            g_string_append_printf(hex, "%02x", hash[i]);
    X509_free(cert);
    BIO_free(in);
    return g_string_free(hex, FALSE);
}

bool
certificate_apply(const char *pem, rdpSettings *settings)
{
    // The settings take both.
    rdpPrivateKey *key = freerdp_key_new_from_pem(pem);
    rdpCertificate *cert = freerdp_certificate_new_from_pem(pem);
    return key != NULL && cert != NULL &&
           freerdp_settings_set_pointer_len(settings, FreeRDP_RdpServerRsaKey, key, 1) &&
           freerdp_settings_set_pointer_len(settings, FreeRDP_RdpServerCertificate, cert, 1);
}
