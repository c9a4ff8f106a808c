/* The reduced model of model.py in C: member by member, each from his first day to his last event.
 *
 * Nothing is shared between members, so a member's whole life stays in registers and first-level
 * cache: no day loop, no event list. Luck is Philox4x32-10, addressed as rewardsim addresses it
 * (key, member's stream, step, purpose); with -DXOSHIRO it is xoshiro256++, sequential, instead.
 *
 *     reduced FOLDER FIRST MEMBERS FIRST_DAY DAYS KEY_0 KEY_1 OUT
 *
 * reads FOLDER/{rate,hazard,lifetime,spend,reluctance,baskets}.f64 and FOLDER/streams.u32 (low, high) from
 * member FIRST on, writes the daily table as raw int64 to OUT, and prints: seconds, seconds of the
 * processor, pending, available, peak resident KiB. Moments are doubles, in days since 1970; what comes first is decided by the
 * second, and within it in the order purchase, delivery, leaving. Together with the addresses, and divisions
 * and operations left as they are written (-ffp-contract=off), the luck is rewardsim's own.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PURCHASES, BASELINE, REVENUE, ISSUED, RELEASED, REDEMPTIONS, REDEEMED, EXPIRED, COLUMNS };
enum { CANDIDATE = 3, PARCEL = 5, REDEEMING = 6 };
#ifndef THINNING
#define THINNING 4.0
#endif
#define SECONDS 86400
#define GOAL 0.25
#define STEP 1000
#define LAST_STEP 5000
#define DELIVERY 4
#define LIFE 365

typedef struct { int64_t clock, tokens; } Parcel; /* clock: day * SECONDS + second */
typedef struct { int64_t day, tokens; } Lot;

typedef struct {
    double rate, hazard, lifetime, spend, reluctance;
    uint32_t low, high;
    int64_t pending, available;
    int parcel_first, parcel_end, lot_first, lot_end;
} Member;

static int64_t first_day, days;
static int cells, parcel_room = 1024;
static double *baskets;
static int64_t *daily;
static Parcel *parcels;
static Lot *lots;
static uint32_t key_0, key_1;

static double unit(uint32_t word) { return (word + 0.5) * 0x1p-32; }

#ifdef XOSHIRO
static uint64_t state[4];

