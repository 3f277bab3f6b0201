// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/certificate.h"

#include <freerdp/crypto/certificate.h>
#include <freerdp/crypto/privatekey.h>
#include <gio/gio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#define KEY_BITS 2048
#define LIFETIME_S (20L * 365 * 24 * 3600)
#define FILE_NAME "rdp-key.pem"

struct RaCertificate {
    char *pem; // key and certificate, one after the other
    bool local;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_vfree)

static X509 *
sign_self(EVP_PKEY *key)
{
    g_autoptr(X509) cert = X509_new();
    if (cert == NULL || !X509_set_version(cert, 2) ||
        !ASN1_INTEGER_set(X509_get_serialNumber(cert), (long)g_random_int_range(1, G_MAXINT)) ||
        X509_gmtime_adj(X509_getm_notBefore(cert), -24L * 3600) == NULL ||
        X509_gmtime_adj(X509_getm_notAfter(cert), LIFETIME_S) == NULL ||
        !X509_set_pubkey(cert, key))
        return NULL;
    X509_NAME *name = X509_get_subject_name(cert);
    const unsigned char common[] = "casement-remoteapp";
    if (!X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0) ||
        !X509_set_issuer_name(cert, name) || !X509_sign(cert, key, EVP_sha256()))
        return NULL;
    return g_steal_pointer(&cert);
}

static char *
make_pem(EVP_PKEY *key)
{
    if (key == NULL)
        return NULL;
    g_autoptr(X509) cert = sign_self(key);
    g_autoptr(BIO) out = BIO_new(BIO_s_mem());
    if (cert == NULL || out == NULL ||
        !PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) ||
        !PEM_write_bio_X509(out, cert))
        return NULL;
    char *data = NULL;
    long size = BIO_get_mem_data(out, &data);
    return g_strndup(data, (gsize)size);
}

static bool
usable(const RaCertificate *certificate)
{
    rdpPrivateKey *key = certificate->local ? NULL : freerdp_key_new_from_pem(certificate->pem);
    rdpCertificate *cert = freerdp_certificate_new_from_pem(certificate->pem);
    bool ok = cert != NULL && (key != NULL || certificate->local);
    freerdp_key_free(key);
    freerdp_certificate_free(cert);
    return ok;
}

// Takes the pem.
static RaCertificate *
take_pem(char *pem, bool local)
{
    if (pem == NULL)
        return NULL;
    g_autoptr(RaCertificate) certificate = g_new0(RaCertificate, 1);
    certificate->pem = pem;
    certificate->local = local;
    return usable(certificate) ? g_steal_pointer(&certificate) : NULL;
}

static RaCertificate *
make(EVP_PKEY *key, bool local, GError **error)
{
    RaCertificate *certificate = take_pem(make_pem(key), local);
    if (certificate == NULL)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                    "OpenSSL could not make the server's key and certificate");
    return certificate;
}

static int
on_progress(EVP_PKEY_CTX *context)
{
    const gint *stop = EVP_PKEY_CTX_get_app_data(context);
    return g_atomic_int_get(stop) == 0;
}

static EVP_PKEY *
make_key(const gint *stop)
{
    g_autoptr(EVP_PKEY_CTX) context = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
    EVP_PKEY *key = NULL;
    if (context == NULL || EVP_PKEY_keygen_init(context) <= 0 ||
        EVP_PKEY_CTX_set_rsa_keygen_bits(context, KEY_BITS) <= 0)
        return NULL;
    EVP_PKEY_CTX_set_app_data(context, (gpointer)stop);
    EVP_PKEY_CTX_set_cb(context, on_progress);
    return EVP_PKEY_keygen(context, &key) > 0 ? key : NULL;
}

RaCertificate *
ra_certificate_new(const char *directory, const gint *stop, GError **error)
{
    g_autofree char *path = NULL;
    char *kept = NULL;
    if (directory != NULL)
        path = g_build_filename(directory, FILE_NAME, NULL);
    if (path != NULL && g_file_get_contents(path, &kept, NULL, NULL)) {
        RaCertificate *former = take_pem(kept, false);
        if (former != NULL)
            return former;
    }
    g_autoptr(EVP_PKEY) key = make_key(stop);
    RaCertificate *certificate = make(key, false, error);
    g_autoptr(GError) why = NULL;
    if (certificate != NULL && path != NULL &&
        !g_file_set_contents_full(path, certificate->pem, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                  &why))
        g_info("the server's key is made anew at each start: %s", why->message);
    return certificate;
}

RaCertificate *
ra_certificate_new_local(GError **error)
{
    g_autoptr(EVP_PKEY) key = EVP_EC_gen("P-256");
    return make(key, true, error);
}

void
ra_certificate_free(RaCertificate *certificate)
{
    if (certificate == NULL)
        return;
    g_free(certificate->pem);
    g_free(certificate);
}

bool
ra_certificate_apply(const RaCertificate *certificate, rdpSettings *settings)
{
    // The settings take what they are given.
    if (!certificate->local) {
        rdpPrivateKey *key = freerdp_key_new_from_pem(certificate->pem);
        if (key == NULL ||
            !freerdp_settings_set_pointer_len(settings, FreeRDP_RdpServerRsaKey, key, 1))
            return false;
    }
    rdpCertificate *cert = freerdp_certificate_new_from_pem(certificate->pem);
    return cert != NULL &&
           freerdp_settings_set_pointer_len(settings, FreeRDP_RdpServerCertificate, cert, 1);
}
