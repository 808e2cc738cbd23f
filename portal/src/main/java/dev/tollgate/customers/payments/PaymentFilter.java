package dev.tollgate.customers.payments;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A choice of payments. A field that is null chooses all.
 *
 * @param from the earliest begin
 * @param to exclusive
 * @param text an id of Tollgate or Stripe, or the number of an invoice
 * @param accounts customers that the text names, too; at most 100
 */
public record PaymentFilter(
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable State state,
        @Nullable String text,
        Set<String> accounts) {

    public static final PaymentFilter ALL = new PaymentFilter(null, null, null, null, Set.of());

    private static final Pattern NUMBER =
            Pattern.compile("(?:R-|TEST-)?([0-9]{4})-(?:[0-9]{1,9}-)?([0-9]{5,12})", Pattern.CASE_INSENSITIVE);

    /** A state of payments by which they can be chosen. */
    public enum State {
        PAID("state = 'paid'"),
        REVERSED("reversed_micros > 0"),
        DISPUTED("EXISTS (SELECT 1 FROM payment_notice said WHERE said.payment_id = payment.id AND "
                + PaymentSql.OPEN_DISPUTE + ")"),
        PENDING("state = 'pending'"),
        OPEN("state = 'open'"),
        FAILED("state = 'failed'");

        private final String condition;

        State(String condition) {
            this.condition = condition;
        }
    }

    public PaymentFilter {
        accounts = Set.copyOf(accounts);
    }

    /** Returns the conditions, each with AND before it. */
    String sql() {
        StringBuilder sql = new StringBuilder();
        sql.append(from == null ? "" : " AND created_at >= ?").append(to == null ? "" : " AND created_at < ?");
        sql.append(state == null ? "" : " AND " + state.condition);
        if (text != null) {
            sql.append(" AND (id = ? OR session_id = ? OR intent_id = ?")
                    .append(
                            number() == null
                                    ? ""
                                    : " OR id IN (SELECT i.payment_id FROM invoice i WHERE i.year = ? AND i.sequence = ?)")
                    .append(
                            accounts.isEmpty()
                                    ? ""
                                    : " OR account_id IN ("
                                            + String.join(", ", Collections.nCopies(accounts.size(), "?")) + ")")
                    .append(")");
        }
        return sql.toString();
    }

    /** Returns the values of the conditions. */
    List<Object> values() {
        List<Object> values = new ArrayList<>();
        if (from != null) {
            values.add(from);
        }
        if (to != null) {
            values.add(to);
        }
        if (text != null) {
            values.addAll(List.of(text, text, text));
            List<Object> number = number();
            values.addAll(number == null ? List.of() : number);
            values.addAll(accounts);
        }
        return values;
    }

    /** Returns year and sequence of an invoice's number, whose series may be any; null if the text is none. */
    private @Nullable List<Object> number() {
        Matcher number = NUMBER.matcher(text == null ? "" : text);
        return number.matches() ? List.of(Long.valueOf(number.group(1)), Long.valueOf(number.group(2))) : null;
    }
}
