/* Conformance: applies the events of a vector file and compares everything that comes out with what stands in it.
 *
 *     conform TERMS VECTORS [--batch N] [--save N] [--repeat N]
 *
 * --batch: events a call (1). --save: save and restore the book after every N calls. --repeat: time N runs, and
 * compare the last. Ends with 0 if all is equal, with 1 and the first difference if not, with 2 if a file cannot be read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rewardsim.h"

enum { MEMBERS, ORDERS, EVENTS, LINES, ENTRIES, NOTES, RANKINGS, UNTIL, COUNTS };
enum { BALANCES = 6 };

typedef struct vectors {
    unsigned char *bytes;
    size_t size, at;
    int64_t counts[COUNTS];
    const unsigned char *ids;
    rs_event *events;
    rs_event_line *lines;
    int64_t *last;
    rs_outcome *outcomes;
    rs_entry *entries;
    rs_note *notes;
    const int64_t *rankings;
    const int64_t *balances;
    const char *digest;
    int64_t entries_seen, notes_seen;
    int broken;
} vectors;

typedef struct buffer {
    unsigned char *bytes;
    size_t size, room;
} buffer;

static unsigned char *read_whole(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    unsigned char *bytes = NULL;
    long length;
    if (!file)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0 && (length = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0) {
        bytes = malloc((size_t)length + 8);
        *size = (size_t)length;
        if (bytes && fread(bytes, 1, *size, file) != *size) {
            free(bytes);
            bytes = NULL;
        }
    }
    fclose(file);
    return bytes;
}

/* Returns where so many rows stand, and goes past them; the file is broken where it is too short. */
static void *rows_of(vectors *v, int64_t rows, size_t size) {
    void *found = v->bytes + v->at;
    if (rows < 0 || (size && (uint64_t)rows > (v->size - v->at) / size)) {
        v->broken = 1;
        return v->bytes;
    }
    v->at += (size_t)rows * size;
    return found;
}

static int64_t word(vectors *v) {
    int64_t value = 0;
    const void *found = rows_of(v, 1, 8);
    if (!v->broken)
        memcpy(&value, found, 8);
    return value;
}

/* Reads the next story; false where the file is none, or stops in its midst. */
static int next_story(vectors *v, const rs_terms *terms) {
    char hash[65];
    const unsigned char *head = v->bytes + v->at;
    if (v->size - v->at < 48 + 8 * COUNTS || memcmp(head, "RSVECTS1", 8) != 0)
        return 0;
    uint64_t layout;
    memcpy(&layout, head + 8, 8);
    for (int i = 0; i < 32; i++)
        snprintf(hash + 2 * i, 3, "%02x", head[16 + i]);
    if (layout != RS_LAYOUT || strcmp(hash, rs_terms_hash(terms)) != 0) {
        fprintf(stderr, "vectors of another layout or of other terms\n");
        return 0;
    }
    v->at += 48;
    for (int i = 0; i < COUNTS; i++)
        v->counts[i] = word(v);
    v->ids = v->bytes + v->at;
    for (int64_t m = 0; m < v->counts[MEMBERS] && !v->broken; m++) {
        int64_t length = word(v);
        rows_of(v, length < 0 ? -1 : length + (8 - length % 8) % 8, 1);
    }
    v->events = rows_of(v, v->counts[EVENTS], sizeof *v->events);
    v->lines = rows_of(v, v->counts[LINES], sizeof *v->lines);
    v->last = rows_of(v, v->counts[EVENTS], 8);
    v->outcomes = rows_of(v, v->counts[EVENTS], sizeof *v->outcomes);
    v->entries = rows_of(v, v->counts[ENTRIES], sizeof *v->entries);
    v->notes = rows_of(v, v->counts[NOTES], sizeof *v->notes);
    v->rankings = (const int64_t *)(v->bytes + v->at);
    for (int64_t i = 0; i < v->counts[RANKINGS] && !v->broken; i++) {
        word(v);
        int64_t tickets = word(v);
        rows_of(v, tickets, 16);
    }
    v->balances = rows_of(v, BALANCES * v->counts[MEMBERS], 8);
    v->digest = rows_of(v, 64, 1);
    return !v->broken;
}

/* Ranks as the vectors say. */
static int64_t ranked(void *context, int64_t draw, const rs_ticket_held *tickets, int64_t count, int64_t *places) {
    const vectors *v = context;
    const int64_t *at = v->rankings;
    for (int64_t i = 0; i < v->counts[RANKINGS] && at[0] != draw; i++)
        at += 2 + 2 * at[1];
    if (at >= v->balances || at[1] > count)
        return -1;
    for (int64_t i = 0; i < at[1]; i++) {
        places[i] = -1;
        for (int64_t k = 0; k < count; k++)
            if (tickets[k].member == at[2 + 2 * i] && tickets[k].entry == at[3 + 2 * i])
                places[i] = k;
    }
    return at[1];
}

