// One member, one order, delivered, from Node through the addon of node_rewardsim.c.
//
//     node example.js ./rewardsim.node terms.bin

const rs = require(require("path").resolve(process.argv[2]));

// Places of the fields used here, in words, as the header has them.
const TYPE = 0, MEMBER = 1, DAY = 2, NUMBER = 5, AMOUNT = 6, ORDER = 9, CHANNEL = 10;
const FRESH = [0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 0, -1, -1, -1, 0, 0, -1, 0, 0, 0];
const ENTRY = 12;

function apply(event, what) {
    const { outcome, entries } = rs.apply(event);
    console.log(what, outcome);
    for (let at = 0; at < entries.length; at += ENTRY)
        console.log("entry", entries.slice(at + 3, at + 7).join(" "));
}

rs.open(process.argv[3]);
const member = rs.addMember("M1"), event = BigInt64Array.from(FRESH, BigInt);
event[MEMBER] = member;
event[TYPE] = 6n;
event[ORDER] = rs.addOrder();
event[DAY] = 17348n;
event[AMOUNT] = 99900n;
event[CHANNEL] = 1n;
apply(event, "order");
event[TYPE] = 7n;
event[NUMBER] = 1n;
event[DAY] = 17351n;
event[AMOUNT] = 0n;
apply(event, "deliver");
console.log("available", String(rs.available(member)));
console.log("digest", rs.digest());
