// Files of keys, and what keys ask of an image.

#include "driver/keys.h"

#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_BYTES = 4096 };

bool keys_private(const char *path, SignKey *key, char error[512]) {
    struct stat about;
    Buf text = { 0 };
    if (stat(path, &about) == 0 && (about.st_mode & (S_IRWXG | S_IRWXO))) {
        snprintf(
            error, 512, "%s: others than its owner may use this private key; `chmod 600 %s`", path,
            path
        );
        return false;
    }
    if (!file_read(path, MOST_BYTES, &text, error)) return false;
    bool good = sign_key_read(text.data, text.len, key);
    if (!good) snprintf(error, 512, "%s is no private key; `sipcc key NAME` makes NAME.key", path);
    if (text.data) explicit_bzero(text.data, text.len);
    buf_free(&text);
    return good;
}

static bool read_public(const char *path, uint8_t public[32], char error[512]) {
    Buf text = { 0 };
    if (!file_read(path, MOST_BYTES, &text, error)) return false;
    bool good = sign_public_read(text.data, text.len, public);
    if (!good) snprintf(error, 512, "%s is no public key; `sipcc key NAME` makes NAME.pub", path);
    buf_free(&text);
    return good;
}

bool keys_trusted(const Options *options, ImageKeys *keys, char error[512]) {
    *keys = (ImageKeys){ 0 };
    if (options->trusted.len > IMAGE_MOST_KEYS) {
        snprintf(error, 512, "--trust: a kernel has room for %u trusted keys", IMAGE_MOST_KEYS);
        return false;
    }
    for (; keys->count < options->trusted.len; keys->count++)
        if (!read_public(options->trusted.data[keys->count], keys->keys[keys->count], error))
            return false;
    return true;
}

SignatureKeys keys_view(const ImageKeys *keys) {
    return (SignatureKeys){ keys->keys, keys->count };
}

static bool complain(const char *name, const char *what, SealedView program, const char *wrong) {
    fprintf(
        stderr, "sipcc: %s: %s%.*s%s%s\n", name, what, (int)program.size,
        (const char *)program.bytes, program.size ? ": " : "", wrong
    );
    return false;
}

bool keys_hold(const Buf *image, const SignatureKeys *trusted, const char *name) {
    Packed packed;
    Sealed sealed;
    const char *wrong = packed_read(image->data, image->len, &packed);
    if (wrong) return complain(name, "", (SealedView){ 0 }, wrong);
    for (uint32_t i = 0; i < packed.header.programs.count; i++) {
        ImageProgram row = packed_program(&packed, i);
        SealedView file = packed_program_file(&packed, i);
        wrong = sealed_read(file.bytes, file.size, &sealed);
        if (!wrong) wrong = signature_check_program(&sealed, trusted);
        if (wrong) return complain(name, "program ", packed_text(&packed, row.name), wrong);
    }
    wrong = signature_check_image(&packed, trusted);
    return !wrong || complain(name, "image: ", (SealedView){ 0 }, wrong);
}
