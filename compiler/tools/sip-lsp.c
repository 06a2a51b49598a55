// sip-lsp: what `sipcc lsp` does, for editors that want a program's name. Whatever they add is taken.

#include "driver/driver.h"

#include <stdbool.h>
#include <string.h>

int main(int argc, char **argv) {
    char command[] = "lsp";
    bool asks = argc == 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "--help") == 0);
    char *words[] = { argv[0], command, asks ? argv[1] : NULL, NULL };
    return driver_main(asks ? 3 : 2, words);
}
