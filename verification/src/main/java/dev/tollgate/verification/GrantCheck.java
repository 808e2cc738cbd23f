package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks the grants of each account by its calls and entries in the order of their numbers: what came into each grant and what left it, which calls it may
 * pay for and when, what it paid in each month, its limits, its expiry, the way of refunds. Who of several grants paid first is not checked: holds, which
 * decide it, leave no rows (Z16).
 */
final class GrantCheck implements Check {

    private static final int GRANT = 0;
    private static final int CALL = 1;
    private static final int ENTRY = 2;
    private static final int MONTH = 3;

    /** The time after which an expired grant has left what running calls hold, or has ended. */
    private static final long SWEPT_MILLIS = 600_000;

    private static final String OF_ACCOUNTS = """
            (a.last_grant <> 0 OR a.granted_micros <> 0 OR a.id IN (SELECT account_id FROM credit_grant))""";

    /**
     * The rows of accounts with grants: grants first, their months and accounts after all numbers. The columns that all have in common are account, number, part, time, amount
     * and a list: of models, or of shares. The ninth of a call is 1 if it began before the first grant and has the time of the number before, a later one: the
     * clock was set back, and by then it was the time of the call.
     */
    private static final String SQL = """
            SELECT g.account_id, CAST(0 AS BIGINT), 0, g.created_at, g.credits_micros, g.models AS list, g.kind AS kind, g.number AS grant_number,
                g.left_micros, g.starts_at, g.expires_at, g.ended_at, g.lapsed_micros, g.lapses, g.entry_number, g.limits, g.used,
                CASE WHEN g.ended_at IS NULL AND g.sandbox = 0 THEN (SELECT CAST(COALESCE(SUM(h.held_micros), 0) AS BIGINT) FROM open_hold h
                    WHERE h.account_id = g.account_id AND h.grant_model IS NOT NULL AND h.created_at < g.expires_at + %2$d) END
            FROM credit_grant g
            UNION ALL
            SELECT c.account_id, c.number, 1, c.ended_at, c.charged_micros, c.paid_by, c.id, c.created_at,
                CASE WHEN c.created_at < f.first_at AND c.number > f.entry_number AND c.created_at >= c.priced_at - %2$s
                    AND c.ended_at = COALESCE(
                    (SELECT b.ended_at FROM call b WHERE b.account_id = c.account_id AND b.number = c.number - 1),
                    (SELECT e.created_at FROM entry e WHERE e.account_id = c.account_id AND e.number = c.number - 1)) THEN 1 ELSE 0 END,
                NULL, NULL, NULL, NULL, NULL, NULL, c.price, NULL, NULL
            FROM account a JOIN call c ON c.account_id = a.id
                LEFT JOIN (SELECT account_id, MIN(created_at) AS first_at, MIN(entry_number) AS entry_number FROM credit_grant GROUP BY account_id) f
                    ON f.account_id = a.id
            WHERE %1$s AND c.paid_by IS NOT NULL
            UNION ALL
            SELECT e.account_id, e.number, 2, e.created_at, e.amount_micros, e.grants, e.kind, e.refunded,
                NULL, NULL, NULL, NULL, NULL, NULL, NULL, c.paid_by, e.origin || ' ' || COALESCE(e.request_id, ''), NULL
            FROM (SELECT b.*, CAST(SUM(CASE WHEN b.task_id IS NULL THEN 0 ELSE b.amount_micros END) OVER (PARTITION BY b.task_id ORDER BY b.number)
                    AS BIGINT) AS refunded FROM entry b) e
                LEFT JOIN call c ON c.id = e.task_id
            WHERE e.grants IS NOT NULL OR c.paid_by IS NOT NULL
            UNION ALL
            SELECT m.account_id, 9223372036854775807, 3, m.starts_at, m.paid_micros, NULL, NULL, m.number,
                NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
            FROM grant_month m
            UNION ALL
            SELECT a.id, 9223372036854775807, 4, a.last_number_at, a.granted_micros, NULL, NULL, a.last_grant,
                (SELECT MIN(h.created_at) FROM open_hold h WHERE h.account_id = a.id),
                (SELECT CASE WHEN MAX(n.last_number_at) > %3$s THEN %3$s ELSE MAX(n.last_number_at) END FROM account n),
                NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
            FROM account a WHERE %1$s
            ORDER BY 1, 2, 3, 8""";

