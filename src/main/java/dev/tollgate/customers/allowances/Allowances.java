package dev.tollgate.customers.allowances;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.SecretBox;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;

/** Names allowances and uses them. Thread-safe; {@link #wait} and {@link #use} block. */
public final class Allowances {

    private static final int PRINT_BYTES = 16;

    private final Database database;
    private final SecretBox secrets;
    private final InstantSource clock;

    public Allowances(Database database, SecretBox secrets, InstantSource clock) {
        this.database = database;
        this.secrets = secrets;
        this.clock = clock;
    }

    /** Goes before the parts whose changes depend on it. */
    public static Part<?> part() {
        return new AllowancePart();
    }

    /** @param kind what may be done; @param whose a person, an account or a network; it is not stored in clear */
    public Allowance of(String kind, String whose, int most, Duration window) {
        byte[] print = secrets.print("allowance " + kind, whose.getBytes(StandardCharsets.UTF_8));
        return new Allowance(kind + " " + HexFormat.of().formatHex(print, 0, PRINT_BYTES), most, window);
    }

    /** A change that uses one of each, to be put before those that depend on it. */
    public Use using(List<Allowance> allowances) {
        return new Use(allowances, clock.instant());
    }

    /** Uses one of each in a commit of its own. @return how long to wait; zero if they were used */
    public Duration use(Writer writer, List<Allowance> allowances) {
        Duration wait = wait(allowances);
        if (wait.isPositive()) {
            return wait;
        }
        Use use = using(allowances);
        writer.commitAndWait(Unit.of(use));
        return use.outcome();
    }

    /** Returns how long a use would have to wait now, zero for not at all: what is refused by this causes no commit. */
    public Duration wait(List<Allowance> allowances) {
        long now = clock.millis();
        return database.read(sql -> {
            long waitMillis = 0;
            for (Allowance allowance : allowances) {
                AllowancePart.Used used = sql.one(AllowancePart.FIND, AllowancePart::used, allowance.name());
                if (used != null && used.times() >= allowance.most()) {
                    waitMillis = Math.max(waitMillis, used.endsAtMillis() - now);
                }
            }
            return Duration.ofMillis(Math.max(0, waitMillis));
        });
    }
}
