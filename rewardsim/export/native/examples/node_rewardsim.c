/* A small Node addon (N-API): enough to apply events and read what comes of them.
 *
 *     cc -shared -fPIC node_rewardsim.c -I.. -I$(dirname $(dirname $(which node)))/include/node \
 *         -L.. -lrewardsim -Wl,-rpath,'$ORIGIN' -o rewardsim.node
 */
#include <node_api.h>
#include <string.h>

#include "rewardsim.h"

#define PATH 4096

static rs_terms *terms; /* one programme and one book a process, for brevity */
static rs_book *book;

static napi_value failed(napi_env env, rs_status status) {
    napi_throw_error(env, NULL, rs_status_text(status));
    return NULL;
}

static napi_value number(napi_env env, int64_t value) {
    napi_value made;
    napi_create_bigint_int64(env, value, &made);
    return made;
}

static size_t arguments(napi_env env, napi_callback_info info, napi_value *values, size_t room) {
    napi_get_cb_info(env, info, &room, values, NULL, NULL);
    return room;
}

/* open(path) */
static napi_value open_terms(napi_env env, napi_callback_info info) {
    napi_value value;
    char path[PATH];
    size_t length;
    rs_options options = {.digest = 1};
    arguments(env, info, &value, 1);
    napi_get_value_string_utf8(env, value, path, sizeof path, &length);
    rs_status status = rs_terms_open(RS_LAYOUT, path, &terms);
    if (status == RS_OK)
        status = rs_book_new(terms, &options, &book);
    return status == RS_OK ? NULL : failed(env, status);
}

/* addMember(id) */
static napi_value add_member(napi_env env, napi_callback_info info) {
    napi_value value;
    char id[PATH];
    size_t length;
    int64_t member;
    arguments(env, info, &value, 1);
    napi_get_value_string_utf8(env, value, id, sizeof id, &length);
    rs_status status = rs_add_member(book, id, length, &member);
    return status == RS_OK ? number(env, member) : failed(env, status);
}

/* addOrder() */
static napi_value add_order(napi_env env, napi_callback_info info) {
    int64_t order;
    (void)info;
    rs_status status = rs_add_orders(book, 1, &order);
    return status == RS_OK ? number(env, order) : failed(env, status);
}

/* apply(BigInt64Array event) -> {outcome, entries: BigInt64Array}; lines left out here */
static napi_value apply(napi_env env, napi_callback_info info) {
    napi_value value, made, outcome, buffer, entries;
    void *words, *copy;
    size_t length = 0;
    rs_reply reply;
    arguments(env, info, &value, 1);
    if (napi_get_typedarray_info(env, value, NULL, &length, &words, NULL, NULL) != napi_ok || length * 8 != sizeof(rs_event))
        return failed(env, RS_INVALID);
    rs_status status = rs_apply(book, words, NULL, 0, &reply);
    if (status != RS_OK)
        return failed(env, status);
    size_t size = (size_t)reply.entry_count * sizeof(rs_entry);
    napi_create_object(env, &made);
    napi_create_string_utf8(env, rs_outcome_text(reply.outcome.code), NAPI_AUTO_LENGTH, &outcome);
    napi_create_arraybuffer(env, size, &copy, &buffer);
    if (size)
        memcpy(copy, reply.entries, size);
    napi_create_typedarray(env, napi_bigint64_array, size / 8, buffer, 0, &entries);
    napi_set_named_property(env, made, "outcome", outcome);
    napi_set_named_property(env, made, "entries", entries);
    return made;
}

/* available(member) */
static napi_value available(napi_env env, napi_callback_info info) {
    napi_value value;
    rs_account account;
    int64_t member;
    bool exact;
    arguments(env, info, &value, 1);
    napi_get_value_bigint_int64(env, value, &member, &exact);
    rs_status status = rs_account_of(book, member, &account);
    return status == RS_OK ? number(env, account.available) : failed(env, status);
}

/* digest() */
static napi_value digest(napi_env env, napi_callback_info info) {
    napi_value made;
    char text[65];
    (void)info;
    rs_status status = rs_digest(book, text);
    if (status != RS_OK)
        return failed(env, status);
    napi_create_string_utf8(env, text, 64, &made);
    return made;
}

static napi_value start(napi_env env, napi_value exports) {
    const struct {
        const char *name;
        napi_callback call;
    } calls[] = {{"open", open_terms}, {"addMember", add_member}, {"addOrder", add_order},
                 {"apply", apply}, {"available", available}, {"digest", digest}};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        napi_value function;
        napi_create_function(env, calls[i].name, NAPI_AUTO_LENGTH, calls[i].call, NULL, &function);
        napi_set_named_property(env, exports, calls[i].name, function);
    }
    return exports;
}

NAPI_MODULE(rewardsim, start)
