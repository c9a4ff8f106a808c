/* Room for the rules: tables grow between their steps, never within one, and nothing is ever cut. */
#include <stdlib.h>
#include <string.h>

#include "book.h"

#define FIRST_ROWS 64
#define ROWS_MAX (INT64_MAX / 4096)

void *reallocate(const rs_options *options, void *memory, size_t size) {
    if (options->reallocate)
        return options->reallocate(options->memory_context, memory, size);
    if (size)
        return realloc(memory, size);
    free(memory);
    return NULL;
}

/* Returns rows with room for ``wanted``, or null, where they stay as they are. */
void *widened(const rs_book *book, void *rows, int64_t row_size, int64_t *room, int64_t wanted) {
    int64_t next = *room < FIRST_ROWS / 2 ? FIRST_ROWS : 2 * *room;
    if (wanted <= *room && rows)
        return rows;
    if (wanted > ROWS_MAX)
        return NULL;
    if (next < wanted)
        next = wanted;
    void *wider = reallocate(&book->options, rows, (size_t)(next * row_size));
    if (wider)
        *room = next;
    return wider;
}

/* Writes fresh rows from ``first`` on; where the table has a free list they head it, the first before all others. */
static void freshen(rs_book *book, int which, int64_t first) {
    const table_kind *kind = &table_kinds[which];
    const table *rows = &book->tables[which];
    int64_t *head = book->tables[TABLE_HEAD].rows, *last = rows->rows + (rows->count - 1) * kind->words;
    int64_t *row = rows->rows + first * kind->words;
    for (int64_t number = first; row <= last; row += kind->words) {
        memcpy(row, kind->fresh, (size_t)kind->words * 8);
        if (kind->next >= 0)
            row[kind->next] = ++number;
    }
    if (kind->next < 0)
        return;
    last[kind->next] = head[kind->head_free];
    head[kind->head_free] = first;
    head[kind->head_spare] += rows->count - first;
}

rs_status grow_table(rs_book *book, int which, int64_t extra) {
    int64_t words = table_kinds[which].words, first = book->tables[which].count;
    if (extra <= 0)
        return RS_OK;
    if (extra > ROWS_MAX - first)
        return RS_NO_MEMORY;
    int64_t *longer = reallocate(&book->options, book->tables[which].rows, (size_t)((first + extra) * words * 8));
    if (!longer)
        return RS_NO_MEMORY;
    book->tables[which] = (table){longer, first + extra};
    freshen(book, which, first);
    return RS_OK;
}

rs_status ready(const rs_book *book) {
    if (!book)
        return RS_NULL;
    return book->spoilt ? RS_FAULT : RS_OK;
}

rs_status take(rs_book *book, int64_t task, int64_t start, int64_t day, int64_t *reached) {
    void *exception = NULL;
    if (rewardsim_step(reached, &exception, task, book->terms->law, book->tables, book->call, start, day) == 0)
        return RS_OK;
    book->spoilt = 1;
    return RS_FAULT;
}

/* Tells by how many rows a table that is short grows; 0 where half of it is free. Orders that were forgotten are as
 * good as free. */
static int64_t short_of(const rs_book *book, int which) {
    const table_kind *kind = &table_kinds[which];
    const rs_head *head = head_of(book);
    int64_t count = book->tables[which].count, used = 0;
    if (kind->head_spare >= 0)
        used = count - book->tables[TABLE_HEAD].rows[kind->head_spare] - (which == TABLE_ORDERS ? book->forgotten : 0);
    else if (which == TABLE_ENTRIES)
        used = head->entry_count;
    else if (which == TABLE_NOTES)
        used = head->note_count;
    else if (which == TABLE_REQUESTS)
        used = head->request_count;
    return used > count / 2 ? count : 0;
}

static const int growing[] = {
    TABLE_LOTS, TABLE_ORDERS, TABLE_LINES, TABLE_PIECES, TABLE_HOLDINGS, TABLE_DEEDS,
    TABLE_REWARDS, TABLE_TICKETS, TABLE_ENTRIES, TABLE_NOTES, TABLE_REQUESTS};
enum { GROWING = sizeof growing / sizeof *growing };

