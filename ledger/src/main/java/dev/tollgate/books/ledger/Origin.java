package dev.tollgate.books.ledger;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The event that an entry is of. The maker of an entry says it, once and for good; all others read it from the entry's row, and neither the beginning of a request id
 * nor the words of a reason. {@code ledger verify} proves it against the row that it names.
 *
 * @param id of the row that it names: a payment's id, a voucher's number, or a plan's number in its account, with the period as in {@code 2.5}; null if the kind
 *     names none, or if the entry's call or grants do
 */
public record Origin(Kind kind, @Nullable String id) {

    /** The kinds of origins. The codes are stored in the database, and never change. */
    public enum Kind {
        /** Bought credits. */
        PAYMENT,
        /** Credits of a payment without money. */
        TEST_PAYMENT,
        VOUCHER,
        /** The credits of a plan's period. */
        PLAN,
        /** The credits that each new account gets. */
        START,
        /** The credits that an operator gave when creating the account. */
        CREATION,
        /** The credits of the demo account. */
        DEMO,
        /** Credits that an operator gave. */
        GIFT,
        /** A call whose charge was refunded. */
        CALL,
        /** Money of a payment that went back. */
        CARD_REFUND,
        /** A disputed payment. */
        DISPUTE,
        /** A dispute that was won, or withdrawn. */
        DISPUTE_WON,
        /** A payment that was refunded or disputed before it was confirmed. */
        EARLY_REFUND,
        /** A grant that expired. */
        EXPIRY,
        /** A grant that an operator ended. */
        GRANT_END,
        /** The last period of a plan, which was ended before its time. */
        PLAN_END,
        /** The rest of an account that was deleted. */
        DELETION,
        /** An amount that an operator corrected. */
        CORRECTION;

        private static final Map<String, Kind> BY_CODE =
                Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Kind::code, Function.identity()));

        private final String code = name().toLowerCase(Locale.ROOT);

        /** Returns the name in the database. */
        public String code() {
            return code;
        }

        /** @throws IllegalArgumentException if no kind has the code */
        public static Kind of(String code) {
            Kind kind = BY_CODE.get(code);
            if (kind == null) {
                throw new IllegalArgumentException("no kind of origin is called " + code);
            }
            return kind;
        }
    }

    public static final Origin CREATION = new Origin(Kind.CREATION, null);
    public static final Origin DEMO = new Origin(Kind.DEMO, null);
    public static final Origin GIFT = new Origin(Kind.GIFT, null);
    public static final Origin START = new Origin(Kind.START, null);
    public static final Origin GRANT_END = new Origin(Kind.GRANT_END, null);

    static final Origin CALL = new Origin(Kind.CALL, null);
    static final Origin CORRECTION = new Origin(Kind.CORRECTION, null);
    static final Origin DELETION = new Origin(Kind.DELETION, null);
    static final Origin EXPIRY = new Origin(Kind.EXPIRY, null);

    /** Returns the origin that names a row. */
    public static Origin of(Kind kind, String id) {
        return new Origin(kind, Objects.requireNonNull(id));
    }
}