    private final PriceCheck prices;
    private String accountId = "";
    private final TreeMap<Long, CheckedGrant> grants = new TreeMap<>();
    private boolean isStored = true;

    /** The begin of the earliest call by a clock that was set back after the first grant was given. */
    private long setBackTo = Long.MAX_VALUE;

    /** @param prices that are read before */
    GrantCheck(PriceCheck prices) {
        this.prices = prices;
    }

    @Override
    public String subject() {
        return "grants";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL.formatted(OF_ACCOUNTS, APART_MILLIS, dialect.nowMillis());
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        if (!row.getString(1).equals(accountId)) {
            end(findings);
            accountId = row.getString(1);
            isStored = false;
            grants.clear();
            setBackTo = Long.MAX_VALUE;
        }
        switch (row.getInt(3)) {
            case GRANT -> {
                CheckedGrant grant = new CheckedGrant(accountId, row, findings);
                long number = grants.size() + 1L;
                if (grant.number != number) {
                    findings.add(grant.name + " has this number, it should have " + number);
                }
                grants.put(grant.number, grant);
            }
            case CALL -> call(row, findings);
            case ENTRY -> entry(row, findings);
            case MONTH -> month(row, findings);
            default -> account(row, findings);
        }
    }

    @Override
    public void end(Findings findings) {
        if (!isStored && !grants.isEmpty()) {
            findings.add("account " + accountId + " is not there, and has grants");
        }
    }

    private void call(ResultSet row, Findings findings) throws SQLException {
        String name = "call " + row.getString(7) + " of account " + accountId;
        long charged = row.getLong(5);
        Map<Long, Long> shares = shares(name, row.getString(6), charged, findings);
        PriceCheck.Price price = row.getString(16) == null ? null : prices.of(row.getString(16));
        long createdAt = row.getLong(8);
        long endedAt = row.getLong(4);
        long firstAt =
                grants.values().stream().mapToLong(it -> it.createdAt).min().orElse(Long.MAX_VALUE);
        if (row.getLong(9) == 1) {
            setBackTo = Math.min(setBackTo, createdAt);
        }
        if (createdAt < Math.min(firstAt, setBackTo) - APART_MILLIS) {
            findings.add(name + " is paid by grants, and began before the account had any");
        }
        shares.forEach((number, micros) -> {
            CheckedGrant grant = grants.get(number);
            if (grant == null) {
                findings.add(name + " is paid by grant " + number + ", which is not there");
                return;
            }
            if (price != null && !grant.covers(price.modelId())) {
                findings.add(name + " is of " + price.modelId() + " and paid by grant " + number + ", which serves "
                        + String.join(", ", grant.models));
            }
            if (endedAt < grant.startsAt - APART_MILLIS
                    || grant.expiresAt != null && createdAt >= grant.expiresAt + APART_MILLIS) {
                findings.add(name + " begins at " + Instant.ofEpochMilli(createdAt) + " and ends at "
                        + Instant.ofEpochMilli(endedAt) + ", and is paid by grant " + number
                        + ", which does not serve at that time");
            }
            grant.pays(micros, name, endedAt, findings);
        });
    }