static int differs(const char *what, int64_t row, const void *wanted, const void *found, size_t size) {
    const int64_t *one = wanted, *two = found;
    for (size_t i = 0; i < size / 8; i++)
        if (one[i] != two[i]) {
            printf("%s %lld, field %zu: expected %lld, found %lld\n", what, (long long)row, i, (long long)one[i], (long long)two[i]);
            return 1;
        }
    return 0;
}

/* Compares what a call handed out with what is next in the vectors. */
static int reply_differs(vectors *v, const rs_reply *reply) {
    for (int64_t i = 0; i < reply->entry_count; i++, v->entries_seen++)
        if (v->entries_seen >= v->counts[ENTRIES] ||
            differs("entry", v->entries_seen, v->entries + v->entries_seen, reply->entries + i, sizeof *v->entries)) {
            printf("at entry %lld of %lld\n", (long long)v->entries_seen, (long long)v->counts[ENTRIES]);
            return 1;
        }
    for (int64_t i = 0; i < reply->note_count; i++, v->notes_seen++)
        if (v->notes_seen >= v->counts[NOTES] ||
            differs("note", v->notes_seen, v->notes + v->notes_seen, reply->notes + i, sizeof *v->notes)) {
            printf("at note %lld of %lld\n", (long long)v->notes_seen, (long long)v->counts[NOTES]);
            return 1;
        }
    return 0;
}

static int failed(const char *what, rs_status status) {
    if (status != RS_OK)
        printf("%s: %s\n", what, rs_status_text(status));
    return status != RS_OK;
}

static int keep(void *context, const void *bytes, size_t size) {
    buffer *to = context;
    if (to->size + size > to->room) {
        size_t room = 2 * (to->size + size);
        unsigned char *wider = realloc(to->bytes, room);
        if (!wider)
            return 1;
        to->bytes = wider;
        to->room = room;
    }
    memcpy(to->bytes + to->size, bytes, size);
    to->size += size;
    return 0;
}

static int restart(const rs_terms *terms, const rs_options *options, rs_book **book) {
    buffer saved = {NULL, 0, 0};
    rs_book *again = NULL;
    int wrong = failed("save", rs_save(*book, keep, &saved)) ||
                failed("restore", rs_restore(terms, options, saved.bytes, saved.size, &again));
    free(saved.bytes);
    if (wrong)
        return 1;
    rs_book_free(*book);
    *book = again;
    return 0;
}

static int open_book(const vectors *v, const rs_terms *terms, const rs_options *options, rs_book **book) {
    const unsigned char *at = v->ids;
    if (failed("book", rs_book_new(terms, options, book)) || failed("orders", rs_add_orders(*book, v->counts[ORDERS], NULL)))
        return 1;
    for (int64_t m = 0; m < v->counts[MEMBERS]; m++) {
        int64_t length;
        memcpy(&length, at, 8);
        if (failed("member", rs_add_member(*book, (const char *)at + 8, (size_t)length, NULL)))
            return 1;
        at += 8 + length + (8 - length % 8) % 8;
    }
    return 0;
}

static int forget(const vectors *v, rs_book *book, int64_t first, int64_t count) {
    for (int64_t i = first; i < first + count; i++)
        if (v->last[i] && v->events[i].order != RS_NONE && failed("forget", rs_forget_order(book, v->events[i].order)))
            return 1;
    return 0;
}

static int apply_all(vectors *v, const rs_terms *terms, const rs_options *options, rs_book **book, int64_t batch, int64_t save) {
    rs_outcome *outcomes = malloc((size_t)batch * sizeof *outcomes);
    int wrong = !outcomes;
    rs_reply reply;
    for (int64_t at = 0, calls = 1; at < v->counts[EVENTS] && !wrong; at += batch, calls++) {
        int64_t count = v->counts[EVENTS] - at < batch ? v->counts[EVENTS] - at : batch;
        rs_status status = rs_apply_many(*book, v->events + at, count, v->lines, v->counts[LINES], outcomes, &reply);
        wrong = failed("event", status);
        for (int64_t i = 0; i < count && !wrong; i++)
            wrong = differs("outcome of event", at + i, v->outcomes + at + i, outcomes + i, sizeof *outcomes);
        wrong = wrong || reply_differs(v, &reply) || forget(v, *book, at, count);
        if (save && calls % save == 0 && !wrong)
            wrong = restart(terms, options, book);
        if (wrong)
            printf("at event %lld\n", (long long)at);
    }
    free(outcomes);
    return wrong;
}

static int balances_differ(const vectors *v, const rs_book *book) {
    for (int64_t m = 0; m < v->counts[MEMBERS]; m++) {
        rs_account one;
        if (failed("account", rs_account_of(book, m, &one)))
            return 1;
        int64_t found[BALANCES] = {one.status, one.pending, one.available, one.held, one.debt, one.shortfall}, wanted[BALANCES];
        for (int i = 0; i < BALANCES; i++)
            wanted[i] = v->balances[i * v->counts[MEMBERS] + m];
        if (differs("balances of member", m, wanted, found, sizeof found))
            return 1;
    }
    return 0;
}

