package dev.tollgate.verification;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A grant, with what the rows of its account have moved so far. */
final class CheckedGrant {

    private static final long HOUR_MILLIS = 3_600_000;

    final String name;
    final long number;
    final String kind;
    final long createdAt;
    private final long credits;
    final List<String> models;
    final long left;
    final long startsAt;
    final @Nullable Long expiresAt;
    final @Nullable Long endedAt;
    private final long lapsed;
    private final long lapses;
    private final long entryNumber;
    final @Nullable Long held;
    private final List<Window> windows = new ArrayList<>();
    private final TreeMap<Long, Long> months = new TreeMap<>();
    private long given;
    private long leftByRows;
    private long lapsedByRows;
    private long lapsesByRows;
    private boolean wasBelowZero;

    /** Makes a grant that is not there. */
    CheckedGrant(String accountId, long number) {
        this.number = number;
        name = "grant " + number + " of account " + accountId;
        kind = "";
        models = List.of();
        createdAt = credits = left = startsAt = lapsed = lapses = entryNumber = 0;
        expiresAt = endedAt = held = null;
    }

    CheckedGrant(String accountId, ResultSet row, Findings findings) throws SQLException {
        number = row.getLong(8);
        name = "grant " + number + " of account " + accountId;
        kind = row.getString(7);
        createdAt = row.getLong(4);
        credits = row.getLong(5);
        models = row.getString(6).isEmpty()
                ? List.of()
                : List.of(row.getString(6).split(" ", -1));
        left = row.getLong(9);
        startsAt = row.getLong(10);
        expiresAt = number(row, 11);
        endedAt = number(row, 12);
        lapsed = row.getLong(13);
        lapses = row.getLong(14);
        entryNumber = row.getLong(15);
        held = number(row, 18);
        if (models.stream().anyMatch(it -> !it.matches("[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}\\*?"))) {
            findings.add(name + " serves models that cannot be read: " + row.getString(6));
        }
        if (startsAt < createdAt && !kind.equals("plan") || expiresAt == null && models.isEmpty()) {
            findings.add(name + " of " + Instant.ofEpochMilli(createdAt) + " starts at "
                    + Instant.ofEpochMilli(startsAt)
                    + (expiresAt == null && models.isEmpty() ? " and has neither models nor an expiry" : ""));
        }
        windows(row.getString(16), row.getString(17), findings);
    }

    private void windows(String limits, String used, Findings findings) {
        String[] limit = limits.isEmpty() ? new String[0] : limits.split(" ", -1);
        String[] use = used.isEmpty() ? new String[0] : used.split(" ", -1);
        boolean isRead = limit.length <= 2 && (use.length == limit.length || use.length == 0);
        for (int i = 0; i < limit.length && isRead; i++) {
            String of = use.length == 0 ? "0:0" : use[i];
            isRead = limit[i].matches("[1-9]\\d{0,2}:[1-9]\\d{0,15}") && of.matches("\\d{1,12}:\\d{1,16}");
            if (isRead) {
                windows.add(new Window(limit[i], of));
            }
        }
        if (!isRead || windows.stream().anyMatch(it -> it.hours > 744)) {
            findings.add(name + " has limits that cannot be read: " + limits + ", used " + used);
        }
    }

