// One file an entry, named by its key: a head that tells torn files from whole ones, then the sealed binary. Files come by
// rename and go by unlink, so that whoever reads has all of one or nothing; the time of a file is that of its last use.

#include "driver/cache.h"

#include "base/file.h"
#include "base/vec.h"
#include "driver/identity.h"
#include "link/link.h"
#include "sealed/sealed.h"
#include "sealed/sha256.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    NAME = 64, // of an entry: its key in hexadecimal
    DEFAULT_MEBIBYTES = 512,
    STALE = 3600, // seconds after which what has a temporary name is nobody's
};

typedef struct EntryHead {
    char magic[8];
    uint8_t key[32];
    uint8_t digest[32]; // of what follows
    uint64_t size;
} EntryHead;

_Static_assert(sizeof(EntryHead) == 80, "on disk");

static const char magic[8] = { 'S', 'I', 'P', 'C', 'A', 'C', 'H', '1' };

struct Cache {
    const char *folder;
    uint64_t most; // bytes
};

// --- the folder ----------------------------------------------------------------------------------------------------------

static bool is_off(const char *folder) {
    return strcmp(folder, "off") == 0;
}

static const char *default_folder(Arena *arena) {
    const char *given = getenv("SIPCC_CACHE"), *xdg = getenv("XDG_CACHE_HOME"),
               *home = getenv("HOME");
    if (given && given[0]) return given;
    if (xdg && xdg[0] == '/') return arena_printf(arena, "%s/sipcc", xdg);
    return home && home[0] == '/' ? arena_printf(arena, "%s/.cache/sipcc", home) : NULL;
}

// With the folders above it; what is there already is all right.
static bool make_folders(Arena *arena, const char *path) {
    char *part = arena_strdup(arena, path);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST) return false;
        *slash = '/';
    }
    return mkdir(part, 0700) == 0 || errno == EEXIST;
}

// NULL, or why its entries are not to be believed.
static const char *wrong_with(const char *folder) {
    struct stat about;
    if (stat(folder, &about) != 0) return strerror(errno);
    if (!S_ISDIR(about.st_mode)) return "it is not a folder";
    if (about.st_uid != geteuid()) return "it belongs to somebody else";
    return about.st_mode & 022 ? "others can write to it; chmod go-w" : NULL;
}

static uint64_t most_bytes(void) {
    const char *given = getenv("SIPCC_CACHE_MIB");
    char *end = NULL;
    unsigned long long mebibytes = given && given[0] ? strtoull(given, &end, 10) : 0;
    bool good = end && *end == '\0' && mebibytes < (1u << 30);
    return (good ? mebibytes : DEFAULT_MEBIBYTES) << 20;
}

Cache *cache_open(Arena *arena, const char *folder) {
    bool asked = folder != NULL;
    if (!folder) folder = default_folder(arena);
    if (!folder || is_off(folder) || !identity_is_known()) return NULL;
    const char *wrong = make_folders(arena, folder) ? wrong_with(folder) : strerror(errno);
    if (wrong && asked) fprintf(stderr, "sipcc: nothing is cached in %s: %s\n", folder, wrong);
    if (wrong) return NULL;
    Cache *cache = arena_new(arena, Cache);
    *cache = (Cache){ arena_strdup(arena, folder), most_bytes() };
    return cache;
}

static bool path_in(const Cache *cache, const char *name, char path[PATH_MAX]) {
    return snprintf(path, PATH_MAX, "%s/%s", cache->folder, name) < PATH_MAX;
}

static bool path_of(const Cache *cache, const CacheKey *key, char path[PATH_MAX]) {
    char name[NAME + 1];
    for (int i = 0; i < 32; i++)
        snprintf(name + 2 * i, 3, "%02x", key->digest[i]);
    return path_in(cache, name, path);
}

// --- keys ------------------------------------------------------------------------------------------------------------------

static void digest_of(const uint8_t *bytes, size_t length, uint8_t digest[32]) {
    Sha256 sha;
    sha256_start(&sha);
    sha256_add(&sha, bytes, length);
    sha256_finish(&sha, digest);
}

// Each part with its length, so that no two lists of parts read alike.
static void add_part(Sha256 *sha, const void *bytes, size_t length) {
    uint64_t size = length;
    sha256_add(sha, &size, sizeof size);
    sha256_add(sha, bytes, length);
}

CacheKey cache_key(const char *toolchain_text, const uint8_t runtime[32], const Buf *sir) {
    CacheKey key;
    Sha256 sha;
    Buf makers = { 0 };
    identity_write(&makers);
    link_identity(NULL, &makers);
    sha256_start(&sha);
    add_part(&sha, magic, sizeof magic);
    add_part(&sha, makers.data, makers.len);
    add_part(&sha, toolchain_text, strlen(toolchain_text));
    add_part(&sha, runtime, 32);
    add_part(&sha, sir->data, sir->len);
    sha256_finish(&sha, key.digest);
    buf_free(&makers);
    return key;
}

