package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.tasks.Tasks;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.keys.Allowlist;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.operator.admin.Administration;
import dev.tollgate.portal.MoneyModule;
import dev.tollgate.portal.PeopleModule;
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

/** A server with accounts: the portal alone, or the whole program. */
public abstract class AccountsServer extends RunningServer {

    /** The admin key of the tests that choose one. */
    public static final String ADMIN_KEY = "admin-key-of-the-tests";

    protected AccountsServer(Launch launch, @Nullable InstantSource ownClock) {
        super(launch, ownClock);
    }

    /** Returns what an operator may do while the server runs. */
    public abstract Administration administration();

    /** Returns what people do here, and the mails that they get. */
    public abstract PeopleModule people();

    /** Returns the ways in which they pay. */
    public abstract MoneyModule money();

    /** Returns the number of calls that are not resolved yet. */
    protected abstract int openCalls();

    /** Lets calls be answered as the YAML list says; without the half that answers calls, its last usage is what they are charged for. */
    public abstract void script(String yaml);

    public void script(UpstreamScript script) {
        script(script.toString());
    }

    /** Returns the commands of the command line against this server. */
    public Commands commands() {
        return new Commands(administration());
    }

    /** Calls a model with the demo key. */
    public Reply chat(String body) {
        return post("/v1/chat/completions", body);
    }

    /** What was decided before is in the tables after this: a commit that is waited for takes it along. */
    public void writeWhatRides() {
        customer("0");
    }

    /** The counts of refusals are in the tables after this; else within a second. */
    public abstract void writeRefusals();

    /** An account of its own with one key. */
    public Customer customer(String credits) {
        return customer(credits, KeyOptions.NONE);
    }

    public Customer customer(String credits, KeyOptions options) {
        try {
            long micros = new BigDecimal(credits).movePointRight(6).longValueExact();
            String account = commands().createAccount("Test", micros).id();
            KeyResult.Made key = commands().createKey(account, options.choice());
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
        String owner = (member.isEmpty() ? "" : "\"member\":\"" + member + "\",")
                + (team.isEmpty() ? "" : "\"team\":\"" + team + "\",");
        execute("UPDATE account_log SET after_json = REPLACE(after_json, '\"prefix\":', '" + owner
                + "\"prefix\":') WHERE action = 'key.create' AND subject = '" + keyId + "'");
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

    /** Sets windows of an owner's budgets as the operator. @param windows members of JSON */
    public Reply setBudgets(String account, String owner, String windows) {
        String path = "/admin/accounts/" + account + "/budgets/" + owner;
        return send("PUT", path, "{" + windows + ",\"reason\":\"for a test\"}", ADMIN_KEY);
    }

    public JsonNode credits() {
        return get("/v1/credits").json().get("data");
    }
}
