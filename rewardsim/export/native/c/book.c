/* Books: opened, closed, enlarged, read. */
#include <stdlib.h>
#include <string.h>

#include "book.h"

#define ROWS_AT_FIRST 1024 /* fewer, and nearly every event finds some table too full to be sure of the next one */
#define UNUSED 16 /* rows of a table the programme has no use for: never short */

uint64_t rs_layout(void) { return RS_LAYOUT; }

const char *rs_status_text(rs_status status) {
    static const char *const texts[] = {
        "ok", "a pointer is null", "caller, library and file have different layouts",
        "the terms were exported with other rules", "no terms file, or a damaged one", "no saved book, or a damaged one",
        "the book was saved under other terms", "an argument or an event is out of range", "no memory",
        "a draw is due and its tickets are not ranked", "members have no ids", "a file cannot be read or written",
        "the rules broke off; the book is spoilt"};
    size_t known = sizeof texts / sizeof *texts;
    return (size_t)status < known ? texts[status] : "unknown status";
}

static void drop(rs_book *book, void *memory) {
    if (memory)
        reallocate(&book->options, memory, 0);
}

void rs_book_free(rs_book *book) {
    if (!book)
        return;
    for (int i = 0; i < BOOK_TABLES; i++)
        drop(book, book->tables[i].rows);
    drop(book, book->call[EVENTS].rows);
    drop(book, book->call[LINES].rows);
    drop(book, book->call[ROWS_OF_ORDERS].rows);
    drop(book, book->call[NUMBERS].rows);
    drop(book, book->chains);
    drop(book, book->id_hashes);
    drop(book, book->id_ends);
    drop(book, book->ids);
    rs_options options = book->options;
    reallocate(&options, book, 0);
}

/* Returns how many rows a table has when a book is opened. */
static int64_t rows_at_first(const rs_terms *terms, int which) {
    int journal = terms->tiers || terms->referral || terms->law[LAW_DRAWS].count;
    switch (which) {
    case TABLE_HEAD: return 1;
    case TABLE_POOLS: return terms->law[LAW_POOLS].count;
    case TABLE_MEMBERS: case TABLE_COUNTERS: case TABLE_STANDINGS: case TABLE_TIES: return 0;
    case TABLE_DEEDS: return terms->tiers ? ROWS_AT_FIRST : UNUSED;
    case TABLE_REWARDS: return terms->referral ? ROWS_AT_FIRST : UNUSED;
    case TABLE_TICKETS: return terms->law[LAW_DRAWS].count ? ROWS_AT_FIRST + terms->law[LAW_DRAWS].count : UNUSED;
    case TABLE_NOTES: return journal ? ROWS_AT_FIRST : UNUSED;
    default: return ROWS_AT_FIRST;
    }
}

rs_book *bare_book(const rs_terms *terms, const rs_options *options) {
    rs_options plain = {0};
    const rs_options *chosen = options ? options : &plain;
    rs_book *book = reallocate(chosen, NULL, sizeof *book);
    if (!book)
        return NULL;
    memset(book, 0, sizeof *book);
    book->terms = terms;
    book->options = *chosen;
    return book;
}

rs_status rs_book_new(const rs_terms *terms, const rs_options *options, rs_book **book) {
    if (!terms || !book)
        return RS_NULL;
    *book = NULL;
    rs_book *made = bare_book(terms, options);
    if (!made)
        return RS_NO_MEMORY;
    for (int i = 0; i < BOOK_TABLES; i++) {
        rs_status status = grow_table(made, i, rows_at_first(terms, i));
        if (status != RS_OK) {
            rs_book_free(made);
            return status;
        }
    }
    *book = made;
    return RS_OK;
}

/* Lengthens a table so that it has ``wanted`` rows at least, and not a few more each time. */
static rs_status at_least(rs_book *book, int which, int64_t wanted) {
    int64_t count = book->tables[which].count, more = wanted - count;
    if (more <= 0)
        return RS_OK;
    return grow_table(book, which, more < count / 2 + ROWS_AT_FIRST ? count / 2 + ROWS_AT_FIRST : more);
}

static rs_status keep_chains(rs_book *book, int64_t members) {
    uint64_t *chains = widened(book, book->chains, 32, &book->chain_room, members);
    if (!chains)
        return RS_NO_MEMORY;
    book->chains = chains;
    uint64_t *hashes = widened(book, book->id_hashes, 8, &book->hash_room, members);
    if (!hashes)
        return RS_NO_MEMORY;
    book->id_hashes = hashes;
    int64_t *ends = widened(book, book->id_ends, 8, &book->end_room, members);
    if (!ends)
        return RS_NO_MEMORY;
    book->id_ends = ends;
    return RS_OK;
}

