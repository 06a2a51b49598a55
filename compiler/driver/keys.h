// The keys that a command names: --key, which signs, and --trust, whose signatures are asked for.

#ifndef DRIVER_KEYS_H
#define DRIVER_KEYS_H

#include "driver/options.h"
#include "image/image.h"
#include "sign/sign.h"

// Reads the private key in the file at `path`, which nobody but its owner may read. False, with a sentence.
bool keys_private(const char *path, SignKey *key, char error[512]);

// Reads the files of --trust, at most IMAGE_MOST_KEYS. False, with a sentence.
bool keys_trusted(const Options *options, ImageKeys *keys, char error[512]);

SignatureKeys keys_view(const ImageKeys *keys);

// What the kernel would say of a packed image and its programs that are read. False: said why on stderr, as it would.
bool keys_hold(const Buf *image, const SignatureKeys *trusted, const char *name);

#endif
