// One member, one order, delivered, from Rust.
//
//     rustc --edition 2021 example.rs -L .. -C link-arg=-Wl,-rpath,.. && ./example terms.bin

use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::ptr::{null, null_mut};

#[repr(C)]
#[derive(Default)]
struct Reply {
    outcome: [i64; 3],
    entries: usize,
    entry_count: i64,
    notes: usize,
    note_count: i64,
    applied: i64,
}

#[repr(C)]
struct Options {
    rank: *const c_void,
    rank_context: *const c_void,
    reallocate: *const c_void,
    memory_context: *const c_void,
    digest: i64,
}

#[link(name = "rewardsim")]
extern "C" {
    fn rs_layout() -> u64;
    fn rs_status_text(status: c_int) -> *const c_char;
    fn rs_outcome_text(outcome: i64) -> *const c_char;
    fn rs_terms_open(layout: u64, path: *const c_char, terms: *mut *mut c_void) -> c_int;
    fn rs_terms_free(terms: *mut c_void);
    fn rs_book_new(terms: *const c_void, options: *const Options, book: *mut *mut c_void) -> c_int;
    fn rs_book_free(book: *mut c_void);
    fn rs_add_member(book: *mut c_void, id: *const c_char, length: usize, member: *mut i64) -> c_int;
    fn rs_add_orders(book: *mut c_void, count: i64, first: *mut i64) -> c_int;
    fn rs_apply(book: *mut c_void, event: *const i64, lines: *const i64, count: i64, reply: *mut Reply) -> c_int;
    fn rs_account_of(book: *const c_void, member: i64, account: *mut i64) -> c_int;
    fn rs_digest(book: *const c_void, digest: *mut c_char) -> c_int;
}

// Places of the fields used here, in words, as the header has them.
const TYPE: usize = 0;
const DAY: usize = 2;
const NUMBER: usize = 5;
const AMOUNT: usize = 6;
const ORDER: usize = 9;
const CHANNEL: usize = 10;
const FRESH: [i64; 20] = [0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 0, -1, -1, -1, 0, 0, -1, 0, 0, 0];
const ENTRY: usize = 12;

unsafe fn check(status: c_int) {
    if status != 0 {
        panic!("{}", CStr::from_ptr(rs_status_text(status)).to_string_lossy());
    }
}

unsafe fn apply(book: *mut c_void, event: &[i64; 20], what: &str) {
    let mut reply = Reply::default();
    check(rs_apply(book, event.as_ptr(), null(), 0, &mut reply));
    println!("{} {}", what, CStr::from_ptr(rs_outcome_text(reply.outcome[0])).to_string_lossy());
    let entries = reply.entries as *const i64;
    for i in 0..reply.entry_count as usize {
        let e = std::slice::from_raw_parts(entries.add(i * ENTRY), ENTRY);
        println!("entry {} {} {} {}", e[3], e[4], e[5], e[6]);
    }
}

fn main() {
    let path = CString::new(std::env::args().nth(1).expect("usage: example TERMS")).unwrap();
    let options = Options { rank: null(), rank_context: null(), reallocate: null(), memory_context: null(), digest: 1 };
    unsafe {
        let (mut terms, mut book) = (null_mut(), null_mut());
        check(rs_terms_open(rs_layout(), path.as_ptr(), &mut terms));
        check(rs_book_new(terms, &options, &mut book));
        check(rs_add_member(book, c"M1".as_ptr(), 2, null_mut()));
        check(rs_add_orders(book, 1, null_mut()));
        let mut event = FRESH;
        event[TYPE] = 6;
        event[ORDER] = 0;
        event[DAY] = 17348;
        event[AMOUNT] = 99900;
        event[CHANNEL] = 1;
        apply(book, &event, "order");
        event[TYPE] = 7;
        event[NUMBER] = 1;
        event[DAY] = 17351;
        event[AMOUNT] = 0;
        apply(book, &event, "deliver");
        let mut account = [0i64; 11];
        check(rs_account_of(book, 0, account.as_mut_ptr()));
        println!("available {}", account[3]);
        let mut digest = [0 as c_char; 65];
        check(rs_digest(book, digest.as_mut_ptr()));
        println!("digest {}", CStr::from_ptr(digest.as_ptr()).to_string_lossy());
        rs_book_free(book);
        rs_terms_free(terms);
    }
}