static rs_status enlarge(rs_book *book, int64_t members) {
    const rs_terms *terms = book->terms;
    rs_status status = at_least(book, TABLE_MEMBERS, members);
    if (status == RS_OK)
        status = at_least(book, TABLE_COUNTERS, members * terms->counter_width);
    if (status == RS_OK && terms->tiers)
        status = at_least(book, TABLE_STANDINGS, members);
    if (status == RS_OK && terms->referral)
        status = at_least(book, TABLE_TIES, members);
    return status;
}

/* The rules see every row of these tables, so each must have a row for each member row there is. */
static rs_status even_out(rs_book *book) {
    return enlarge(book, book->tables[TABLE_MEMBERS].count);
}

rs_status rs_add_members(rs_book *book, int64_t count, int64_t *first) {
    rs_status status = ready(book);
    if (status != RS_OK)
        return status;
    if (count < 0 || count > (INT64_C(1) << 40) || book->members > (INT64_C(1) << 40))
        return RS_INVALID;
    if (book->options.digest)
        return RS_NO_IDS;
    status = enlarge(book, book->members + count);
    if (status == RS_OK)
        status = even_out(book);
    if (status != RS_OK)
        return status;
    if (first)
        *first = book->members;
    book->members += count;
    return RS_OK;
}

rs_status rs_add_member(rs_book *book, const char *id, size_t length, int64_t *member) {
    rs_status status = ready(book);
    if (status != RS_OK)
        return status;
    if (!book->options.digest)
        return rs_add_members(book, 1, member);
    if (!id)
        return RS_NO_IDS;
    if (length > INT32_MAX)
        return RS_INVALID;
    int64_t m = book->members, end = m ? book->id_ends[m - 1] : 0;
    status = enlarge(book, m + 1);
    if (status == RS_OK)
        status = even_out(book);
    if (status == RS_OK)
        status = keep_chains(book, m + 1);
    if (status != RS_OK)
        return status;
    char *ids = widened(book, book->ids, 1, &book->id_room, end + (int64_t)length);
    if (!ids)
        return RS_NO_MEMORY;
    book->ids = ids;
    memcpy(ids + end, id, length);
    book->id_ends[m] = end + (int64_t)length;
    book->id_hashes[m] = id_hash(id, length);
    memset(book->chains + 4 * m, 0, 32);
    book->members = book->named = m + 1;
    if (member)
        *member = m;
    return RS_OK;
}

rs_status rs_add_orders(rs_book *book, int64_t count, int64_t *first) {
    rs_status status = ready(book);
    if (status != RS_OK)
        return status;
    if (count < 0 || count > (INT64_C(1) << 40) || book->orders > (INT64_C(1) << 40))
        return RS_INVALID;
    int64_t *rows = widened(book, book->call[ROWS_OF_ORDERS].rows, 8, &book->order_room, book->orders + count);
    if (!rows)
        return RS_NO_MEMORY;
    for (int64_t i = book->orders; i < book->orders + count; i++)
        rows[i] = RS_NONE;
    if (first)
        *first = book->orders;
    book->orders += count;
    book->call[ROWS_OF_ORDERS] = (table){rows, book->orders};
    return RS_OK;
}

int64_t rs_members(const rs_book *book) { return book ? book->members : 0; }

int64_t rs_orders(const rs_book *book) { return book ? book->orders : 0; }

int64_t rs_day(const rs_book *book) { return book ? head_of(book)->day : -RS_NEVER; }

rs_status rs_forget_order(rs_book *book, int64_t order) {
    rs_status status = ready(book);
    if (status != RS_OK)
        return status;
    if (order < 0 || order >= book->orders)
        return RS_INVALID;
    int64_t row = book->call[ROWS_OF_ORDERS].rows[order];
    if (row == RS_NONE)
        return RS_OK;
    ((rs_order *)book->tables[TABLE_ORDERS].rows)[row].final = 1;
    book->call[ROWS_OF_ORDERS].rows[order] = RS_NONE;
    book->forgotten++;
    return RS_OK;
}

rs_status rs_account_of(const rs_book *book, int64_t member, rs_account *account) {
    rs_status status = ready(book);
    if (status != RS_OK)
        return status;
    if (!account)
        return RS_NULL;
    if (member < 0 || member >= book->members)
        return RS_INVALID;
    const rs_member *row = (const rs_member *)book->tables[TABLE_MEMBERS].rows + member;
    *account = (rs_account){
        row->status, row->clock_day, row->pending, row->available, row->held, row->debt, row->shortfall,
        RS_NONE, RS_NONE, 0, RS_NONE};
    if (!book->terms->tiers)
        return RS_OK;
    const rs_standing *standing = (const rs_standing *)book->tables[TABLE_STANDINGS].rows + member;
    account->tier = standing->tier;
    account->projected = standing->projected;
    account->to_keep = standing->to_keep;
    account->to_rise = standing->to_rise;
    return RS_OK;
}
