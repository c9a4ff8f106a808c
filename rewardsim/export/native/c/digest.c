/* The auditor's chains: every entry and note folded into its member's words, and the digest over all members. */
#include <stdlib.h>
#include <string.h>

#include "book.h"

#define FACTOR_A UINT64_C(0x2545F4914F6CDD1D)
#define FACTOR_B UINT64_C(0x5851F42D4C957F2D)
#define APART UINT64_C(0x1E3779B97F4A7C15)
#define MASK ((UINT64_C(1) << 63) - 1)
#define DAYS (UINT64_C(1) << 24) /* more than any day, before or after 1970 */
#define ACCOUNTS 9
#define RANGE 4096 /* members a part of the digest */

static uint64_t linked(uint64_t chain, uint64_t word, uint64_t other, uint64_t factor) {
    chain = ((chain ^ word) * factor + other) & MASK;
    return chain ^ chain >> 29;
}

static void link_in(uint64_t *chain, uint64_t head, uint64_t tail) {
    chain[0] = linked(chain[0], head, tail, FACTOR_A);
    chain[1] = linked(chain[1], tail, head, FACTOR_B);
}

static void fold_entry(uint64_t *chains, const rs_entry *e) {
    uint64_t flow = (uint64_t)e->source * ACCOUNTS + (uint64_t)e->target;
    uint64_t kind = ((((uint64_t)e->day + DAYS) * 128 + flow) * 32 + (uint64_t)e->reason) * 65536 + (uint64_t)e->rule;
    uint64_t lot = ((uint64_t)e->lot + 1) * 2 * DAYS + (uint64_t)e->expiry_day + 1;
    link_in(chains + 4 * e->member, (uint64_t)e->ordinal * APART + kind, (uint64_t)e->tokens * APART + lot);
}

static void fold_note(uint64_t *chains, const rs_note *n, const uint64_t *id_hashes) {
    uint64_t other = n->counterpart >= 0 ? id_hashes[n->counterpart] : 0;
    uint64_t kind = (((uint64_t)n->day + DAYS) * 128 + (uint64_t)n->kind) * 128 + (uint64_t)n->cause;
    uint64_t places = ((uint64_t)n->before + 1) * DAYS * 2 + (uint64_t)n->after + 1;
    uint64_t head = (uint64_t)n->ordinal * APART + kind + other;
    link_in(chains + 4 * n->member + 2, head, (uint64_t)n->amount * APART + places);
}

void fold(rs_book *book) {
    const rs_head *head = head_of(book);
    const rs_entry *entries = (const rs_entry *)book->tables[TABLE_ENTRIES].rows;
    const rs_note *notes = (const rs_note *)book->tables[TABLE_NOTES].rows;
    for (int64_t i = 0; i < head->entry_count; i++)
        fold_entry(book->chains, entries + i);
    for (int64_t i = 0; i < head->note_count; i++)
        fold_note(book->chains, notes + i, book->id_hashes);
}

static uint64_t number_of(const unsigned char *bytes) {
    uint64_t number = 0;
    for (int i = 7; i >= 0; i--)
        number = number << 8 | bytes[i];
    return number;
}

static void bytes_of(uint64_t number, unsigned char *bytes) {
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(number >> 8 * i);
}

uint64_t id_hash(const char *id, size_t length) {
    static const char prefix[] = "rewardsim/member/v1"; /* its closing zero belongs to it */
    unsigned char digest[32];
    sha256 sum;
    sha256_begin(&sum);
    sha256_add(&sum, prefix, sizeof prefix);
    sha256_add(&sum, id, length);
    sha256_end(&sum, digest);
    return number_of(digest) >> 1;
}

typedef struct named {
    const char *id;
    int64_t length;
    const uint64_t *chain;
} named;

static int by_id(const void *one, const void *two) {
    const named *a = one, *b = two;
    int order = memcmp(a->id, b->id, (size_t)(a->length < b->length ? a->length : b->length));
    return order ? order : (a->length > b->length) - (a->length < b->length);
}

static void add_chain(sha256 *part, const uint64_t *chain) {
    unsigned char bytes[16];
    bytes_of(chain[0], bytes);
    bytes_of(chain[1], bytes + 8);
    sha256_add(part, bytes, sizeof bytes);
}

static void add_member(sha256 *part, const named *member) {
    unsigned char length[8];
    int entered = member->chain[0] || member->chain[1], noted = member->chain[2] || member->chain[3];
    if (!entered && !noted)
        return;
    bytes_of((uint64_t)member->length, length);
    sha256_add(part, length, sizeof length);
    sha256_add(part, member->id, (size_t)member->length);
    add_chain(part, member->chain);
    if (noted) {
        sha256_add(part, "journal", 7);
        add_chain(part, member->chain + 2);
    }
}

static void digest_of(const named *members, int64_t count, char text[65]) {
    unsigned char digest[32];
    sha256 whole, part;
    sha256_begin(&whole);
    for (int64_t first = 0; first < count; first += RANGE) {
        sha256_begin(&part);
        for (int64_t i = first; i < count && i < first + RANGE; i++)
            add_member(&part, members + i);
        sha256_end(&part, digest);
        sha256_add(&whole, digest, sizeof digest);
    }
    sha256_end(&whole, digest);
    hexadecimal(digest, text);
}

rs_status rs_digest(const rs_book *book, char digest[65]) {
    if (!book || !digest)
        return RS_NULL;
    if (!book->options.digest || book->named != book->members)
        return RS_NO_IDS;
    named *members = reallocate(&book->options, NULL, (size_t)(book->members + 1) * sizeof *members);
    if (!members)
        return RS_NO_MEMORY;
    for (int64_t m = 0; m < book->members; m++) {
        int64_t first = m ? book->id_ends[m - 1] : 0;
        members[m] = (named){book->ids + first, book->id_ends[m] - first, book->chains + 4 * m};
    }
    qsort(members, (size_t)book->members, sizeof *members, by_id);
    digest_of(members, book->members, digest);
    reallocate(&book->options, members, 0);
    return RS_OK;
}
