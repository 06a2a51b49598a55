// The C twin of tests/run/btree.sip and its benchmark, for one type of keys and values.
#include "bench.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST = 7, MOST = 15 };

typedef struct Node Node;
struct Node {
    size_t len;
    uint64_t keys[MOST], values[MOST];
    size_t children_len;
    Node *children[MOST + 1];
};

typedef struct Map {
    Node *root;
    size_t count;
} Map;

static void insert(uint64_t *row, size_t len, size_t at, uint64_t x) {
    memmove(row + at + 1, row + at, (len - at) * sizeof *row);
    row[at] = x;
}

static uint64_t take_out(uint64_t *row, size_t len, size_t at) {
    uint64_t x = row[at];
    memmove(row + at, row + at + 1, (len - at - 1) * sizeof *row);
    return x;
}

static void insert_key(Node *n, size_t at, uint64_t key, uint64_t value) {
    insert(n->keys, n->len, at, key);
    insert(n->values, n->len, at, value);
    n->len++;
}

static void take_key(Node *n, size_t at, uint64_t *key, uint64_t *value) {
    *key = take_out(n->keys, n->len, at);
    *value = take_out(n->values, n->len, at);
    n->len--;
}

static void insert_child(Node *n, size_t at, Node *child) {
    memmove(n->children + at + 1, n->children + at, (n->children_len - at) * sizeof child);
    n->children[at] = child;
    n->children_len++;
}

static Node *take_child(Node *n, size_t at) {
    Node *child = n->children[at];
    memmove(n->children + at, n->children + at + 1, (n->children_len - at - 1) * sizeof child);
    n->children_len--;
    return child;
}

static Node *new_node(void) {
    return calloc(1, sizeof(Node));
}

static size_t position(const Node *n, uint64_t key) {
    for (size_t i = 0; i < n->len; i++)
        if (!(n->keys[i] < key)) return i;
    return n->len;
}

static bool has_at(const Node *n, size_t i, uint64_t key) {
    return i < n->len && !(key < n->keys[i]);
}

static const uint64_t *get(const Map *map, uint64_t key) {
    for (const Node *n = map->root;;) {
        size_t i = position(n, key);
        if (has_at(n, i, key)) return &n->values[i];
        if (n->children_len == 0) return NULL;
        n = n->children[i];
    }
}

static void split(Node *n, size_t i) {
    Node *left = n->children[i], *right = new_node();
    memcpy(right->keys, left->keys + LEAST + 1, LEAST * sizeof(uint64_t));
    memcpy(right->values, left->values + LEAST + 1, LEAST * sizeof(uint64_t));
    right->len = LEAST;
    if (left->children_len) {
        memcpy(right->children, left->children + LEAST + 1, (LEAST + 1) * sizeof(Node *));
        right->children_len = left->children_len = LEAST + 1;
    }
    left->len = LEAST;
    insert_key(n, i, left->keys[LEAST], left->values[LEAST]);
    insert_child(n, i + 1, right);
}

static bool put(Map *map, uint64_t key, uint64_t value) {
    if (map->root->len == MOST) {
        Node *old = map->root;
        map->root = new_node();
        insert_child(map->root, 0, old);
        split(map->root, 0);
    }
    for (Node *n = map->root;;) {
        size_t i = position(n, key);
        if (has_at(n, i, key)) {
            n->values[i] = value;
            return false;
        }
        if (n->children_len == 0) {
            insert_key(n, i, key, value);
            map->count++;
            return true;
        }
        if (n->children[i]->len == MOST) {
            split(n, i);
            if (n->keys[i] < key) {
                i++;
            } else if (!(key < n->keys[i])) {
                n->values[i] = value;
                return false;
            }
        }
        n = n->children[i];
    }
}

