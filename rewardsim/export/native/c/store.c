/* A book on disk: everything it consists of, with a version, the hash of its terms and a checksum.
 *
 *     "RSBOOKS1"  layout  terms' hash (32)  members orders digest named forgotten undelivered id-bytes entry-rows note-rows
 *     rows of each table  the tables  rows of orders  [chains, id hashes, ends of ids, ids]  SHA-256 of all before
 */
#include <string.h>

#include "book.h"

#define HASH 32
#define READY_ROWS (INT64_C(1) << 16) /* of entries and notes, kept ready in a restored book; more grow again */
enum { MEMBERS, ORDERS, DIGEST, NAMED, FORGOTTEN, UNDELIVERED, ID_BYTES, ENTRY_ROWS, NOTE_ROWS, COUNTS };

rs_book *bare_book(const rs_terms *terms, const rs_options *options);

typedef struct writer {
    sha256 sum;
    rs_write *write;
    void *context;
    int failed;
} writer;

static void put(writer *to, const void *bytes, size_t size) {
    if (!size || to->failed)
        return;
    sha256_add(&to->sum, bytes, size);
    to->failed = to->write(to->context, bytes, size) != 0;
}

/* Returns how many rows of a table are worth keeping. */
static int64_t rows_kept(const rs_book *book, int which) {
    const rs_head *head = head_of(book);
    int64_t count = book->tables[which].count;
    switch (which) {
    case TABLE_ENTRIES: return book->undelivered ? head->entry_count : 0;
    case TABLE_NOTES: return book->undelivered ? head->note_count : 0;
    case TABLE_MEMBERS: return book->members;
    case TABLE_STANDINGS: case TABLE_TIES: return count ? book->members : 0;
    case TABLE_COUNTERS: return book->members * book->terms->counter_width;
    default: return count;
    }
}

static int64_t ready_rows(const rs_book *book, int which) {
    int64_t count = book->tables[which].count;
    return count < READY_ROWS ? count : READY_ROWS;
}

static int64_t id_bytes(const rs_book *book) { return book->named ? book->id_ends[book->named - 1] : 0; }

static void put_ids(writer *to, const rs_book *book) {
    static const char zeros[8] = {0};
    size_t bytes = (size_t)id_bytes(book);
    put(to, book->chains, (size_t)book->members * 32);
    put(to, book->id_hashes, (size_t)book->members * 8);
    put(to, book->id_ends, (size_t)book->members * 8);
    put(to, book->ids, bytes);
    put(to, zeros, (8 - bytes % 8) % 8);
}

rs_status rs_save(const rs_book *book, rs_write *write, void *context) {
    writer to = {.write = write, .context = context};
    uint64_t layout = RS_LAYOUT;
    unsigned char hash[HASH];
    rs_status status = ready(book);
    if (status != RS_OK || !write)
        return status != RS_OK ? status : RS_NULL;
    int64_t counts[COUNTS] = {
        book->members, book->orders, book->options.digest != 0, book->named, book->forgotten, book->undelivered,
        id_bytes(book), ready_rows(book, TABLE_ENTRIES), ready_rows(book, TABLE_NOTES)};
    rs_head head = *head_of(book);
    head.entry_count = rows_kept(book, TABLE_ENTRIES);
    head.note_count = rows_kept(book, TABLE_NOTES);
    sha256_begin(&to.sum);
    put(&to, "RSBOOKS1", 8);
    put(&to, &layout, 8);
    put(&to, book->terms->hash, HASH);
    put(&to, counts, sizeof counts);
    for (int i = 0; i < BOOK_TABLES; i++) {
        int64_t rows = rows_kept(book, i);
        put(&to, &rows, 8);
    }
    put(&to, &head, sizeof head);
    for (int i = 1; i < BOOK_TABLES; i++)
        put(&to, book->tables[i].rows, (size_t)(rows_kept(book, i) * table_kinds[i].words * 8));
    put(&to, book->call[ROWS_OF_ORDERS].rows, (size_t)book->orders * 8);
    if (book->options.digest)
        put_ids(&to, book);
    sha256_end(&to.sum, hash);
    return to.failed || write(context, hash, HASH) != 0 ? RS_FILE : RS_OK;
}

typedef struct reader {
    const unsigned char *at;
    uint64_t left;
} reader;

/* Copies so many rows to memory of their own; null where the file is short or there is no memory. */
static void *got(const rs_book *book, reader *from, int64_t rows, int64_t size, rs_status *status) {
    if (*status != RS_OK)
        return NULL;
    if (rows < 0 || (uint64_t)rows > from->left / (uint64_t)size) {
        *status = RS_NOT_A_BOOK;
        return NULL;
    }
    if (rows == 0)
        return NULL;
    void *memory = reallocate(&book->options, NULL, (size_t)(rows * size));
    if (!memory) {
        *status = RS_NO_MEMORY;
        return NULL;
    }
    memcpy(memory, from->at, (size_t)(rows * size));
    from->at += rows * size;
    from->left -= (uint64_t)(rows * size);
    return memory;
}

