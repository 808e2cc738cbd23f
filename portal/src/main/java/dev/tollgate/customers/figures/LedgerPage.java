package dev.tollgate.customers.figures;

import dev.tollgate.books.ledger.Entry;
import dev.tollgate.books.ledger.EntryKind;
import dev.tollgate.books.ledger.Origin;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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

    /** The movements that a page shows. */
    public enum Wanted {
        ALL(null),
        CALLS(EntryKind.CHARGE),
        ADDED(EntryKind.TOP_UP),
        REFUNDS(EntryKind.REFUND),
        REVERSALS(EntryKind.REVERSAL),
        CORRECTIONS(EntryKind.ADJUSTMENT);

        /** The kind of the entries; null for all. */
        final @Nullable EntryKind kind;

        Wanted(@Nullable EntryKind kind) {
            this.kind = kind;
        }

        /** Returns the name in an address. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns the movements of a name in an address; all for another name or none. */
        public static Wanted of(@Nullable String code) {
            return Arrays.stream(values())
                    .filter(each -> each.code().equals(code))
                    .findFirst()
                    .orElse(ALL);
        }

        boolean hasCalls() {
            return this == ALL || this == CALLS;
        }

        boolean hasEntries() {
            return this != CALLS;
        }
    }

    /** @param before lines with a lower number */
    public record Cursor(long before) {

        /** Returns the page's text in a link. */
        public String text() {
            return Long.toString(before);
        }

        /** @throws IllegalArgumentException if it is none */
        public static Cursor parse(String text) {
            if (!text.matches("[0-9]{1,18}")) {
                throw new IllegalArgumentException("not a place in a ledger");
            }
            return new Cursor(Long.parseLong(text));
        }
    }

    /**
     * @param model that was asked for, if it is the charge of a call or its refund; else null
     * @param grants what of the amount grants paid, got or lost, as {@code 7:100000 9:312345}; null if it is general credits alone
     * @param origin what an entry is of; null for a charge
     * @param period of the plan whose credits they are, if the operator gave them; null for others
     * @param bought the plan whose credits a payment has bought; null for others
     */
    public record LedgerLine(
            Entry entry,
            @Nullable String model,
            @Nullable String grants,
            @Nullable Origin origin,
            @Nullable PlanPeriod period,
            @Nullable BoughtPlan bought) {

        /** A period of a plan. @param plan its name @param number from 1 @param periods that were assigned */
        public record PlanPeriod(String plan, int number, int periods) {}

        /** A plan that was bought. @param name of it @param cents US cents, without tax */
        public record BoughtPlan(String name, long cents) {}

        /** Returns whether the ledger took credits out of a grant that has expired. */
        public boolean isExpiry() {
            return origin != null && origin.kind() == Origin.Kind.EXPIRY;
        }

        /** Returns the change of the balance in micro-credits. */
        public long amountMicros() {
            return entry.amountMicros();
        }

        /** Returns the balance after it, which includes what is held (decision D40), in micro-credits. */
        public long balanceMicros() {
            return entry.balanceAfterMicros();
        }
    }
}