    private void entry(ResultSet row, Findings findings) throws SQLException {
        long number = row.getLong(2);
        String name = "entry " + accountId + "/" + number;
        long amount = row.getLong(5);
        long at = row.getLong(4);
        Map<Long, Long> shares = shares(name, row.getString(6), Math.abs(amount), findings);
        String origin = row.getString(17).substring(0, row.getString(17).indexOf(' '));
        String id = row.getString(17).substring(origin.length() + 1);
        switch (row.getString(7)) {
            case "refund" -> refund(row, name, shares, findings);
            case "top_up" ->
                shares.forEach((grant, micros) ->
                        found(grant, name, findings).starts(micros, number, at, origin, name, findings));
            case "adjustment" -> {
                boolean isLapse = origin.equals("expiry");
                if (amount > 0
                        || isLapse
                                && (shares.size() != 1
                                        || shares.values().iterator().next() != -amount)) {
                    findings.add(
                            name + " moves " + Findings.credits(amount) + ", and names grants: " + row.getString(6));
                }
                shares.forEach((grant, micros) ->
                        found(grant, name, findings).leaves(micros, at, isLapse ? id : null, name, findings));
            }
            default ->
                shares.forEach(
                        (grant, micros) -> reverse(grant, amount < 0 ? -micros : micros, number, name, at, findings));
        }
    }

    /** Adds what money that goes back takes out of a grant, or returns to it, or to one of refunds if it had ended. */
    private void reverse(long number, long micros, long entry, String name, long at, Findings findings) {
        CheckedGrant grant = found(number, name, findings);
        if (micros > 0 && grant.kind.equals("refund")) {
            grant.gives(micros, entry, at, name, findings);
        } else {
            grant.moves(micros, name, at, findings);
        }
    }

    /** Compares the way of a refund with the lists of its call: the parts after what was refunded before, each to its grant, or to one of refunds. */
    private void refund(ResultSet row, String name, Map<Long, Long> shares, Findings findings) throws SQLException {
        long at = row.getLong(4);
        long to = row.getLong(8);
        long from = to - row.getLong(5);
        Map<Long, Long> rest = new LinkedHashMap<>(shares);
        long place = 0;
        Map<Long, Long> paid = parsed(row.getString(16) == null ? "" : row.getString(16));
        for (Map.Entry<Long, Long> share : paid == null ? Map.<Long, Long>of().entrySet() : paid.entrySet()) {
            long part = Math.min(to, place + share.getValue()) - Math.max(from, place);
            place += share.getValue();
            CheckedGrant payer = grants.get(share.getKey());
            if (part <= 0 || payer == null) {
                continue;
            }
            CheckedGrant target = target(payer, part, rest, at);
            if (target == null) {
                findings.add(name + " refunds " + Findings.credits(part) + " that grant " + payer.number
                        + " paid, which it does not return to it, nor to a grant of refunds");
                continue;
            }
            rest.merge(target.number, -part, Long::sum);
            if (target == payer) {
                target.moves(part, name, at, findings);
            } else {
                target.gives(part, row.getLong(2), at, name, findings);
            }
        }
        rest.forEach((number, micros) -> {
            if (micros != 0) {
                findings.add(name + " returns " + Findings.credits(micros) + " to grant " + number
                        + ", which by its call come from elsewhere");
            }
        });
    }

    private @Nullable CheckedGrant target(CheckedGrant payer, long part, Map<Long, Long> rest, long at) {
        boolean isOver = payer.endedAt != null && payer.endedAt <= at + APART_MILLIS
                || payer.expiresAt != null && payer.expiresAt <= at + APART_MILLIS;
        boolean isLive = !payer.isOver(at - APART_MILLIS);
        if (isLive && rest.getOrDefault(payer.number, 0L) >= part) {
            return payer;
        }
        for (Map.Entry<Long, Long> one : rest.entrySet()) {
            CheckedGrant grant = grants.get(one.getKey());
            if (isOver
                    && one.getValue() >= part
                    && grant != null
                    && grant.kind.equals("refund")
                    && grant != payer
                    && grant.models.equals(payer.models)) {
                return grant;
            }
        }
        return null;
    }

