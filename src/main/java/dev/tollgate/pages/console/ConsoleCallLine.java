package dev.tollgate.pages.console;

import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.pages.dashboard.CallLine;
import dev.tollgate.pages.frame.Texts;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Objects;

/** A call as a line of a table, written out. */
public record ConsoleCallLine(
        String id,
        String accountId,
        String account,
        String time,
        String fullTime,
        String model,
        String key,
        String state,
        String badge,
        String in,
        String out,
        String took,
        String credits,
        String exact) {

    static ConsoleCallLine of(CallRow call, String accountId, String account, ZoneId zone) {
        CallRow.Tokens tokens = call.tokens();
        Duration took = call.took();
        boolean isPriced = call.pricingJson() != null; // else what was used is not known
        return new ConsoleCallLine(
                call.id(),
                accountId,
                account,
                Texts.time(call.startedAt(), zone),
                Texts.fullTime(call.startedAt(), zone),
                call.modelId(),
                Objects.requireNonNullElse(call.keyName(), call.keyId()),
                CallLine.state(call),
                CallLine.badge(call),
                isPriced ? Texts.number(tokens.prompt()) : "–",
                isPriced ? Texts.number(tokens.completion()) : "–",
                took == null ? "–" : Texts.took(took.toMillis()),
                call.endedAt() == null ? "–" : Texts.charge(call.chargeMicros()),
                call.endedAt() == null ? "not charged yet" : Texts.exact(call.chargeMicros()) + " credits");
    }
}