static uint64_t rotated(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

static uint64_t next(void)
{
    uint64_t result = rotated(state[0] + state[3], 23) + state[0], t = state[1] << 17;
    state[2] ^= state[0]; state[3] ^= state[1]; state[1] ^= state[2]; state[0] ^= state[3];
    state[2] ^= t; state[3] = rotated(state[3], 45);
    return result;
}

static void words(const Member *m, uint32_t step, uint32_t purpose, uint32_t sub, uint32_t w[4])
{
    (void)m; (void)step; (void)purpose; (void)sub;
    uint64_t a = next(), b = next();
    w[0] = (uint32_t)a; w[1] = (uint32_t)(a >> 32); w[2] = (uint32_t)b; w[3] = (uint32_t)(b >> 32);
}

static void seed_generator(void)
{
    uint64_t x = ((uint64_t)key_1 << 32) | key_0; /* splitmix64 */
    for (int i = 0; i < 4; i++) {
        uint64_t z = (x += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        state[i] = z ^ (z >> 31);
    }
}
#else
static void words(const Member *m, uint32_t step, uint32_t purpose, uint32_t sub, uint32_t w[4])
{
    uint32_t c0 = m->low, c1 = m->high, c2 = step, c3 = (purpose << 16) | sub, k0 = key_0, k1 = key_1;
    for (int round = 0; round < 10; round++) {
        uint64_t a = (uint64_t)0xD2511F53u * c0, b = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(b >> 32) ^ c1 ^ k0; c1 = (uint32_t)b;
        c2 = (uint32_t)(a >> 32) ^ c3 ^ k1; c3 = (uint32_t)a;
        k0 += 0x9E3779B9u; k1 += 0xBB67AE85u;
    }
    w[0] = c0; w[1] = c1; w[2] = c2; w[3] = c3;
}

static void seed_generator(void) {}
#endif

static int64_t *row(int64_t day) { return daily + (day - first_day) * COLUMNS; }

static int64_t clock_of(double at)
{
    int64_t day = (int64_t)at;
    return day * SECONDS + (int64_t)((at - day) * SECONDS);
}

static void deliver(Member *m, Parcel parcel)
{
    int64_t day = parcel.clock / SECONDS;
    m->pending -= parcel.tokens;
    m->available += parcel.tokens;
    row(day)[RELEASED] += parcel.tokens;
    if (m->lot_end > m->lot_first && lots[m->lot_end - 1].day == day + LIFE)
        lots[m->lot_end - 1].tokens += parcel.tokens;
    else
        lots[m->lot_end++] = (Lot){day + LIFE, parcel.tokens};
}

/* Deliver what comes before a moment of a day, and let expire what does by that day. */
static void advance(Member *m, int64_t clock, int64_t day)
{
    while (m->parcel_first < m->parcel_end && parcels[m->parcel_first].clock < clock)
        deliver(m, parcels[m->parcel_first++]);
    for (; m->lot_first < m->lot_end && lots[m->lot_first].day <= day; m->lot_first++) {
        row(lots[m->lot_first].day)[EXPIRED] += lots[m->lot_first].tokens;
        m->available -= lots[m->lot_first].tokens;
    }
}

static double pull(const Member *m)
{
    int64_t tokens = m->available + m->pending;
    return tokens >= LAST_STEP ? 0.0 : (double)(tokens % STEP) / STEP;
}

static int64_t basket(const Member *m, uint32_t word)
{
    double at = unit(word) * cells;
    int cell = (int)at;
    double size = baskets[cell] + (at - cell) * (baskets[cell + 1] - baskets[cell]);
    int64_t amount = (int64_t)(size * m->spend + 0.5);
    return amount < 1 ? 1 : amount;
}

static void redeem(Member *m, int64_t *today, uint32_t step, int64_t amount)
{
    if (m->available < 100)
        return;
    int64_t tokens = (amount / 10000 * 2000 + amount % 10000 * 2000 / 10000) / 10;
    if (tokens > m->available)
        tokens = m->available;
    if (tokens < 100)
        return;
    uint32_t w[4];
    words(m, step, REDEEMING, 0, w);
    double wish = m->reluctance + 0.8 * log1p(m->available * 8.0 / amount), odds = exp(-fabs(wish));
    if (unit(w[0]) >= (wish >= 0.0 ? 1.0 / (1.0 + odds) : odds / (1.0 + odds)))
        return;
    today[REDEMPTIONS] += 1;
    today[REDEEMED] += tokens;
    m->available -= tokens;
    while (tokens > 0) {
        Lot *lot = lots + m->lot_first;
        int64_t taken = lot->tokens < tokens ? lot->tokens : tokens;
        lot->tokens -= taken;
        tokens -= taken;
        m->lot_first += lot->tokens == 0;
    }
}

static void send(Member *m, uint32_t step, int64_t day, int64_t tokens)
{
    uint32_t w[4];
    words(m, step, PARCEL, 0, w);
    int64_t clock = (day + DELIVERY) * SECONDS + (int64_t)(((uint64_t)w[1] * SECONDS) >> 32);
    if (m->parcel_end == parcel_room)
        parcels = realloc(parcels, (parcel_room *= 2) * sizeof *parcels);
    int place = m->parcel_end++;
    for (; place > m->parcel_first && parcels[place - 1].clock > clock; place--)
        parcels[place] = parcels[place - 1];
    parcels[place] = (Parcel){clock, tokens};
    m->pending += tokens;
}

static void live(Member *m)
{
    uint32_t w[4];
    double at = (double)first_day, pace = m->rate * THINNING, ceiling = exp(GOAL);
    int64_t last = first_day + days - 1, leaves = clock_of(at + m->lifetime / m->hazard);
    for (uint32_t step = 0;; step++) {
        words(m, step, CANDIDATE, 0, w);
        at -= log(unit(w[0])) / pace;
        if (at >= last + 1)
            break;
        double mark = unit(w[1]) * THINNING;
        if (mark >= ceiling)
            continue;
        int64_t day = (int64_t)at, clock = clock_of(at);
        if (clock > leaves)
            break;
        advance(m, clock, day);
        if (mark >= 1.0 && mark >= exp(GOAL * pull(m)))
            continue;
        int64_t amount = basket(m, w[2]), *today = row(day);
        today[PURCHASES] += 1;
        today[BASELINE] += mark < 1.0;
        today[REVENUE] += amount;
        redeem(m, today, step, amount);
        today[ISSUED] += amount / 1000;
        if (amount >= 1000)
            send(m, step, day, amount / 1000);
    }
    advance(m, (last + 1) * SECONDS, last);
}

/* Read so many numbers of a file from one on, or all where none are asked for. */
static void *read_part(const char *folder, const char *name, size_t size, size_t first, size_t *count)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file) { perror(path); exit(1); }
    if (*count == 0) { fseek(file, 0, SEEK_END); *count = ftell(file) / size; rewind(file); }
    void *data = malloc(*count * size);
    fseek(file, (long)(first * size), SEEK_SET);
    if (fread(data, size, *count, file) != *count) { perror(path); exit(1); }
    fclose(file);
    return data;
}