    private CheckedGrant found(long number, String name, Findings findings) {
        CheckedGrant grant = grants.get(number);
        if (grant == null) {
            findings.add(name + " names grant " + number + ", which is not there");
            grant = new CheckedGrant(accountId, number);
        }
        return grant;
    }

    private void month(ResultSet row, Findings findings) throws SQLException {
        long startsAt = row.getLong(4);
        CheckedGrant grant = grants.get(row.getLong(8));
        Long paid = grant == null ? null : grant.paidIn(startsAt);
        String name = "grant " + row.getLong(8) + " of account " + accountId;
        if (paid == null) {
            findings.add(name + " has paid " + Findings.credits(row.getLong(5)) + " in the month from "
                    + Instant.ofEpochMilli(startsAt) + ", in which it paid no call");
        } else {
            findings.same(
                    name + " has paid in the month from " + Instant.ofEpochMilli(startsAt),
                    row.getLong(5),
                    "its calls say",
                    paid);
        }
    }

    private void account(ResultSet row, Findings findings) throws SQLException {
        isStored = true;
        long left = 0;
        long oldestHold = row.getLong(9);
        boolean isRunning = !row.wasNull();
        long newest = row.getLong(10);
        for (CheckedGrant grant : grants.values()) {
            grant.compare(findings);
            left += grant.endedAt == null ? grant.left : 0;
            Long expiresAt = grant.expiresAt;
            if (expiresAt == null || grant.endedAt != null || newest <= expiresAt + SWEPT_MILLIS) {
                continue;
            }
            if (!(isRunning && oldestHold < expiresAt + APART_MILLIS)) {
                findings.add(grant.name + " expired at " + Instant.ofEpochMilli(expiresAt) + " and has not ended");
            } else if (grant.held != null && grant.left > grant.held) {
                findings.add(grant.name + " expired at " + Instant.ofEpochMilli(expiresAt) + " and has left "
                        + Findings.credits(grant.left) + ", running calls that it may serve hold "
                        + Findings.credits(grant.held));
            }
        }
        findings.same("account " + accountId + " has granted credits of", row.getLong(5), "its live grants have", left);
        long last = grants.isEmpty() ? 0 : grants.lastKey();
        if (row.getLong(8) != last) {
            findings.add("account " + accountId + " has " + row.getLong(8) + " as its last grant, it is " + last);
        }
    }

    /** Returns the shares of a list, which are within an amount; none if the list is malformed. */
    private static Map<Long, Long> shares(String name, @Nullable String list, long amount, Findings findings) {
        if (list == null) {
            return Map.of();
        }
        Map<Long, Long> shares = parsed(list);
        if (shares == null || shares.isEmpty()) {
            findings.add(name + " has a list of grants that cannot be read: " + list);
            return Map.of();
        }
        long sum = shares.values().stream().mapToLong(it -> it).sum();
        if (sum > amount) {
            findings.add(name + " moves " + Findings.credits(amount) + ", less than the shares of its grants, " + list);
        }
        return shares;
    }

    private static final Pattern LIST = Pattern.compile("[1-9]\\d{0,15}:\\d{1,16}(?: [1-9]\\d{0,15}:\\d{1,16})*");

    /** Returns the pairs of a list in their order, none of an empty one; null if it is malformed, or has a number twice. */
    private static @Nullable Map<Long, Long> parsed(String list) {
        Map<Long, Long> pairs = new LinkedHashMap<>();
        if (!list.isEmpty() && !LIST.matcher(list).matches()) {
            return null;
        }
        for (String pair : list.isEmpty() ? new String[0] : list.split(" ", -1)) {
            int colon = pair.indexOf(':');
            Long micros = Long.valueOf(pair.substring(colon + 1));
            if (micros == 0 || pairs.put(Long.valueOf(pair.substring(0, colon)), micros) != null) {
                return null;
            }
        }
        return pairs;
    }
}