static void merge(Node *n, size_t i) {
    Node *right = take_child(n, i + 1), *left = n->children[i];
    take_key(n, i, &left->keys[left->len], &left->values[left->len]);
    left->len++;
    memcpy(left->keys + left->len, right->keys, right->len * sizeof(uint64_t));
    memcpy(left->values + left->len, right->values, right->len * sizeof(uint64_t));
    memcpy(
        left->children + left->children_len, right->children, right->children_len * sizeof(Node *)
    );
    left->len += right->len;
    left->children_len += right->children_len;
    free(right);
}

static size_t fatten(Node *n, size_t i) {
    uint64_t key, value;
    if (n->children[i]->len > LEAST) return i;
    if (i > 0 && n->children[i - 1]->len > LEAST) {
        Node *lender = n->children[i - 1], *taker = n->children[i];
        take_key(lender, lender->len - 1, &key, &value);
        insert_key(taker, 0, n->keys[i - 1], n->values[i - 1]);
        n->keys[i - 1] = key;
        n->values[i - 1] = value;
        if (lender->children_len)
            insert_child(taker, 0, take_child(lender, lender->children_len - 1));
        return i;
    }
    if (i < n->len && n->children[i + 1]->len > LEAST) {
        Node *lender = n->children[i + 1], *taker = n->children[i];
        take_key(lender, 0, &key, &value);
        insert_key(taker, taker->len, n->keys[i], n->values[i]);
        n->keys[i] = key;
        n->values[i] = value;
        if (lender->children_len) insert_child(taker, taker->children_len, take_child(lender, 0));
        return i;
    }
    size_t merged = i < n->len ? i : i - 1;
    merge(n, merged);
    return merged;
}

static void pop_last(Node *n, uint64_t *key, uint64_t *value) {
    if (n->children_len == 0)
        take_key(n, n->len - 1, key, value);
    else
        pop_last(n->children[fatten(n, n->len)], key, value);
}

static void pop_first(Node *n, uint64_t *key, uint64_t *value) {
    if (n->children_len == 0)
        take_key(n, 0, key, value);
    else
        pop_first(n->children[fatten(n, 0)], key, value);
}

static bool remove_from(Node *n, uint64_t key, uint64_t *value) {
    size_t i = position(n, key);
    uint64_t unused;
    if (!has_at(n, i, key)) {
        if (n->children_len == 0) return false;
        return remove_from(n->children[fatten(n, i)], key, value);
    }
    if (n->children_len == 0) {
        take_key(n, i, &unused, value);
        return true;
    }
    *value = n->values[i];
    if (n->children[i]->len > LEAST) {
        pop_last(n->children[i], &n->keys[i], &n->values[i]);
        return true;
    }
    if (n->children[i + 1]->len > LEAST) {
        pop_first(n->children[i + 1], &n->keys[i], &n->values[i]);
        return true;
    }
    merge(n, i);
    return remove_from(n->children[i], key, value);
}

static bool take(Map *map, uint64_t key, uint64_t *value) {
    bool found = remove_from(map->root, key, value);
    map->count -= found;
    if (map->root->len == 0 && map->root->children_len) {
        Node *old = map->root;
        map->root = old->children[0];
        free(old);
    }
    return found;
}

static void free_node(Node *n) {
    for (size_t i = 0; i < n->children_len; i++)
        free_node(n->children[i]);
    free(n);
}

static uint64_t next_key(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 20;
}

int main(void) {
    uint64_t begun = begin_cycles(), sum = 0, state = 1, value;
    Map map = { new_node(), 0 };
    for (uint64_t i = 0; i < 200000; i++)
        put(&map, next_key(&state), i);
    state = 1;
    for (uint64_t i = 0; i < 200000; i++) {
        const uint64_t *found = get(&map, next_key(&state));
        if (found) sum = sum * 31 + *found;
    }
    state = 1;
    for (uint64_t i = 0; i < 200000; i++) {
        uint64_t key = next_key(&state);
        if (i % 2 == 0 && take(&map, key, &value)) sum ^= value;
    }
    free_node(map.root);
    report(begun, sum);
    return 0;
}
