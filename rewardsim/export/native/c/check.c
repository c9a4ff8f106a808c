/* What an event may hold. The rules follow indexes without looking; whatever is out of range ends here.
 *
 * Amounts of an event are the law's to judge. Lines it takes as they are, so each is kept within the law's bounds. */
#include "book.h"

#define AMOUNT_MAX (INT64_C(1) << 62)
#define SECONDS 86400

/* Where faults are written down; all are counted, the first are kept. */
typedef struct finding {
    rs_wrong *wrongs;
    int64_t room, count, line;
} finding;

static void within(finding *found, const char *field, int64_t value, int64_t least, int64_t most) {
    if (value >= least && value <= most)
        return;
    if (found->count < found->room)
        found->wrongs[found->count] = (rs_wrong){field, found->line, value, least, most};
    found->count++;
}

/* Items and draws share a field; an event of another type does not read it. */
static int64_t items_for(const rs_book *book, int64_t type) {
    const table *law = book->terms->law;
    if (type == RS_EVENT_DRAW_ENTRY)
        return law[LAW_DRAWS].count;
    if (type == RS_EVENT_EXCHANGE || type == RS_EVENT_USE)
        return law[LAW_ITEMS].count;
    return AMOUNT_MAX;
}

static void check_event(const rs_book *book, const rs_event *event, finding *found) {
    within(found, "type", event->type, 0, EVENT_TYPES - 1);
    within(found, "member", event->member, 0, book->members - 1);
    within(found, "day", event->day, 1 - RS_NEVER, RS_NEVER - 1);
    within(found, "second", event->second, 0, SECONDS - 1);
    within(found, "prior", event->prior, 0, 2);
    within(found, "number", event->number, 0, AMOUNT_MAX);
    within(found, "amount", event->amount, -AMOUNT_MAX, AMOUNT_MAX);
    within(found, "discount", event->discount, -AMOUNT_MAX, AMOUNT_MAX);
    within(found, "tokens", event->tokens, -AMOUNT_MAX, AMOUNT_MAX);
    within(found, "order", event->order, RS_NONE, book->orders - 1);
    within(found, "channel", event->channel, 0, book->terms->channel_width - 1);
    within(found, "item", event->item, RS_NONE, items_for(book, event->type) - 1);
    within(found, "counterpart", event->counterpart, RS_NONE, book->members - 1);
    within(found, "expiry_day", event->expiry_day, 1 - RS_NEVER, RS_NEVER);
    within(found, "birthday", event->birthday, 1 - RS_NEVER, RS_NEVER - 1);
    within(found, "hashtag", event->hashtag, 0, AMOUNT_MAX);
    within(found, "tags", event->tags, 0, AMOUNT_MAX);
    within(found, "public", event->public_, 0, 1);
}

static int64_t larger(int64_t one, int64_t two) { return one > two ? one : two; }

/* An event out of the law's bounds is refused by the law, whatever its lines: they may be as large as the event. */
static void check_line(const rs_book *book, const rs_event *event, const rs_event_line *line, finding *found) {
    int64_t most = book->terms->amount_max;
    within(found, "number", line->number, -AMOUNT_MAX, AMOUNT_MAX);
    within(found, "category", line->category, 0, book->terms->category_width - 1);
    within(found, "amount", line->amount, 0, larger(most, event->amount));
    within(found, "discount", line->discount, 0, larger(most, event->discount));
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
