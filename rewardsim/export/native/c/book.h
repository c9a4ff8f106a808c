/* Within the library: what a book is made of. */
#ifndef REWARDSIM_BOOK_H
#define REWARDSIM_BOOK_H

#include "rewardsim.h"
#include "tables.h"

/* A table as the rules read it: address and length. What is allocated is what there is. */
typedef struct table {
    int64_t *rows;
    int64_t count;
} table;

/* What the kernel is called with, besides law and book; in the order of kernel.CALL. */
enum { EVENTS, LINES, OUTCOMES, ROWS_OF_ORDERS, NUMBERS, CALL_TABLES };

enum { RUN, FINISH, SETTLE, SWEEP, DRAW };

typedef struct sha256 {
    uint32_t state[8];
    uint64_t length;
    unsigned char block[64];
} sha256;

struct rs_terms {
    table law[LAW_TABLES];
    int64_t *numbers;
    int tiers, referral;
    int64_t counter_width, category_width, channel_width, amount_max;
    unsigned char hash[32];
    char hash_text[65];
};

struct rs_book {
    table tables[BOOK_TABLES];
    table call[CALL_TABLES];
    const rs_terms *terms;
    rs_options options;
    int64_t members, orders;
    int64_t event_room, number_room, line_room;
    int64_t forgotten;   /* orders marked since the last sweep */
    int undelivered;     /* 1: entries stand that no call has handed out yet */
    int spoilt;
    int64_t named;       /* members with an id */
    int64_t chain_room, hash_room, end_room;
    uint64_t *chains;    /* four words a member: two over entries, two over notes */
    uint64_t *id_hashes;
    int64_t *id_ends;    /* where each member's id ends in ids */
    char *ids;
    int64_t id_room;
    int64_t order_room;
};

/* The rules; compiled from Python, linked from an object file. */
int32_t rewardsim_step(
    int64_t *result, void **exception, int64_t task, const void *law, void *book, void *call, int64_t start, int64_t day);

static inline rs_head *head_of(const rs_book *book) { return (rs_head *)book->tables[TABLE_HEAD].rows; }

/* memory.c */
rs_status take(rs_book *book, int64_t task, int64_t start, int64_t day, int64_t *reached);
rs_status make_room(rs_book *book);
rs_status grow_table(rs_book *book, int which, int64_t extra);
void *widened(const rs_book *book, void *rows, int64_t row_size, int64_t *room, int64_t wanted);
void *reallocate(const rs_options *options, void *memory, size_t size);
rs_status ready(const rs_book *book);

/* check.c */
int all_sound(
    const rs_book *book, const rs_event *events, int64_t count, const rs_event_line *lines, int64_t line_count, int64_t *longest);

/* digest.c */
void fold(rs_book *book);
uint64_t id_hash(const char *id, size_t length);

/* sha256.c */
void sha256_begin(sha256 *sum);
void sha256_add(sha256 *sum, const void *bytes, size_t size);
void sha256_end(sha256 *sum, unsigned char digest[32]);
void hexadecimal(const unsigned char digest[32], char text[65]);

/* files.c */
rs_status read_file(const char *path, unsigned char **bytes, size_t *size);

#endif