    private static @Nullable Long number(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    boolean covers(String model) {
        return models.isEmpty()
                || models.stream()
                        .anyMatch(it -> it.endsWith("*")
                                ? model.startsWith(it.substring(0, it.length() - 1))
                                : model.equals(it));
    }

    boolean isOver(long at) {
        return endedAt != null && endedAt <= at || expiresAt != null && expiresAt <= at;
    }

    /** Adds a movement. @param micros negative if it leaves the grant */
    void moves(long micros, String what, long at, Findings findings) {
        leftByRows += micros;
        if (leftByRows < 0 && !wasBelowZero) {
            wasBelowZero = true;
            findings.add(what + " takes " + name + " below zero");
        }
        if (endedAt != null && at > endedAt) { // both are times of the account, which do not fall
            findings.add(what + " moves credits of " + name + " after its end at " + Instant.ofEpochMilli(endedAt));
        }
    }

    /** Adds what it pays of a call. @param at the end of the call */
    void pays(long micros, String what, long at, Findings findings) {
        moves(-micros, what, at, findings);
        months.merge(monthOf(at), micros, Long::sum);
        windows.forEach(window -> window.pays(at, micros, this, findings));
    }

    /** Returns the begin of the month (UTC) of a time. */
    private static long monthOf(long at) {
        return LocalDate.ofInstant(Instant.ofEpochMilli(at), ZoneOffset.UTC)
                .withDayOfMonth(1)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant()
                .toEpochMilli();
    }

    /** Takes out what it has paid in a month by its calls; null if nothing. Months that are left have no row. */
    @Nullable
    Long paidIn(long startsAt) {
        return months.remove(startsAt);
    }

    /** Adds the credits of its own entry. @param origin of the entry */
    void starts(long micros, long entry, long at, String origin, String what, Findings findings) {
        boolean isOfPayment = origin.equals("payment") || origin.equals("test_payment");
        boolean isOfPlan = origin.equals("plan") || isOfPayment && kind.equals("plan");
        String its = origin.equals("voucher") ? origin : isOfPlan ? "plan" : "gift";
        if (!kind.equals(its)) {
            findings.add(what + " is of a " + its + " and gives credits to " + name + ", which is of a " + kind);
        }
        gives(micros, entry, at, what, findings);
    }

    /** Adds credits that are given: by its own entry, or later if they are refunds that found no grant of their own. */
    void gives(long micros, long entry, long at, String what, Findings findings) {
        boolean isOfRefunds = kind.equals("refund");
        if (given == 0 ? entry != entryNumber || at != createdAt : entry != entryNumber && !isOfRefunds) {
            findings.add(what + " gives credits to " + name + ", which entry " + entryNumber + " gave at "
                    + Instant.ofEpochMilli(createdAt));
        }
        given += micros;
        moves(micros, what, at, findings);
    }

    /** Takes out credits that leave the account. @param lapse the id of an expiry; null if the grant was ended */
    void leaves(long micros, long at, @Nullable String lapse, String what, Findings findings) {
        moves(-micros, what, at, findings);
        if (lapse == null && endedAt == null && (expiresAt == null || expiresAt > at + Check.APART_MILLIS)) {
            findings.add(what + " ends " + name + ", which is live");
        }
        if (lapse != null) {
            lapsedByRows += micros;
            lapsesByRows++;
            if (!lapse.equals("lapse-" + number + "-" + lapsesByRows) || expiresAt == null || at < expiresAt) {
                findings.add(what + " of " + Instant.ofEpochMilli(at) + " is the expiry " + lapse + " of " + name
                        + ", which expires "
                        + (expiresAt == null ? "never" : "at " + Instant.ofEpochMilli(expiresAt)));
            }
        }
    }

    void compare(Findings findings) {
        findings.same(name + " was given", credits, "its entries give", given);
        findings.same(name + " has left", left, "its calls and entries leave", leftByRows);
        findings.same(name + " has lapsed credits of", lapsed, "its entries have", lapsedByRows);
        if (lapses != lapsesByRows) {
            findings.add(name + " has lapsed " + lapses + " times, its entries say " + lapsesByRows);
        }
        if (endedAt != null && (left != 0 || endedAt < createdAt)) {
            findings.add(name + " of " + Instant.ofEpochMilli(createdAt) + " has ended at "
                    + Instant.ofEpochMilli(endedAt) + " and has left " + Findings.credits(left));
        }
        windows.forEach(window -> window.compare(this, findings));
        months.forEach((startsAt, paid) -> findings.add(name + " has paid " + Findings.credits(paid)
                + " by its calls in the month from " + Instant.ofEpochMilli(startsAt)
                + ", for which it has no row"));
    }

    /**
     * A limit's windows by the calls that a grant paid, in the order of their ends. A payment within a minute before a window's end may count in the next one:
     * a server whose clock was ahead had turned the window.
     */
    private static final class Window {

        private final long hours;
        private final long limit;
        private final long usedWindow;
        private final long used;
        private long number;
        private long sum;
        private long lateSum;
        private long surely;
        private long perhaps;
        private boolean isBeyond;

        Window(String limit, String used) {
            hours = Long.parseLong(limit.substring(0, limit.indexOf(':')));
            this.limit = Long.parseLong(limit.substring(limit.indexOf(':') + 1));
            usedWindow = Long.parseLong(used.substring(0, used.indexOf(':')));
            this.used = Long.parseLong(used.substring(used.indexOf(':') + 1));
        }

        void pays(long at, long micros, CheckedGrant grant, Findings findings) {
            long millis = hours * HOUR_MILLIS;
            long its = Math.max(0, Math.floorDiv(at - grant.startsAt, millis));
            boolean isLate = Math.floorMod(at - grant.startsAt, millis) >= millis - Check.APART_MILLIS;
            if (its > number) {
                turn(its, grant, findings);
            }
            sum += micros;
            lateSum += isLate ? micros : 0;
            surely += its >= usedWindow ? micros : 0;
            perhaps += its >= usedWindow || isLate && its == usedWindow - 1 ? micros : 0;
            isBeyond |= its > usedWindow;
        }

        /** Begins a later window. The next one gets what is beyond the limit of this one and may belong there. */
        private void turn(long next, CheckedGrant grant, Findings findings) {
            sum = beyond(grant, findings);
            lateSum = 0;
            number++;
            if (next > number) {
                beyond(grant, findings);
                sum = 0;
                number = next;
            }
        }

        private long beyond(CheckedGrant grant, Findings findings) {
            long beyond = Math.max(0, sum - limit);
            if (beyond > lateSum) {
                findings.add(grant.name + " has paid " + Findings.credits(sum) + " in window " + number + " of " + hours
                        + " hours, its limit is " + Findings.credits(limit));
                return 0;
            }
            return beyond;
        }

        void compare(CheckedGrant grant, Findings findings) {
            turn(number + 1, grant, findings);
            beyond(grant, findings);
            if (used < surely || used > perhaps || isBeyond) {
                findings.add(grant.name + " has used " + Findings.credits(used) + " in window " + usedWindow + " of "
                        + hours + " hours, its calls " + Findings.credits(surely));
            }
        }
    }
}
