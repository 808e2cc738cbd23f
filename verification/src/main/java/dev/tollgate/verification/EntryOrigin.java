package dev.tollgate.verification;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The origin of a movement, for the columns at the end of a statement.
 *
 * @param source {@code payment}, {@code voucher}, {@code plan}, {@code start}, {@code gift}, {@code refund} or {@code expired}; empty for a call and a correction
 * @param key of the call
 * @param team of the key
 * @param member whose personal key it is
 * @param invoice the number of the payment's paper; empty without one
 * @param grants that paid the charge, or got or lost credits, each {@code number:micro-credits}; empty: general credits alone
 */
public record EntryOrigin(String source, Named key, Named team, Named member, String invoice, String grants) {

    /** An id and its name; both are empty if there is none. */
    public record Named(String id, String name) {

        private static final Named NONE = new Named("", "");

        private static Named read(ResultSet row, String column) throws SQLException {
            return new Named(
                    Objects.requireNonNullElse(row.getString(column), ""),
                    Objects.requireNonNullElse(row.getString(column + "_name"), ""));
        }
    }

    /** The origin of a balance, which no movement has. */
    public static final EntryOrigin NONE = new EntryOrigin("", Named.NONE, Named.NONE, Named.NONE, "", "");

    private static final String KEY = """
            %1$s.key_id AS origin_key,
                (SELECT k.team_id FROM api_key k WHERE k.id = %1$s.key_id) AS origin_team,
                (SELECT k.member_id FROM api_key k WHERE k.id = %1$s.key_id) AS origin_member,
                (SELECT k.name FROM api_key k WHERE k.id = %1$s.key_id) AS origin_key_name,
                (SELECT team.name FROM api_key k JOIN team ON team.id = k.team_id WHERE k.id = %1$s.key_id) AS origin_team_name,
                (SELECT COALESCE(NULLIF(person.name, ''), person.login) FROM api_key k JOIN member ON member.id = k.member_id
                    JOIN person ON person.id = member.person_id WHERE k.id = %1$s.key_id) AS origin_member_name,\s""";

    /** Read by {@link #read}, with {@link #JOINS}. */
    public static final String COLUMNS =
            "e.kind AS origin_kind, e.origin, e.reason AS origin_reason, e.grants AS origin_grants, "
                    + KEY.formatted("t") + "p.channel, i.year, i.sequence AS paper, i.seller_name, i.series";

    /** The columns of {@link #COLUMNS} for a charge, a row of {@code call c}. */
    public static final String COLUMNS_OF_CHARGE =
            "'charge' AS origin_kind, NULL AS origin, NULL AS origin_reason, c.paid_by AS origin_grants, "
                    + KEY.formatted("c")
                    + "NULL AS channel, 0 AS year, 0 AS paper, NULL AS seller_name, NULL AS series";

    /** Joins {@code entry e} with its payment {@code p}. */
    public static final String PAYMENT = """
             LEFT JOIN payment p ON p.account_id = e.account_id AND p.id = CASE
                WHEN e.origin IN ('payment', 'test_payment', 'card_refund', 'dispute', 'dispute_won', 'early_refund') THEN e.origin_id END
            """;

    /** Joins {@code entry e} with its call and its payment. */
    public static final String JOINS =
            " LEFT JOIN call t ON t.id = e.task_id" + PAYMENT + "LEFT JOIN invoice i ON i.payment_id = p.id\n";

    public static EntryOrigin read(ResultSet row) throws SQLException {
        String source = source(row.getString("origin_kind"), Objects.requireNonNullElse(row.getString("origin"), ""));
        long paper = row.getLong("paper");
        return new EntryOrigin(
                source,
                Named.read(row, "origin_key"),
                Named.read(row, "origin_team"),
                Named.read(row, "origin_member"),
                paper == 0
                        ? ""
                        : number(
                                row.getLong("year"),
                                paper,
                                "stripe".equals(row.getString("channel")),
                                row.getString("seller_name"),
                                row.getString("series")),
                Objects.requireNonNullElse(row.getString("origin_grants"), ""));
    }

    private static String source(String kind, String origin) {
        return switch (origin) {
            case "payment", "test_payment" -> "payment";
            case "voucher", "plan", "start", "gift" -> origin;
            case "creation", "demo" -> "gift";
            case "call" -> "refund";
            case "expiry" -> "expired";
            default -> kind.equals("reversal") ? "payment" : "";
        };
    }

    /** Returns the number of a paper. @param sellerName empty: a receipt @param series its end behind the seller's name is the mark of a restore */
    public static String number(
            long year, long sequence, boolean movesMoney, @Nullable String sellerName, @Nullable String series) {
        String seller = Objects.requireNonNullElse(sellerName, "");
        String first = (movesMoney ? "of " : "tests of ") + seller;
        String whole = Objects.requireNonNullElse(series, first);
        String mark = whole.startsWith(first + " #") ? whole.substring(first.length() + 2) + "-" : "";
        String number = year + "-" + mark + String.format(Locale.ROOT, "%05d", sequence);
        return !movesMoney ? "TEST-" + number : seller.isEmpty() ? "R-" + number : number;
    }
}
