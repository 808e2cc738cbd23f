package dev.tollgate.customers.notices;

import dev.tollgate.storage.Decision;
import java.time.YearMonth;

/** Notes that the statement of a month goes out. The outcome says whether it did not before. */
final class SetMailed extends Decision<Boolean> {

    private final String accountId;
    private final YearMonth month;

    SetMailed(String accountId, YearMonth month) {
        this.accountId = accountId;
        this.month = month;
    }

    String accountId() {
        return accountId;
    }

    String month() {
        return month.toString();
    }

    void noted(boolean isNew) {
        decide(isNew);
    }
}
