/* One member, one order, delivered: what every example here does, and prints alike.
 *
 *     cc example.c -I.. -L.. -lrewardsim -o example && ./example terms.bin
 */
#include <stdio.h>

#include "rewardsim.h"

static void print(const rs_reply *reply) {
    for (int64_t i = 0; i < reply->entry_count; i++) {
        const rs_entry *e = reply->entries + i;
        printf("entry %lld %lld %lld %lld\n", (long long)e->day, (long long)e->source, (long long)e->target, (long long)e->tokens);
    }
}

static rs_status tell(rs_book *book) {
    rs_event event = RS_EVENT_FRESH;
    rs_account account;
    rs_reply reply;
    char digest[65];
    rs_status status;
    event.type = RS_EVENT_ORDER;
    event.order = 0;
    event.day = 17348;
    event.amount = 99900;
    event.channel = 1;
    if ((status = rs_apply(book, &event, NULL, 0, &reply)) != RS_OK)
        return status;
    printf("order %s\n", rs_outcome_text(reply.outcome.code));
    print(&reply);
    event.type = RS_EVENT_DELIVER;
    event.number = 1;
    event.day = 17351;
    event.amount = 0;
    if ((status = rs_apply(book, &event, NULL, 0, &reply)) != RS_OK)
        return status;
    printf("deliver %s\n", rs_outcome_text(reply.outcome.code));
    print(&reply);
    if ((status = rs_account_of(book, 0, &account)) != RS_OK || (status = rs_digest(book, digest)) != RS_OK)
        return status;
    printf("available %lld\ndigest %s\n", (long long)account.available, digest);
    return RS_OK;
}

int main(int count, char **words) {
    rs_options options = {.digest = 1};
    rs_terms *terms = NULL;
    rs_book *book = NULL;
    rs_status status = count == 2 ? rs_terms_open(RS_LAYOUT, words[1], &terms) : RS_NULL;
    if (status == RS_OK)
        status = rs_book_new(terms, &options, &book);
    if (status == RS_OK)
        status = rs_add_member(book, "M1", 2, NULL);
    if (status == RS_OK)
        status = rs_add_orders(book, 1, NULL);
    if (status == RS_OK)
        status = tell(book);
    if (status != RS_OK)
        fprintf(stderr, "%s\n", rs_status_text(status));
    rs_book_free(book);
    rs_terms_free(terms);
    return (int)status;
}
