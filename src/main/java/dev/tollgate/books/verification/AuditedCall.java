package dev.tollgate.books.verification;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A reservation's row with its task and its entries. */
record AuditedCall(
        String id,
        String accountId,
        String keyId,
        String state,
        long heldMicros,
        long chargedMicros,
        long createdAt,
        @Nullable CallTask task,
        CallEntries entries) {

    /** The states that the task of a reservation can have. */
    private static final Map<String, Set<String>> STATUSES = Map.of(
            "settled", Set.of("completed", "cancelled"),
            "released", Set.of("failed", "cancelled"),
            "expired", Set.of("failed"));

    /**
     * @param usageFlags separated by a space
     * @param costsJson null if what it cost is not known
     * @param courseJson null if it is of before there were courses, when clocks could run back within a call, or its server has died
     */
    record CallTask(
            String accountId,
            String keyId,
            String status,
            long chargeMicros,
            String usageFlags,
            @Nullable String pricingJson,
            long createdAt,
            long completedAt,
            @Nullable String usageJson,
            @Nullable String errorCode,
            @Nullable String courseJson,
            @Nullable String costsJson) {

        boolean hasCourse() {
            return courseJson != null;
        }
    }

    static AuditedCall read(ResultSet row) throws SQLException {
        String id = row.getString(1);
        String accountId = row.getString(2);
        return new AuditedCall(
                id,
                accountId,
                row.getString(3),
                row.getString(4),
                row.getLong(5),
                row.getLong(6),
                row.getLong(22),
                row.getString(14) == null ? null : task(row),
                new CallEntries("reservation " + id, accountId, row.getLong(20), row.getLong(21)));
    }

    private static CallTask task(ResultSet row) throws SQLException {
        return new CallTask(
                row.getString(14),
                row.getString(15),
                row.getString(16),
                row.getLong(17),
                row.getString(18),
                row.getString(19),
                row.getLong(24),
                row.getLong(25),
                row.getString(26),
                row.getString(27),
                row.getString(28),
                row.getString(29));
    }

    void check(PriceCheck prices, Findings findings) {
        boolean isDated = task == null ? state.equals("open") : task.hasCourse();
        entries.check(state, heldMicros, chargedMicros, isDated ? createdAt : Long.MIN_VALUE, findings);
        if (task != null) {
            check(task, prices, findings);
        } else if (chargedMicros > 0) {
            findings.add(
                    "reservation " + id + " is " + state + " and has no task"); // those with a charge are kept (D44)
        }
    }

    private void check(CallTask task, PriceCheck prices, Findings findings) {
        String name = "task " + id;
        if (!task.accountId.equals(accountId) || !task.keyId.equals(keyId)) {
            findings.add(name + " is of another account or key than its reservation");
        }
        if (!STATUSES.getOrDefault(state, Set.of()).contains(task.status)) {
            findings.add(name + " is " + task.status + ", its reservation is " + state);
        }
        findings.same(name + " is charged", task.chargeMicros, "its reservation", chargedMicros);
        if (List.of(task.usageFlags.split(" ", -1)).contains("shortfall") != entries.shortfallMicros() > 0) {
            findings.add(name + " says " + (entries.shortfallMicros() > 0 ? "nothing of its" : "there was a")
                    + " shortfall");
        }
        if (task.errorCode == null == task.status.equals("failed")) {
            findings.add(name + " is " + task.status + " and has " + (task.errorCode == null ? "no" : "an") + " error");
        }
        if (task.hasCourse()) {
            checkTimes(name, task, findings);
        }
        ChargeDetail detail = task.pricingJson == null ? null : ChargeDetail.read(task.pricingJson);
        if (task.costsJson != null) {
            CostCheck.check(name, task.costsJson, detail, task.courseJson, findings);
        }
        if (task.pricingJson != null) {
            checkPricing(name, task, detail, prices, findings);
        } else if (task.chargeMicros > 0) {
            findings.add(name + " has a charge and does not say how it came about");
        }
    }

    private void checkTimes(String name, CallTask task, Findings findings) {
        if (task.createdAt != createdAt) {
            findings.add(name + " begins at " + Instant.ofEpochMilli(task.createdAt) + ", its reservation at "
                    + Instant.ofEpochMilli(createdAt));
        }
        if (!entries.endsAt(task.completedAt)) {
            findings.add(name + " ends at " + Instant.ofEpochMilli(task.completedAt) + ", its entries do not");
        }
        if (state.equals("settled") && task.pricingJson == null && task.chargeMicros == 0) {
            findings.add(name + " is settled and has no price");
        }
    }

    private void checkPricing(
            String name, CallTask task, @Nullable ChargeDetail detail, PriceCheck prices, Findings findings) {
        if (detail == null) {
            findings.add(name + " has a pricing detail that cannot be read");
            return;
        }
        prices.check(name, detail, createdAt, findings);
        if (task.hasCourse()) {
            PrintedCheck.check(name, task.usageJson, detail, findings);
        }
        if (detail.exact().compareTo(detail.counted()) != 0) {
            findings.add(name + " says that it costs exactly " + plain(detail.exact()) + ", its counts come to "
                    + plain(detail.counted()));
        }
        findings.same(name + " says that it is charged", micros(detail.charged()), "it is", task.chargeMicros);
        if (detail.holdCharged()) {
            findings.same(name + " is charged its whole hold", task.chargeMicros, "that is", heldMicros);
            if (micros(detail.due()) > heldMicros) {
                findings.add(name + " is charged its whole hold, and used more");
            }
        } else {
            findings.same(
                    name + " is charged, with its shortfall",
                    task.chargeMicros + entries.shortfallMicros(),
                    "its counts and prices come to",
                    micros(detail.due()));
        }
    }

    /** Returns the micro-credits. An amount finer than a micro-credit, or out of range, equals no charge. */
    private static long micros(BigDecimal credits) {
        try {
            return credits.movePointRight(6).longValueExact();
        } catch (ArithmeticException e) {
            return Long.MIN_VALUE;
        }
    }

    private static String plain(BigDecimal credits) {
        return credits.signum() == 0 ? "0" : credits.stripTrailingZeros().toPlainString();
    }
}