static int is_consistent(const rs_book *book, const int64_t *counts, const int64_t *rows) {
    const rs_terms *terms = book->terms;
    int64_t members = counts[MEMBERS];
    int sane = members >= 0 && members < INT64_C(1) << 40 && counts[ORDERS] >= 0;
    sane = sane && rows[TABLE_HEAD] == 1 && rows[TABLE_MEMBERS] == members;
    sane = sane && rows[TABLE_COUNTERS] == members * terms->counter_width;
    sane = sane && rows[TABLE_STANDINGS] == (terms->tiers ? members : 0);
    sane = sane && rows[TABLE_TIES] == (terms->referral ? members : 0);
    sane = sane && rows[TABLE_POOLS] == terms->law[LAW_POOLS].count;
    sane = sane && (counts[DIGEST] == 0 || counts[DIGEST] == 1) && (counts[UNDELIVERED] == 0 || counts[UNDELIVERED] == 1);
    for (int i = FORGOTTEN; i < COUNTS; i++)
        sane = sane && counts[i] >= 0 && counts[i] < INT64_C(1) << 40;
    sane = sane && counts[FORGOTTEN] <= rows[TABLE_ORDERS];
    sane = sane && counts[ENTRY_ROWS] <= READY_ROWS && counts[NOTE_ROWS] <= READY_ROWS;
    return sane && counts[NAMED] == (counts[DIGEST] ? members : 0);
}

static rs_status read_ids(rs_book *book, reader *from, const int64_t *counts) {
    rs_status status = RS_OK;
    int64_t padded = counts[ID_BYTES] + (8 - counts[ID_BYTES] % 8) % 8;
    book->chains = got(book, from, book->members, 32, &status);
    book->id_hashes = got(book, from, book->members, 8, &status);
    book->id_ends = got(book, from, book->members, 8, &status);
    book->ids = got(book, from, padded, 1, &status);
    book->chain_room = book->hash_room = book->end_room = book->members;
    book->id_room = padded;
    book->named = book->members;
    return status;
}

static rs_status read_book(rs_book *book, reader *from) {
    int64_t counts[COUNTS], rows[BOOK_TABLES];
    rs_status status = RS_OK;
    if (from->left < sizeof counts + sizeof rows)
        return RS_NOT_A_BOOK;
    memcpy(counts, from->at, sizeof counts);
    memcpy(rows, from->at + sizeof counts, sizeof rows);
    from->at += sizeof counts + sizeof rows;
    from->left -= sizeof counts + sizeof rows;
    if (!is_consistent(book, counts, rows))
        return RS_NOT_A_BOOK;
    for (int i = 0; i < BOOK_TABLES; i++) {
        book->tables[i].rows = got(book, from, rows[i], table_kinds[i].words * 8, &status);
        book->tables[i].count = book->tables[i].rows ? rows[i] : 0;
    }
    book->call[ROWS_OF_ORDERS].rows = got(book, from, counts[ORDERS], 8, &status);
    book->call[ROWS_OF_ORDERS].count = book->orders = book->order_room = counts[ORDERS];
    book->members = counts[MEMBERS];
    book->forgotten = counts[FORGOTTEN];
    book->undelivered = counts[UNDELIVERED] != 0;
    book->options.digest = counts[DIGEST];
    if (status == RS_OK && counts[DIGEST])
        status = read_ids(book, from, counts);
    if (status == RS_OK)
        status = grow_table(book, TABLE_ENTRIES, counts[ENTRY_ROWS] - book->tables[TABLE_ENTRIES].count);
    if (status == RS_OK)
        status = grow_table(book, TABLE_NOTES, counts[NOTE_ROWS] - book->tables[TABLE_NOTES].count);
    return status == RS_OK && from->left ? RS_NOT_A_BOOK : status;
}

static rs_status check_saved(const rs_terms *terms, const unsigned char *bytes, size_t size) {
    unsigned char hash[HASH];
    uint64_t layout;
    sha256 sum;
    if (size < 16 + 2 * HASH || memcmp(bytes, "RSBOOKS1", 8) != 0)
        return RS_NOT_A_BOOK;
    sha256_begin(&sum);
    sha256_add(&sum, bytes, size - HASH);
    sha256_end(&sum, hash);
    if (memcmp(hash, bytes + size - HASH, HASH) != 0)
        return RS_NOT_A_BOOK;
    memcpy(&layout, bytes + 8, 8);
    if (layout != RS_LAYOUT)
        return RS_LAYOUT_DIFFERS;
    return memcmp(bytes + 16, terms->hash, HASH) == 0 ? RS_OK : RS_OTHER_TERMS;
}

rs_status rs_restore(const rs_terms *terms, const rs_options *options, const void *bytes, size_t size, rs_book **book) {
    if (!terms || !bytes || !book)
        return RS_NULL;
    *book = NULL;
    rs_status status = check_saved(terms, bytes, size);
    if (status != RS_OK)
        return status;
    rs_book *made = bare_book(terms, options);
    if (!made)
        return RS_NO_MEMORY;
    reader from = {(const unsigned char *)bytes + 16 + HASH, size - 16 - 2 * HASH};
    status = read_book(made, &from);
    if (status != RS_OK) {
        rs_book_free(made);
        return status;
    }
    *book = made;
    return RS_OK;
}
