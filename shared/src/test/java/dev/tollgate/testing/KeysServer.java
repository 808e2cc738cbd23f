package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.tasks.Tasks;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.keys.Allowlist;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.storage.Database;
import dev.tollgate.verification.Audit;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A server with accounts and their keys: one of the halves, or the whole program. */
public abstract class KeysServer extends RunningServer {

    protected KeysServer(Launch launch, @Nullable InstantSource ownClock) {
        super(launch, ownClock);
    }

    /** Makes an account. @return its id */
    public abstract String createAccount(long micros);

    /** Makes a key. The settings are checked already. */
    public abstract KeyResult.Made createKey(String account, KeySettings settings);

    /** Returns the number of calls that are not resolved yet. */
    protected abstract int openCalls();

    /** What was decided before is in the tables after this: a commit that is waited for takes it along. */
    public void writeWhatRides() {
        customer("0");
    }

    /** An account of its own with one key. */
    public Customer customer(String credits) {
        return customer(credits, KeyOptions.NONE);
    }

    public Customer customer(String credits, KeyOptions options) {
        try {
            long micros = new BigDecimal(credits).movePointRight(6).longValueExact();
            String account = createAccount(micros);
            KeyResult.Made key = createKey(account, options.choice());
            return new Customer(this, account, key.key().id(), key.secret());
        } catch (ApiException e) {
            throw new AssertionError(e);
        }
    }

    /** What a key is made with; amounts are credits, null: no limit. */
    public record KeyOptions(String hour, String day, String total, List<String> allow, Long perMinute) {

        public static final KeyOptions NONE = new KeyOptions(null, null, null, List.of(), null);

        public static KeyOptions spend(String hour, String day, String total) {
            return new KeyOptions(hour, day, total, List.of(), null);
        }

        public static KeyOptions allow(String... ranges) {
            return new KeyOptions(null, null, null, List.of(ranges), null);
        }

        public static KeyOptions perMinute(int requests) {
            return new KeyOptions(null, null, null, List.of(), (long) requests);
        }

        public KeySettings choice() {
            SpendLimits spend = new SpendLimits(micros(hour), micros(day), micros(total));
            return KeySettings.named("test")
                    .withSpend(spend)
                    .withAllow(Allowlist.of(allow))
                    .withRates(new CallLimits(perMinute, null, null));
        }

        private static Long micros(String credits) {
            return credits == null
                    ? null
                    : new BigDecimal(credits).movePointRight(6).longValueExact();
        }
    }

    /** Returns the cost of each attempt of a call, as the operator reads it. */
    public String costs(String id) {
        String account = text("SELECT account_id FROM call WHERE id = '" + id + "'");
        try (Database reading = reading()) {
            return String.valueOf(
                    new Tasks(reading).find(account, id).orElseThrow().costsJson());
        }
    }

    /** Makes a key one of a member, of a team, or of a member in a team, as if it had been made so. @param member empty for none @param team empty for none */
    public void own(String keyId, String member, String team) {
        execute("UPDATE api_key SET member_id = '" + member + "', team_id = '" + team + "' WHERE id = '" + keyId + "'");
    }

    /** Once no call runs any more, everything must add up and nothing may be held. */
    public void assertBooksAreClosed() {
        await("calls", () -> openCalls() == 0); // whose hold may not be in the tables yet
        await("holds", () -> number("SELECT COALESCE(SUM(reserved_micros), 0) FROM account") == 0);
        assertIsCoherent();
        if (number("SELECT COUNT(*) FROM open_hold") > 0) {
            throw new AssertionError("a call is open although nothing is held");
        }
        assertThat(differences()).isEmpty();
    }

    /** Over one snapshot: between two questions more may be written. */
    private void assertIsCoherent() {
        query(session -> {
            int usual = session.getTransactionIsolation();
            session.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            session.setAutoCommit(false);
            try {
                LedgerChecks.assertCoherent(sql -> number(session, sql));
            } finally {
                session.setAutoCommit(true);
                session.setTransactionIsolation(usual);
            }
            return null;
        });
    }

    private static long number(Connection connection, String sql) {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : 0;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns what {@code ledger verify} finds while the program runs. */
    public List<String> differences() {
        List<String> differences = new ArrayList<>();
        try (Database reading = reading()) {
            new Audit(reading).run(differences::add, (subject, rows) -> {});
        }
        return differences;
    }

    public JsonNode credits() {
        return get("/v1/credits").json().get("data");
    }
}
