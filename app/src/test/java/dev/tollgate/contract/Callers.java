package dev.tollgate.contract;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.keys.Allowlist;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.Commands;
import dev.tollgate.testing.Gateway;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys of callers that are refused for one reason each. */
final class Callers {

    private static final long CREDIT = 1_000_000;

    private final Commands commands;

    Callers(Gateway gateway) {
        this.commands = gateway.commands();
    }

    String poor() {
        return key(0, SpendLimits.NONE, List.of(), null);
    }

    String fromElsewhere() {
        return key(CREDIT, SpendLimits.NONE, List.of("192.0.2.0/24"), null);
    }

    String once() {
        return key(100 * CREDIT, SpendLimits.NONE, List.of(), 1L);
    }

    /** One that has a total spend limit of a ten-thousandth credit. */
    String thrifty() {
        return key(100 * CREDIT, new SpendLimits(null, null, CREDIT / 10_000), List.of(), null);
    }

    private String key(long creditsMicros, SpendLimits spend, List<String> allow, @Nullable Long requestsPerMinute) {
        Account account = commands.createAccount("A caller", creditsMicros);
        KeySettings choice = KeySettings.named("A key")
                .withSpend(spend)
                .withAllow(Allowlist.of(allow))
                .withRates(new CallLimits(requestsPerMinute, null, null));
        return commands.createKey(account.id(), choice).secret();
    }
}
