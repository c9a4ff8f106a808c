// One member, one order, delivered, from Java 22 or later: the foreign function API, no JNI.
//
//     java --enable-native-access=ALL-UNNAMED Example.java librewardsim.so terms.bin

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

public class Example {
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    static final MemoryLayout INT = ValueLayout.JAVA_INT, POINTER = ValueLayout.ADDRESS;
    static final Linker LINKER = Linker.nativeLinker();
    static SymbolLookup library;

    // Places of the fields used here, in words, as the header has them.
    static final int TYPE = 0, DAY = 2, NUMBER = 5, AMOUNT = 6, ORDER = 9, CHANNEL = 10;
    static final int ORDERED = 6, DELIVERED = 7;
    static final long[] FRESH = {0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 0, -1, -1, -1, 0, 0, -1, 0, 0, 0};
    static final int ENTRY = 12, REPLY = 8;

    static MethodHandle call(String name, MemoryLayout answer, MemoryLayout... takes) {
        return LINKER.downcallHandle(library.find(name).orElseThrow(), FunctionDescriptor.of(answer, takes));
    }

    static void check(Object status) throws Throwable {
        if ((int) status != 0)
            throw new IllegalStateException(text(call("rs_status_text", POINTER, INT).invokeWithArguments(status)));
    }

    static String text(Object address) {
        return ((MemorySegment) address).reinterpret(256).getString(0);
    }

    static void apply(MemorySegment book, MemorySegment event, MemorySegment reply, String what) throws Throwable {
        check(call("rs_apply", INT, POINTER, POINTER, POINTER, LONG, POINTER)
            .invokeWithArguments(book, event, MemorySegment.NULL, 0L, reply));
        long outcome = reply.getAtIndex(LONG, 0);
        System.out.println(what + " " + text(call("rs_outcome_text", POINTER, LONG).invokeWithArguments(outcome)));
        long count = reply.getAtIndex(LONG, 4);
        MemorySegment entries = MemorySegment.ofAddress(reply.getAtIndex(LONG, 3)).reinterpret(count * ENTRY * 8);
        for (long i = 0; i < count; i++)
            System.out.println("entry " + entries.getAtIndex(LONG, i * ENTRY + 3) + " " + entries.getAtIndex(LONG, i * ENTRY + 4)
                + " " + entries.getAtIndex(LONG, i * ENTRY + 5) + " " + entries.getAtIndex(LONG, i * ENTRY + 6));
    }

    public static void main(String[] words) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            library = SymbolLookup.libraryLookup(Path.of(words[0]), arena);
            MemorySegment here = arena.allocate(POINTER), options = arena.allocate(40, 8);
            options.setAtIndex(LONG, 4, 1); // digest
            // A program that is compiled hands in RS_LAYOUT of its header; here the places above were checked against it.
            Object layout = call("rs_layout", LONG).invokeWithArguments();
            check(call("rs_terms_open", INT, LONG, POINTER, POINTER)
                .invokeWithArguments(layout, arena.allocateFrom(words[1]), here));
            MemorySegment terms = here.get(ValueLayout.ADDRESS, 0);
            check(call("rs_book_new", INT, POINTER, POINTER, POINTER).invokeWithArguments(terms, options, here));
            MemorySegment book = here.get(ValueLayout.ADDRESS, 0);
            check(call("rs_add_member", INT, POINTER, POINTER, LONG, POINTER)
                .invokeWithArguments(book, arena.allocateFrom("M1"), 2L, MemorySegment.NULL));
            check(call("rs_add_orders", INT, POINTER, LONG, POINTER).invokeWithArguments(book, 1L, MemorySegment.NULL));
            tell(arena, book);
            LINKER.downcallHandle(library.find("rs_book_free").orElseThrow(), FunctionDescriptor.ofVoid(POINTER))
                .invokeWithArguments(book);
            LINKER.downcallHandle(library.find("rs_terms_free").orElseThrow(), FunctionDescriptor.ofVoid(POINTER))
                .invokeWithArguments(terms);
        }
    }

    static void tell(Arena arena, MemorySegment book) throws Throwable {
        MemorySegment event = arena.allocateFrom(LONG, FRESH), reply = arena.allocate(REPLY * 8, 8);
        event.setAtIndex(LONG, TYPE, ORDERED);
        event.setAtIndex(LONG, ORDER, 0);
        event.setAtIndex(LONG, DAY, 17348);
        event.setAtIndex(LONG, AMOUNT, 99900);
        event.setAtIndex(LONG, CHANNEL, 1);
        apply(book, event, reply, "order");
        event.setAtIndex(LONG, TYPE, DELIVERED);
        event.setAtIndex(LONG, NUMBER, 1);
        event.setAtIndex(LONG, DAY, 17351);
        event.setAtIndex(LONG, AMOUNT, 0);
        apply(book, event, reply, "deliver");
        MemorySegment account = arena.allocate(11 * 8, 8), digest = arena.allocate(65);
        check(call("rs_account_of", INT, POINTER, LONG, POINTER).invokeWithArguments(book, 0L, account));
        System.out.println("available " + account.getAtIndex(LONG, 3));
        check(call("rs_digest", INT, POINTER, POINTER).invokeWithArguments(book, digest));
        System.out.println("digest " + digest.getString(0));
    }
}