// --- entries ----------------------------------------------------------------------------------------------------------------

static bool is_whole(const Buf *entry, const CacheKey *key) {
    EntryHead head;
    uint8_t digest[32];
    if (entry->len < sizeof head) return false;
    memcpy(&head, entry->data, sizeof head);
    if (memcmp(head.magic, magic, sizeof magic) != 0 || memcmp(head.key, key->digest, 32) != 0 ||
        head.size != entry->len - sizeof head)
        return false;
    digest_of(entry->data + sizeof head, entry->len - sizeof head, digest);
    return memcmp(digest, head.digest, 32) == 0;
}

// Whether an entry is a sealed binary of that SIR at all.
static bool holds(const Buf *entry, const Buf *sir) {
    Sealed sealed;
    return !sealed_read(entry->data + sizeof(EntryHead), entry->len - sizeof(EntryHead), &sealed) &&
           sealed_digest_is_right(&sealed) && sealed.sir.size == sir->len &&
           memcmp(sealed.sir.bytes, sir->data, sir->len) == 0;
}

bool cache_find(const Cache *cache, const CacheKey *key, const Buf *sir, Buf *sealed) {
    char path[PATH_MAX], ignored[512];
    Buf entry = { 0 };
    if (!path_of(cache, key, path)) return false;
    bool found = file_read(path, SEALED_MOST_BYTES + sizeof(EntryHead), &entry, ignored);
    bool good = found && is_whole(&entry, key) && holds(&entry, sir);
    if (good) buf_put(sealed, entry.data + sizeof(EntryHead), entry.len - sizeof(EntryHead));
    if (good)
        utimensat(AT_FDCWD, path, NULL, 0); // used now
    else if (found)
        unlink(path);
    buf_free(&entry);
    return good;
}

// --- the bound --------------------------------------------------------------------------------------------------------------

typedef struct Row { // of what lies in the folder
    char name[NAME + 8];
    struct timespec used;
    uint64_t size;
} Row;

typedef struct Rows {
    Arena arena;
    VEC(Row) rows;
    uint64_t size;
} Rows;

static bool is_ours(const char *name) { // an entry, or one that is being written
    size_t digits = strspn(name, "0123456789abcdef");
    return digits == NAME && (name[NAME] == '\0' || name[NAME] == '.') && strlen(name) < NAME + 8;
}

static void list(const Cache *cache, Rows *rows) {
    char path[PATH_MAX];
    struct stat about;
    DIR *folder = opendir(cache->folder);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (!is_ours(entry->d_name) || !path_in(cache, entry->d_name, path)) continue;
        if (stat(path, &about) != 0) continue;
        bool unfinished = entry->d_name[NAME] == '.';
        if (unfinished && time(NULL) - about.st_mtime > STALE) unlink(path);
        if (unfinished) continue;
        Row row = { .used = about.st_mtim, .size = (uint64_t)about.st_size };
        memcpy(row.name, entry->d_name, strlen(entry->d_name) + 1);
        vec_push(&rows->arena, &rows->rows, row);
        rows->size += row.size;
    }
    if (folder) closedir(folder);
}

static int by_use(const void *a, const void *b) {
    const Row *x = a, *y = b;
    if (x->used.tv_sec != y->used.tv_sec) return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    if (x->used.tv_nsec != y->used.tv_nsec) return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
    return strcmp(x->name, y->name);
}

// Down to nine tenths of the bound, so that not every new entry drops an old one.
static void drop_oldest(const Cache *cache) {
    char path[PATH_MAX];
    Rows rows = { 0 };
    arena_init(&rows.arena);
    list(cache, &rows);
    if (rows.size > cache->most) {
        qsort(rows.rows.data, rows.rows.len, sizeof(Row), by_use);
        for (uint32_t i = 0; i < rows.rows.len && rows.size > cache->most / 10 * 9; i++) {
            if (path_in(cache, rows.rows.data[i].name, path)) unlink(path);
            rows.size -= rows.rows.data[i].size;
        }
    }
    arena_free(&rows.arena);
}

void cache_keep(const Cache *cache, const CacheKey *key, const Buf *sealed) {
    char path[PATH_MAX], ignored[512];
    Buf entry = { 0 };
    EntryHead head = { .size = sealed->len };
    memcpy(head.magic, magic, sizeof magic);
    memcpy(head.key, key->digest, 32);
    digest_of(sealed->data, sealed->len, head.digest);
    buf_put(&entry, &head, sizeof head);
    buf_put(&entry, sealed->data, sealed->len);
    if (path_of(cache, key, path)) file_write(path, entry.data, entry.len, ignored);
    buf_free(&entry);
    drop_oldest(cache);
}