static int end_differs(vectors *v, rs_book *book) {
    char digest[65];
    rs_reply reply;
    if (failed("finish", rs_finish(book, v->counts[UNTIL], &reply)) || reply_differs(v, &reply))
        return 1;
    if (v->entries_seen != v->counts[ENTRIES] || v->notes_seen != v->counts[NOTES]) {
        printf("%lld entries and %lld notes, expected %lld and %lld\n", (long long)v->entries_seen, (long long)v->notes_seen,
               (long long)v->counts[ENTRIES], (long long)v->counts[NOTES]);
        return 1;
    }
    if (balances_differ(v, book) || failed("digest", rs_digest(book, digest)))
        return 1;
    if (memcmp(digest, v->digest, 64) != 0) {
        printf("digest: expected %.64s, found %s\n", v->digest, digest);
        return 1;
    }
    return 0;
}

static int conforms(vectors *v, const rs_terms *terms, int64_t batch, int64_t save) {
    rs_options options = {.rank = ranked, .rank_context = v, .digest = 1};
    rs_book *book = NULL;
    v->entries_seen = v->notes_seen = 0;
    int good = !open_book(v, terms, &options, &book) && !apply_all(v, terms, &options, &book, batch, save) && !end_differs(v, book);
    rs_book_free(book);
    return good;
}

/* Times the calls alone, in time of the processor: the book is open, nothing is compared, no digest is kept. The
 * second half is what a book costs that has its memory. */
static int timed(vectors *v, const rs_terms *terms, int64_t batch) {
    rs_options options = {.rank = ranked, .rank_context = v};
    rs_outcome *outcomes = malloc((size_t)batch * sizeof *outcomes);
    rs_book *book = NULL;
    rs_reply reply;
    int wrong = !outcomes || open_book(v, terms, &options, &book);
    int64_t at = 0, half = v->counts[EVENTS] / 2;
    clock_t begun = clock(), middle = begun;
    while (at < v->counts[EVENTS] && !wrong) {
        int64_t count = v->counts[EVENTS] - at < batch ? v->counts[EVENTS] - at : batch;
        wrong = failed("event", rs_apply_many(book, v->events + at, count, v->lines, v->counts[LINES], outcomes, &reply));
        wrong = wrong || forget(v, book, at, count);
        at += count;
        if (at - count < half && at >= half) {
            half = at;
            middle = clock();
        }
    }
    double each = 1e9 / CLOCKS_PER_SEC, all = at ? (double)at : 1, later = at > half ? (double)(at - half) : 1;
    clock_t done = clock();
    printf("%.1f ns an event, %.1f in the second half\n", (double)(done - begun) * each / all, (double)(done - middle) * each / later);
    rs_book_free(book);
    free(outcomes);
    return wrong;
}

static int64_t option(int count, char **words, const char *name, int64_t otherwise) {
    for (int i = 3; i + 1 < count; i += 2)
        if (strcmp(words[i], name) == 0)
            return strtoll(words[i + 1], NULL, 10);
    return otherwise;
}

static int run(vectors *v, const rs_terms *terms, int64_t batch, int64_t save, int64_t repeat) {
    for (int64_t i = 0; i < repeat; i++)
        if (timed(v, terms, batch))
            return 1;
    if (!conforms(v, terms, batch, save))
        return 1;
    printf("equal: %lld events, %lld entries, %lld notes, digest %.64s\n", (long long)v->counts[EVENTS],
           (long long)v->counts[ENTRIES], (long long)v->counts[NOTES], v->digest);
    return 0;
}

static int tell_all(const char *path, const rs_terms *terms, int count, char **words) {
    int64_t batch = option(count, words, "--batch", 1), save = option(count, words, "--save", 0);
    int64_t repeat = option(count, words, "--repeat", 0);
    int answer = batch < 1 ? 2 : 0, stories = 0;
    vectors v = {0};
    v.bytes = read_whole(path, &v.size);
    do {
        if (!v.bytes || !next_story(&v, terms)) {
            fprintf(stderr, "%s: no vector file of this programme, or a damaged one\n", path);
            answer = 2;
        }
        if (answer == 0)
            answer = run(&v, terms, batch, save, repeat);
        stories++;
    } while (answer == 0 && v.at < v.size);
    if (answer == 1)
        printf("in story %d\n", stories);
    free(v.bytes);
    return answer;
}

int main(int count, char **words) {
    rs_terms *terms;
    if (count < 3) {
        fprintf(stderr, "usage: conform TERMS VECTORS [--batch N] [--save N] [--repeat N]\n");
        return 2;
    }
    rs_status status = rs_terms_open(RS_LAYOUT, words[1], &terms);
    if (status != RS_OK) {
        fprintf(stderr, "%s: %s\n", words[1], rs_status_text(status));
        return 2;
    }
    int answer = tell_all(words[2], terms, count, words);
    rs_terms_free(terms);
    return answer;
}