static long peak_kib(void)
{
    char line[256];
    long peak = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        sscanf(line, "VmHWM: %ld", &peak);
    if (file)
        fclose(file);
    return peak;
}

static double *trait(char **argv, const char *name)
{
    size_t members = strtoul(argv[3], NULL, 10);
    return read_part(argv[1], name, sizeof(double), strtoul(argv[2], NULL, 10), &members);
}

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int main(int argc, char **argv)
{
    if (argc != 9) { fprintf(stderr, "reduced FOLDER FIRST MEMBERS FIRST_DAY DAYS KEY_0 KEY_1 OUT\n"); return 2; }
    size_t first = strtoul(argv[2], NULL, 10), members = strtoul(argv[3], NULL, 10), twice = 2 * members, table = 0;
    first_day = atol(argv[4]);
    days = atol(argv[5]);
    key_0 = (uint32_t)strtoul(argv[6], NULL, 10);
    key_1 = (uint32_t)strtoul(argv[7], NULL, 10);
    double *rate = trait(argv, "rate.f64"), *hazard = trait(argv, "hazard.f64"), *spend = trait(argv, "spend.f64");
    double *lifetime = trait(argv, "lifetime.f64"), *reluctance = trait(argv, "reluctance.f64");
    uint32_t *streams = read_part(argv[1], "streams.u32", sizeof(uint32_t), 2 * first, &twice);
    baskets = read_part(argv[1], "baskets.f64", sizeof(double), 0, &table);
    cells = (int)table - 1;
    double wall = seconds_of(CLOCK_MONOTONIC), processor = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    daily = calloc((size_t)days * COLUMNS, sizeof *daily);
    lots = malloc(((size_t)days + 1) * sizeof *lots);
    parcels = malloc((size_t)parcel_room * sizeof *parcels);
    seed_generator();
    int64_t pending = 0, available = 0;
    for (size_t i = 0; i < members; i++) {
        Member m = {rate[i], hazard[i], lifetime[i], spend[i], reluctance[i], streams[2 * i], streams[2 * i + 1],
                    0, 0, 0, 0, 0, 0};
        live(&m);
        pending += m.pending;
        available += m.available;
    }
    wall = seconds_of(CLOCK_MONOTONIC) - wall;
    processor = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - processor;
    FILE *out = fopen(argv[8], "wb");
    fwrite(daily, sizeof *daily, (size_t)days * COLUMNS, out);
    fclose(out);
    printf("%.9f %.9f %lld %lld %ld\n", wall, processor, (long long)pending, (long long)available, peak_kib());
    return 0;
}