/* Doubles what is more than half full; where nothing is, the smallest table is what one event found too small. */
static rs_status grow(rs_book *book) {
    int64_t extra[GROWING], smallest = INT64_MAX;
    int found = 0;
    for (int i = 0; i < GROWING; i++) {
        int64_t count = book->tables[growing[i]].count;
        extra[i] = short_of(book, growing[i]);
        found |= extra[i] > 0;
        smallest = count < smallest ? count : smallest;
    }
    for (int i = 0; i < GROWING; i++) {
        int64_t count = book->tables[growing[i]].count;
        int64_t more = found ? extra[i] : count == smallest ? (count ? count : FIRST_ROWS) : 0;
        rs_status status = grow_table(book, growing[i], more);
        if (status != RS_OK)
            return status;
    }
    return RS_OK;
}

/* Has the tickets of the draw that waits ranked; returns RS_OK with the winners' rows in ``numbers``. */
static rs_status rank_tickets(
    rs_book *book, const rs_ticket_held *held, int64_t *rows, int64_t count, int64_t *places, int64_t *ranked) {
    const rs_options *options = &book->options;
    if (count == 0)
        return RS_OK; /* nobody entered: there is nothing to rank */
    if (!options->rank)
        return RS_UNRANKED;
    *ranked = options->rank(options->rank_context, head_of(book)->draws_done, held, count, places);
    if (*ranked < 0 || *ranked > count)
        return RS_UNRANKED;
    for (int64_t i = 0; i < *ranked; i++) {
        if (places[i] < 0 || places[i] >= count || rows[places[i]] < 0)
            return RS_UNRANKED;
        int64_t row = rows[places[i]];
        rows[places[i]] = -1; /* a place counts once */
        places[i] = row;
    }
    return RS_OK;
}

static int one_a_member(const rs_book *book, const int64_t *rows, int64_t count, unsigned char *seen) {
    const rs_ticket *tickets = (const rs_ticket *)book->tables[TABLE_TICKETS].rows;
    memset(seen, 0, (size_t)book->members);
    for (int64_t i = 0; i < count; i++)
        if (seen[tickets[rows[i]].member]++)
            return 0;
    return 1;
}

static rs_status settle_ranking(rs_book *book, int64_t *places, int64_t ranked) {
    int64_t ignored = 0, wanted = head_of(book)->request_count + ranked + 1;
    rs_status status = grow_table(book, TABLE_REQUESTS, wanted - book->tables[TABLE_REQUESTS].count);
    if (status != RS_OK)
        return status;
    table before = book->call[NUMBERS];
    book->call[NUMBERS] = (table){places, ranked};
    status = take(book, DRAW, 0, 0, &ignored);
    book->call[NUMBERS] = before;
    return status;
}

static rs_status hold_draw(rs_book *book) {
    const rs_ticket *tickets = (const rs_ticket *)book->tables[TABLE_TICKETS].rows;
    int64_t all = book->tables[TABLE_TICKETS].count, count = 0, ranked = 0, draw = head_of(book)->draws_done;
    size_t size = (size_t)(all + 1) * (sizeof(rs_ticket_held) + 16) + (size_t)book->members + 1;
    rs_ticket_held *held = reallocate(&book->options, NULL, size);
    if (!held)
        return RS_NO_MEMORY;
    int64_t *rows = (int64_t *)(held + all + 1), *places = rows + all + 1;
    unsigned char *seen = (unsigned char *)(places + all + 1);
    for (int64_t row = 0; row < all; row++)
        if (tickets[row].draw == draw) {
            held[count] = (rs_ticket_held){tickets[row].member, tickets[row].entry};
            rows[count++] = row;
        }
    rs_status status = rank_tickets(book, held, rows, count, places, &ranked);
    if (status == RS_OK && !one_a_member(book, places, ranked, seen))
        status = RS_UNRANKED;
    if (status == RS_OK)
        status = settle_ranking(book, places, ranked);
    reallocate(&book->options, held, 0);
    return status;
}

/* Does what the rules wait for: holds a draw, frees forgotten orders, or finds memory. To free orders all are looked
 * at, which is worth it where none is left; where half of them came free nothing grows, or it would with every sweep. */
rs_status make_room(rs_book *book) {
    int64_t ignored = 0;
    if (head_of(book)->draw_due)
        return hold_draw(book);
    if (book->forgotten && head_of(book)->order_spare == 0) {
        book->forgotten = 0;
        rs_status status = take(book, SWEEP, 0, 0, &ignored);
        if (status != RS_OK || !short_of(book, TABLE_ORDERS))
            return status;
    }
    return grow(book);
}
