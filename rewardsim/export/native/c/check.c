/* What an event may hold. The rules follow indexes without looking; whatever is out of range ends here.
 *
 * Amounts of an event are the law's to judge. Lines it takes as they are, so each is kept within the law's bounds.
 *
 * Bounds are said once and asked in two ways: every event that is applied is only told to be sound or not, and has to
 * be told fast; ``rs_check`` names what is wrong. */
#include "book.h"

#define AMOUNT_MAX (INT64_C(1) << 62)
#define SECONDS 86400

#define EVENT_BOUNDS(BOUND) \
    BOUND("type", type, 0, EVENT_TYPES - 1) \
    BOUND("member", member, 0, book->members - 1) \
    BOUND("day", day, 1 - RS_NEVER, RS_NEVER - 1) \
    BOUND("second", second, 0, SECONDS - 1) \
    BOUND("prior", prior, 0, 2) \
    BOUND("number", number, 0, AMOUNT_MAX) \
    BOUND("amount", amount, -AMOUNT_MAX, AMOUNT_MAX) \
    BOUND("discount", discount, -AMOUNT_MAX, AMOUNT_MAX) \
    BOUND("tokens", tokens, -AMOUNT_MAX, AMOUNT_MAX) \
    BOUND("order", order, RS_NONE, book->orders - 1) \
    BOUND("channel", channel, 0, book->terms->channel_width - 1) \
    BOUND("item", item, RS_NONE, items_for(book, event->type) - 1) \
    BOUND("counterpart", counterpart, RS_NONE, book->members - 1) \
    BOUND("expiry_day", expiry_day, 1 - RS_NEVER, RS_NEVER) \
    BOUND("birthday", birthday, 1 - RS_NEVER, RS_NEVER - 1) \
    BOUND("hashtag", hashtag, 0, AMOUNT_MAX) \
    BOUND("tags", tags, 0, AMOUNT_MAX) \
    BOUND("public", public_, 0, 1)

/* An event out of the law's bounds is refused by the law, whatever its lines: they may be as large as the event. */
#define LINE_BOUNDS(BOUND) \
    BOUND("number", number, -AMOUNT_MAX, AMOUNT_MAX) \
    BOUND("category", category, 0, book->terms->category_width - 1) \
    BOUND("amount", amount, 0, larger(book->terms->amount_max, event->amount)) \
    BOUND("discount", discount, 0, larger(book->terms->amount_max, event->discount))

/* Where faults are written down; all are counted, the first are kept. */
typedef struct finding {
    rs_wrong *wrongs;
    int64_t room, count, line;
} finding;

/* One comparison: without a sign, what is less than the least is more than any range is long. None may be longer than
 * 2^64 - 1 numbers; an empty one (a book without members) holds nothing. */
static inline int outside(int64_t value, int64_t least, int64_t most) {
    return (uint64_t)value - (uint64_t)least >= (uint64_t)most - (uint64_t)least + 1;
}

static void within(finding *found, const char *field, int64_t value, int64_t least, int64_t most) {
    if (!outside(value, least, most))
        return;
    if (found->count < found->room)
        found->wrongs[found->count] = (rs_wrong){field, found->line, value, least, most};
    found->count++;
}

/* Items and draws share a field; an event of another type does not read it. */
static inline int64_t items_for(const rs_book *book, int64_t type) {
    const table *law = book->terms->law;
    if (type == RS_EVENT_DRAW_ENTRY)
        return law[LAW_DRAWS].count;
    if (type == RS_EVENT_EXCHANGE || type == RS_EVENT_USE)
        return law[LAW_ITEMS].count;
    return AMOUNT_MAX;
}

static inline int64_t larger(int64_t one, int64_t two) { return one > two ? one : two; }

static void check_event(const rs_book *book, const rs_event *event, finding *found) {
#define FIND(name, field, least, most) within(found, name, event->field, least, most);
    EVENT_BOUNDS(FIND)
#undef FIND
}

static void check_line(const rs_book *book, const rs_event *event, const rs_event_line *line, finding *found) {
#define FIND(name, field, least, most) within(found, name, line->field, least, most);
    LINE_BOUNDS(FIND)
#undef FIND
}

int64_t rs_check(
    const rs_book *book, const rs_event *event, const rs_event_line *lines, int64_t line_count, rs_wrong *wrongs, int64_t room) {
    finding found = {wrongs, wrongs ? room : 0, 0, RS_NONE};
    if (!book || !event)
        return 1;
    check_event(book, event, &found);
    within(&found, "line_count", line_count, 0, lines ? AMOUNT_MAX : 0);
    for (found.line = 0; lines && found.line < line_count; found.line++)
        check_line(book, event, lines + found.line, &found);
    return found.count;
}

static inline int event_is_sound(const rs_book *book, const rs_event *event) {
#define TEST(name, field, least, most) \
    if (outside(event->field, least, most)) \
        return 0;
    EVENT_BOUNDS(TEST)
#undef TEST
    return 1;
}

static inline int line_is_sound(const rs_book *book, const rs_event *event, const rs_event_line *line) {
#define TEST(name, field, least, most) \
    if (outside(line->field, least, most)) \
        return 0;
    LINE_BOUNDS(TEST)
#undef TEST
    return 1;
}

/* Tells whether all events may be applied; ``longest`` becomes the number of lines of the one that has most. */
int all_sound(
    const rs_book *book, const rs_event *events, int64_t count, const rs_event_line *lines, int64_t line_count, int64_t *longest) {
    *longest = 0;
    for (int64_t e = 0; e < count; e++) {
        const rs_event *event = events + e;
        int64_t first = event->line_first, own = event->line_count;
        if (own < 0 || (own > 0 && (first < 0 || first > line_count || own > line_count - first)))
            return 0;
        if (!event_is_sound(book, event))
            return 0;
        for (int64_t i = first; i < first + own; i++)
            if (!line_is_sound(book, event, lines + i))
                return 0;
        *longest = larger(*longest, own);
    }
    return 1;
}
