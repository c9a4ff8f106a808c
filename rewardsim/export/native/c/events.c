/* Events in, entries and notes out. */
#include <string.h>

#include "book.h"

/* Events a step takes: of so many all that is copied stays in the nearest cache. Fewer, and the rules, which look ahead
 * as far within a step, look too seldom. */
enum { STEP = 128, LINES_A_STEP = 2 * STEP, AHEAD = 12 };

/* Forgets what the call before handed out; what no call has handed out yet stays. */
static void begin(rs_book *book, rs_reply *reply) {
    memset(reply, 0, sizeof *reply);
    if (book->undelivered)
        return;
    head_of(book)->entry_count = 0;
    head_of(book)->note_count = 0;
}

/* Hands out what was written, or keeps it for the next call where this one failed. */
static rs_status deliver(rs_book *book, rs_reply *reply, rs_status status) {
    const rs_head *head = head_of(book);
    book->undelivered = status != RS_OK && (head->entry_count || head->note_count);
    if (status != RS_OK)
        return status;
    if (book->options.digest)
        fold(book);
    reply->entries = (const rs_entry *)book->tables[TABLE_ENTRIES].rows;
    reply->entry_count = head->entry_count;
    reply->notes = (const rs_note *)book->tables[TABLE_NOTES].rows;
    reply->note_count = head->note_count;
    return RS_OK;
}

/* Takes a step again and again, making room in between, until it has come to ``target``. */
static rs_status carry_out(rs_book *book, int64_t task, int64_t target, int64_t day, int64_t *reached) {
    for (*reached = 0;;) {
        rs_status status = take(book, task, *reached, day, reached);
        if (status != RS_OK || *reached >= target)
            return status;
        status = make_room(book);
        if (status != RS_OK)
            return status;
    }
}

/* Asks the processor for a row, in lines of 64 bytes, while it is still busy with something else. */
static void ask_for(const table *rows, int64_t row, int64_t words) {
    if (row >= 0 && row < rows->count)
        for (int64_t word = 0; word < words; word += 8)
            __builtin_prefetch(rows->rows + row * words + word, 1);
}

/* What events will touch; the rules look ahead themselves, but not past the events of one step, nor at its first. */
static void look_ahead(const rs_book *book, const rs_event *events, int64_t count) {
    const table *rows = &book->call[ROWS_OF_ORDERS];
    for (int64_t i = 0; i < count && i < AHEAD; i++) {
        const rs_event *event = events + i;
        ask_for(&book->tables[TABLE_MEMBERS], event->member, table_kinds[TABLE_MEMBERS].words);
        ask_for(&book->tables[TABLE_STANDINGS], event->member, table_kinds[TABLE_STANDINGS].words);
        ask_for(&book->tables[TABLE_TIES], event->member, table_kinds[TABLE_TIES].words);
        if (event->order >= 0 && event->order < rows->count)
            ask_for(&book->tables[TABLE_ORDERS], rows->rows[event->order], table_kinds[TABLE_ORDERS].words);
    }
}

/* Finds room for what one step takes: a number of events, and the lines of at least the one that has most. No event is
 * known to be the last of its order here, so the numbers that would say so stay zero. */
static rs_status find_room(rs_book *book, int64_t longest) {
    if (book->line_room && longest <= book->line_room)
        return RS_OK;
    void *events = widened(book, book->call[EVENTS].rows, sizeof(rs_event), &book->event_room, STEP);
    if (!events)
        return RS_NO_MEMORY;
    book->call[EVENTS].rows = events;
    void *numbers = widened(book, book->call[NUMBERS].rows, 8, &book->number_room, STEP);
    if (!numbers)
        return RS_NO_MEMORY;
    book->call[NUMBERS].rows = memset(numbers, 0, STEP * 8);
    longest = longest < LINES_A_STEP ? LINES_A_STEP : longest;
    void *lines = widened(book, book->call[LINES].rows, sizeof(rs_event_line), &book->line_room, longest);
    if (!lines)
        return RS_NO_MEMORY;
    book->call[LINES].rows = lines;
    return RS_OK;
}

