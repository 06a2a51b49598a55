// The twin of managed.sip, with malloc and free: who lets go of a node knows that nobody else leads to it.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct Tree {
    struct Tree *left, *right;
} Tree;

static Tree *tree(uint32_t depth) {
    Tree *t = malloc(sizeof *t);
    if (!t) abort();
    *t = (Tree){ 0 };
    if (depth) {
        t->left = tree(depth - 1);
        t->right = tree(depth - 1);
    }
    return t;
}

static uint64_t count(const Tree *t) {
    return 1 + (t->left ? count(t->left) : 0) + (t->right ? count(t->right) : 0);
}

static void end(Tree *t) {
    if (t->left) end(t->left);
    if (t->right) end(t->right);
    free(t);
}

static uint64_t trees(void) {
    Tree *kept = tree(14);
    uint64_t nodes = 0;
    for (uint32_t depth = 2; depth < 8; depth++) {
        uint32_t now = depth * 2;
        uint64_t rounds = (uint64_t)1 << (16 - now + 2);
        for (uint64_t i = 0; i < rounds; i++) {
            Tree *t = tree(now);
            nodes += count(t);
            end(t);
        }
    }
    nodes += count(kept);
    end(kept);
    return nodes;
}

typedef struct Node {
    uint64_t value;
    struct Node *a, *b;
    uint64_t load[3];
    uint64_t uses; // of the table and of other nodes
} Node;

static void let_go(Node *node) {
    while (node && --node->uses == 0) {
        Node *next = node->a;
        free(node);
        node = next;
    }
}

static Node *make(uint64_t value, Node *a) {
    Node *node = malloc(sizeof *node);
    if (!node) abort();
    *node = (Node){
        value, a, NULL, { value, value, value },
           1
    };
    if (a) a->uses++;
    return node;
}

static uint64_t graph(void) {
    enum { NODES = 16384 };
    static Node *nodes[NODES];
    Node *first = make(0, NULL);
    for (int i = 0; i < NODES; i++)
        nodes[i] = first;
    first->uses = NODES;
    uint64_t state = 88172645463325252, sum = 0;
    for (uint64_t step = 0; step < 1000000; step++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        uint64_t at = state & (NODES - 1), other = state >> 20 & (NODES - 1);
        Node *old = nodes[at];
        sum += old->value;
        nodes[at] = make(step, nodes[other]);
        let_go(old);
        Node *gone = nodes[other]->a;
        nodes[other]->a = NULL;
        let_go(gone);
    }
    return sum;
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

int main(void) {
    uint64_t start = now(), nodes = trees();
    printf("# us of trees: %llu\n", (unsigned long long)((now() - start) / 1000));
    printf("# trees: %llu\n", (unsigned long long)nodes);
    start = now();
    uint64_t sum = graph();
    printf("# us of graph: %llu\n", (unsigned long long)((now() - start) / 1000));
    printf("# graph: %llu\n", (unsigned long long)sum);
    return 0;
}
