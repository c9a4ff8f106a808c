/* Terms: read, checked against their checksum, and against every index the rules will follow. */
#include <stdlib.h>
#include <string.h>

#include "book.h"

#define HASH 32

/* Where the numbers of a terms file are read; ``left`` runs out where the file is short. */
typedef struct reader {
    const unsigned char *at;
    size_t left;
    int failed;
} reader;

static int64_t next_word(reader *from) {
    int64_t word = 0;
    if (from->left < 8) {
        from->failed = 1;
        return 0;
    }
    memcpy(&word, from->at, 8);
    from->at += 8;
    from->left -= 8;
    return word;
}

static rs_status check_file(uint64_t layout, const unsigned char *bytes, size_t size, unsigned char hash[HASH]) {
    sha256 sum;
    char rules[65];
    if (size < 8 + 8 + HASH + 8 + HASH || size % 8 || memcmp(bytes, "RSTERMS1", 8) != 0)
        return RS_NOT_TERMS;
    sha256_begin(&sum);
    sha256_add(&sum, bytes, size - HASH);
    sha256_end(&sum, hash);
    if (memcmp(hash, bytes + size - HASH, HASH) != 0)
        return RS_NOT_TERMS;
    uint64_t theirs;
    memcpy(&theirs, bytes + 8, 8);
    if (layout != RS_LAYOUT || theirs != RS_LAYOUT)
        return RS_LAYOUT_DIFFERS;
    hexadecimal(bytes + 16, rules);
    return strcmp(rules, rs_rules()) == 0 ? RS_OK : RS_RULES_DIFFER;
}

static int read_tables(rs_terms *terms, reader from) {
    int64_t *to = terms->numbers;
    if (next_word(&from) != LAW_TABLES)
        return 0;
    for (int i = 0; i < LAW_TABLES; i++) {
        int64_t count = next_word(&from), words = next_word(&from);
        if (from.failed || words != law_words[i] || count < 0 || (uint64_t)count > from.left / 8 / (uint64_t)words)
            return 0;
        terms->law[i] = (table){to, count};
        memcpy(to, from.at, (size_t)(count * words * 8));
        to += count * words;
        from.at += count * words * 8;
        from.left -= (size_t)(count * words * 8);
    }
    return from.left == 0;
}

static int within(int64_t first, int64_t count, int64_t rows) {
    return first >= 0 && count >= 0 && first <= rows && count <= rows - first;
}

static int is_row(int64_t row, int64_t rows) { return row >= 0 && row < rows; }

static int is_row_or_none(int64_t row, int64_t rows) { return row == RS_NONE || is_row(row, rows); }

/* A limit that is used needs a counter that there is. */
static int counts(const rs_terms *terms, int64_t limit, int64_t counter) {
    return (limit == RS_NONE && counter == RS_NONE) || is_row(counter, terms->counter_width);
}

/* Returns how many rows of a certain width a table of plain numbers has. */
static int64_t sets(const rs_terms *terms, int which, int64_t width) { return terms->law[which].count / width; }

static int stretch_is_sound(const rs_terms *all, const rs_terms_row *row) {
    const table *law = all->law;
    return row->counter_width == all->counter_width && row->category_width == all->category_width &&
           row->channel_width == all->channel_width && within(row->band_first, row->band_count, law[LAW_BANDS].count) &&
           within(row->limit_first, row->limit_count, law[LAW_LIMITS].count) &&
           within(row->level_first, row->level_count, law[LAW_LEVELS].count) &&
           is_row(row->channel_set, sets(all, LAW_CHANNEL_SETS, all->channel_width)) &&
           is_row(row->category_set, sets(all, LAW_CATEGORY_SETS, all->category_width)) &&
           is_row(row->factor_row, sets(all, LAW_CATEGORY_FACTORS, all->category_width)) &&
           (row->referral_from == RS_NEVER || counts(all, row->referral_limit, row->referral_counter)) &&
           is_row_or_none(row->express_counter, all->counter_width);
}

