package dev.tollgate.contract;

import dev.tollgate.operator.admin.AdminViews;
import dev.tollgate.operator.admin.Administration;
import dev.tollgate.operator.admin.Refused;
import dev.tollgate.testing.Gateway;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys of callers that are refused for one reason each. */
final class Callers {

    private static final long CREDIT = 1_000_000;

    private final Administration administration;

    Callers(Gateway gateway) {
        this.administration = gateway.app().administration();
    }

    String poor() throws Refused {
        return key(0, AdminViews.Spend.UNLIMITED, List.of(), null);
    }

    String fromElsewhere() throws Refused {
        return key(CREDIT, AdminViews.Spend.UNLIMITED, List.of("192.0.2.0/24"), null);
    }

    String once() throws Refused {
        return key(100 * CREDIT, AdminViews.Spend.UNLIMITED, List.of(), 1);
    }

    /** One that has a total spend limit of a ten-thousandth credit. */
    String thrifty() throws Refused {
        return key(100 * CREDIT, new AdminViews.Spend(null, null, CREDIT / 10_000), List.of(), null);
    }

    private String key(
            long creditsMicros, AdminViews.Spend spend, List<String> allow, @Nullable Integer requestsPerMinute)
            throws Refused {
        AdminViews.Account account = administration.createAccount("A caller", creditsMicros);
        AdminViews.KeyChoice choice =
                new AdminViews.KeyChoice("A key", AdminViews.Kind.API, spend, allow, requestsPerMinute);
        return administration.createKey(account.id(), choice).secret();
    }
}
