package dev.tollgate.contract;

import dev.tollgate.admin.Administration;
import dev.tollgate.admin.Records;
import dev.tollgate.admin.Refused;
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
        return key(0, Records.Spend.UNLIMITED, List.of(), null);
    }

    String fromElsewhere() throws Refused {
        return key(CREDIT, Records.Spend.UNLIMITED, List.of("192.0.2.0/24"), null);
    }

    String once() throws Refused {
        return key(100 * CREDIT, Records.Spend.UNLIMITED, List.of(), 1);
    }

    /** One that has a total spend limit of a ten-thousandth credit. */
    String thrifty() throws Refused {
        return key(100 * CREDIT, new Records.Spend(null, null, CREDIT / 10_000), List.of(), null);
    }

    private String key(long creditsMicros, Records.Spend spend, List<String> allow, @Nullable Integer requestsPerMinute)
            throws Refused {
        Records.Account account = administration.createAccount("A caller", creditsMicros);
        Records.KeyChoice choice = new Records.KeyChoice("A key", Records.Kind.API, spend, allow, requestsPerMinute);
        return administration.createKey(account.id(), choice).secret();
    }
}
