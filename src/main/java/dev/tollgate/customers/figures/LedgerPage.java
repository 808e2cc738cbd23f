package dev.tollgate.customers.figures;

import dev.tollgate.books.ledger.Entry;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of an account's ledger, the newest first.
 *
 * @param older where the next page begins, or null if there is nothing older
 * @param lookedBackTo where it was given up to look for more lines: {@code older} goes on there; else null
 */
public record LedgerPage(
        List<LedgerLine> lines,
        @Nullable Cursor older,
        @Nullable Instant lookedBackTo) {

    public LedgerPage {
        lines = List.copyOf(lines);
    }

    /**
     * Carries the balance along, so that no page adds up what is not on it.
     *
     * @param before entries with a lower sequence
     * @param balanceMicros after the entry before that sequence
     */
    public record Cursor(long before, long balanceMicros) {

        /** Returns the page's text in a link. */
        public String text() {
            return before + "_" + balanceMicros;
        }

        /** @throws IllegalArgumentException if it is none */
        public static Cursor parse(String text) {
            if (!text.matches("[0-9]{1,18}_-?[0-9]{1,18}")) {
                throw new IllegalArgumentException("not a place in a ledger");
            }
            int bar = text.indexOf('_');
            return new Cursor(Long.parseLong(text.substring(0, bar)), Long.parseLong(text.substring(bar + 1)));
        }
    }

    /**
     * An entry with the balance after it, which includes what is held (decision D40). Micro-credits.
     *
     * @param model that was asked for, where it is of a call that has ended; else null
     * @param amountMicros what it changes of that balance; 0 for a hold and its return
     */
    public record LedgerLine(Entry entry, @Nullable String model, long amountMicros, long balanceMicros) {}
}