/* Copies an event and its lines to where the rules may write on them; one without lines gets one. */
static void copy_event(
    rs_event *to, rs_event_line *line, int64_t line_first, const rs_event *event, const rs_event_line *lines) {
    int64_t own = event->line_count;
    *to = *event;
    to->line_first = line_first;
    to->line_count = own ? own : 1;
    if (own == 0)
        *line = (rs_event_line){.number = 1, .amount = event->amount, .discount = event->discount};
    for (int64_t i = 0; i < own; i++)
        line[i] = lines[event->line_first + i];
}

/* Copies in as many events as one step takes; returns how many. */
static int64_t copy_in(rs_book *book, const rs_event *events, int64_t count, const rs_event_line *lines) {
    rs_event *to = (rs_event *)book->call[EVENTS].rows;
    rs_event_line *line = (rs_event_line *)book->call[LINES].rows;
    int64_t taken = 0, filled = 0, most = count < STEP ? count : STEP;
    for (; taken < most; taken++) {
        int64_t after = filled + (events[taken].line_count ? events[taken].line_count : 1);
        if (after > book->line_room)
            break;
        copy_event(to + taken, line + filled, filled, events + taken, lines);
        filled = after;
    }
    book->call[EVENTS].count = book->call[NUMBERS].count = taken;
    book->call[LINES].count = filled;
    return taken;
}

/* Applies events that are sound, so many a step that what is copied stays near the processor. */
static rs_status apply_in_steps(
    rs_book *book, const rs_event *events, int64_t count, const rs_event_line *lines, rs_outcome *outcomes, int64_t *applied) {
    rs_status status = RS_OK;
    for (*applied = 0; status == RS_OK && *applied < count;) {
        int64_t reached, taken = copy_in(book, events + *applied, count - *applied, lines);
        book->call[OUTCOMES] = (table){(int64_t *)(outcomes + *applied), taken};
        status = carry_out(book, RUN, taken, 0, &reached);
        *applied += reached;
        look_ahead(book, events + *applied, count - *applied);
    }
    return status;
}

rs_status rs_apply_many(
    rs_book *book, const rs_event *events, int64_t count, const rs_event_line *lines, int64_t line_count,
    rs_outcome *outcomes, rs_reply *reply) {
    int64_t longest;
    rs_status status = ready(book);
    if (status != RS_OK)
        return status;
    if (!reply || (count > 0 && (!events || !outcomes)) || (line_count > 0 && !lines))
        return RS_NULL;
    look_ahead(book, events, count);
    begin(book, reply);
    if (count < 0 || line_count < 0 || !all_sound(book, events, count, lines, line_count, &longest))
        return RS_INVALID;
    status = find_room(book, longest);
    if (status != RS_OK)
        return status;
    status = apply_in_steps(book, events, count, lines, outcomes, &reply->applied);
    if (reply->applied > 0)
        reply->outcome = outcomes[reply->applied - 1];
    return deliver(book, reply, status);
}

rs_status rs_apply(rs_book *book, const rs_event *event, const rs_event_line *lines, int64_t line_count, rs_reply *reply) {
    rs_outcome outcome = {0, 0, 0};
    if (!event)
        return RS_NULL;
    rs_event one = *event;
    one.line_first = 0;
    one.line_count = line_count;
    return rs_apply_many(book, &one, 1, lines, line_count, &outcome, reply);
}

static rs_status settle(rs_book *book, int64_t day) {
    int64_t settled = 0;
    if (head_of(book)->day >= day)
        return RS_OK;
    while (!settled) {
        rs_status status = take(book, SETTLE, 0, day, &settled);
        if (status == RS_OK && !settled)
            status = make_room(book);
        if (status != RS_OK)
            return status;
    }
    return RS_OK;
}

static rs_status pass_time(rs_book *book, int64_t day, int finish, rs_reply *reply) {
    int64_t reached;
    rs_status status = ready(book);
    if (status != RS_OK)
        return status;
    if (!reply)
        return RS_NULL;
    begin(book, reply);
    if (day <= -RS_NEVER || day >= RS_NEVER)
        return RS_INVALID;
    status = settle(book, day);
    if (status == RS_OK && finish)
        status = carry_out(book, FINISH, book->tables[TABLE_MEMBERS].count, day, &reached);
    return deliver(book, reply, status);
}

rs_status rs_settle(rs_book *book, int64_t day, rs_reply *reply) { return pass_time(book, day, 0, reply); }

rs_status rs_finish(rs_book *book, int64_t day, rs_reply *reply) { return pass_time(book, day, 1, reply); }
