package dev.tollgate.books.rollups;

import java.util.Comparator;

/** A day (UTC) of an account, by its first millisecond. */
record AccountDay(String accountId, long startsAt) implements Comparable<AccountDay> {

    private static final Comparator<AccountDay> ORDER =
            Comparator.comparing(AccountDay::accountId).thenComparingLong(AccountDay::startsAt);

    @Override
    public int compareTo(AccountDay other) {
        return ORDER.compare(this, other);
    }
}
