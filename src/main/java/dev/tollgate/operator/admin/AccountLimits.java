package dev.tollgate.operator.admin;

import dev.tollgate.books.ledger.SpendLimits;
import dev.tollgate.http.limits.Rates;

/** The limits that all keys of an account share: rates and spend. */
public record AccountLimits(Rates rates, SpendLimits spend) {

    AdminJson json() {
        return new AdminJson()
                .number("requests", rates.requests())
                .number("tokens", rates.tokens())
                .number("concurrency", rates.concurrency())
                .object(
                        "spend",
                        new AdminJson()
                                .credits("hour", spend.hourMicros())
                                .credits("day", spend.dayMicros())
                                .credits("total", spend.totalMicros()));
    }
}