static int campaign_is_sound(const rs_terms *all, const rs_campaign *row) {
    return is_row(row->category_set, sets(all, LAW_CATEGORY_SETS, all->category_width)) &&
           is_row(row->channel_set, sets(all, LAW_CHANNEL_SETS, all->channel_width)) &&
           counts(all, row->limit_tokens, row->limit_counter) && is_row_or_none(row->pool, all->law[LAW_POOLS].count);
}

static int item_is_sound(const rs_terms *all, const rs_item *row) {
    return is_row(row->category_set, sets(all, LAW_CATEGORY_SETS, all->category_width)) &&
           counts(all, row->per_member_max, row->counter) && is_row_or_none(row->pool, all->law[LAW_POOLS].count);
}

static int is_sound(rs_terms *terms) {
    const table *law = terms->law;
    const rs_terms_row *stretches = (const rs_terms_row *)law[LAW_TERMS].rows;
    if (law[LAW_TERMS].count < 1)
        return 0;
    terms->counter_width = stretches->counter_width;
    terms->category_width = stretches->category_width;
    terms->channel_width = stretches->channel_width;
    if (terms->counter_width < 2 || terms->category_width < 1 || terms->channel_width < 1 || terms->counter_width > 1 << 20)
        return 0;
    for (int64_t i = 0; i < law[LAW_TERMS].count; i++) {
        if (!stretch_is_sound(terms, stretches + i))
            return 0;
        if (stretches[i].amount_max > terms->amount_max)
            terms->amount_max = stretches[i].amount_max;
        terms->referral |= stretches[i].referral_from != RS_NEVER;
    }
    terms->tiers = law[LAW_LEVELS].count > 0;
    for (int64_t i = 0; i < law[LAW_LIMITS].count; i++)
        if (!is_row(((const rs_limit *)law[LAW_LIMITS].rows)[i].counter, terms->counter_width))
            return 0;
    for (int64_t i = 0; i < law[LAW_CAMPAIGNS].count; i++)
        if (!campaign_is_sound(terms, (const rs_campaign *)law[LAW_CAMPAIGNS].rows + i))
            return 0;
    for (int64_t i = 0; i < law[LAW_ITEMS].count; i++)
        if (!item_is_sound(terms, (const rs_item *)law[LAW_ITEMS].rows + i))
            return 0;
    for (int64_t i = 0; i < law[LAW_DRAWS].count; i++) {
        const rs_draw_terms *draw = (const rs_draw_terms *)law[LAW_DRAWS].rows + i;
        if (!within(draw->prize_first, draw->prize_count, law[LAW_PRIZES].count) || draw->winners < 0)
            return 0;
    }
    return 1;
}

rs_status rs_terms_read(uint64_t layout, const void *bytes, size_t size, rs_terms **terms) {
    unsigned char hash[HASH];
    if (!bytes || !terms)
        return RS_NULL;
    *terms = NULL;
    rs_status status = check_file(layout, bytes, size, hash);
    if (status != RS_OK)
        return status;
    rs_terms *made = calloc(1, sizeof *made);
    if (made)
        made->numbers = malloc(size);
    if (!made || !made->numbers) {
        rs_terms_free(made);
        return RS_NO_MEMORY;
    }
    memcpy(made->hash, hash, HASH);
    hexadecimal(hash, made->hash_text);
    reader from = {(const unsigned char *)bytes + 16 + HASH, size - 16 - 2 * HASH, 0};
    if (!read_tables(made, from) || !is_sound(made)) {
        rs_terms_free(made);
        return RS_NOT_TERMS;
    }
    *terms = made;
    return RS_OK;
}

rs_status rs_terms_open(uint64_t layout, const char *path, rs_terms **terms) {
    unsigned char *bytes;
    size_t size;
    if (!path || !terms)
        return RS_NULL;
    *terms = NULL;
    rs_status status = read_file(path, &bytes, &size);
    if (status != RS_OK)
        return status;
    status = rs_terms_read(layout, bytes, size, terms);
    free(bytes);
    return status;
}

const char *rs_terms_hash(const rs_terms *terms) { return terms ? terms->hash_text : ""; }

void rs_terms_free(rs_terms *terms) {
    if (terms)
        free(terms->numbers);
    free(terms);
}
