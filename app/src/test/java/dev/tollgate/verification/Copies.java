package dev.tollgate.verification;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.accounts.OperatorAccounts;
import dev.tollgate.storage.Database;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Copies of the books of a real run: an account with a call of each kind, among them {@code plain} (gemini-2.5-pro), {@code units}
 * (google/…), {@code failed}, {@code left}, {@code cut} (its hold charged whole), {@code short} (a shortfall), {@code back} (refunded in part, its account corrected), and {@code open}, which
 * was still running.
 */
final class Copies implements AutoCloseable {

    private static final String CALL = """
            {"model":"%s",%s"stream":true,"messages":[{"role":"user","content":"%s %s"}]}""";
    private static final long FOREVER_MILLIS = 600_000;

    private final Path original;
    private final Map<String, String> ids = new HashMap<>();

    /** @param folder for the original */
    Copies(Path folder) {
        original = folder.resolve("original.db");
        try (Gateway gateway = Gateway.start()) {
            calls(gateway);
            try (RawCall open = call(gateway, "open", "10", "")) {
                open.readUntil("begun");
                Gateway.await( // it may be said before its hold is written
                        "the open call",
                        () -> gateway.number(
                                        "SELECT COUNT(*) FROM open_hold WHERE account_id = '" + ids.get("open") + "'")
                                > 0);
                findCalls(gateway);
                correct(gateway);
                try (Database reading = Database.openReading(gateway.data())) {
                    reading.backupTo(original);
                }
            }
        }
    }

    private void calls(Gateway gateway) {
        gateway.script(UpstreamScript.answers()
                .whenAsked("plain")
                .text("Hello.", new Tokens(1000, 500, 200))
                .finish("STOP", new Tokens(1000, 500, 200))
                .next()
                .whenAsked("back")
                .text("Hello.", new Tokens(1000, 500, 200))
                .finish("STOP", new Tokens(1000, 500, 200))
                .next()
                .whenAsked("units")
                .text("Hello.", new Tokens(1001, 500, 200))
                .finish("STOP", new Tokens(1001, 500, 200))
                .next()
                .whenAsked("failed")
                .status(500)
                .next()
                .whenAsked("left")
                .text("begun", new Tokens(1000, 700, 0))
                .delay(FOREVER_MILLIS)
                .next()
                .whenAsked("open")
                .text("begun", new Tokens(1000, 700, 0))
                .delay(FOREVER_MILLIS)
                .next()
                .whenAsked("cut")
                .text("long ".repeat(900), new Tokens(100, 5000, 0))
                .finish("STOP", new Tokens(100, 5000, 0))
                .next()
                .whenAsked("short")
                .text("Hello.", new Tokens(60_000, 10, 0))
                .finish("STOP", new Tokens(60_000, 10, 0)));
        call(gateway, "plain", "10", "").readUntil("[DONE]");
        callOf(gateway, "google/gemini-2.5-pro", "units", "10", "\"max_tokens\":1000,")
                .readUntil("[DONE]");
        call(gateway, "failed", "10", "").readUntil("upstream_error");
        call(gateway, "cut", "0.505", "").readUntil("[DONE]");
        call(gateway, "short", "1", "\"max_tokens\":100,").readUntil("[DONE]");
        try (RawCall left = call(gateway, "left", "10", "")) {
            left.readUntil("begun");
        }
        call(gateway, "back", "10", "").readUntil("[DONE]");
        gateway.assertBooksAreClosed();
    }

    /** What an operator corrects afterwards. */
    private void correct(Gateway gateway) {
        OperatorAccounts deeds = gateway.app().administration().deeds();
        By by = By.of(Actor.COMMAND, "a test");
        try {
            deeds.refund(by, ids.get("back.call"), 100_000);
            deeds.refund(by, ids.get("back.call"), 80_000);
            deeds.adjust(by, ids.get("back"), -2_000_000);
            deeds.adjust(by, ids.get("back"), 1_000_000);
            deeds.reverse(by, ids.get("back"), 3_000_000);
        } catch (ApiException e) {
            throw new AssertionError(e);
        }
    }

    private void findCalls(Gateway gateway) {
        for (String what : List.copyOf(ids.keySet())) {
            if (what.indexOf('.') < 0) {
                ids.put(
                        what + ".call",
                        gateway.text(
                                "SELECT id FROM (SELECT id, account_id FROM call UNION ALL SELECT id, account_id FROM open_hold) AS calls WHERE account_id = '"
                                        + ids.get(what) + "'"));
            }
        }
    }

    private RawCall call(Gateway gateway, String what, String credits, String more) {
        return callOf(gateway, "gemini-2.5-pro", what, credits, more);
    }

    private RawCall callOf(Gateway gateway, String model, String what, String credits, String more) {
        Customer customer = gateway.customer(credits);
        ids.put(what, customer.account());
        ids.put(what + ".key", customer.keyId());
        // Counted by its characters and reported by its bytes: only such a call falls short (D53).
        String prompt = what.equals("short") ? "x".repeat(60_000) : Prompts.LONG;
        return customer.chatRaw(CALL.formatted(model, more, what, prompt));
    }

    /** The text with {@code {plain}} for that account's id, {@code {plain.key}} for its key's, and {@code {plain.call}} for its call's. */
    String named(String text) {
        String named = text;
        for (Map.Entry<String, String> id : ids.entrySet()) {
            named = named.replace("{" + id.getKey() + "}", id.getValue());
        }
        return named;
    }

    /** The other way round. */
    String unnamed(String text) {
        String unnamed = text;
        for (Map.Entry<String, String> id : ids.entrySet()) {
            unnamed = unnamed.replace(id.getValue(), "{" + id.getKey() + "}");
        }
        return unnamed.replaceAll("day from [0-9TZ:-]+", "day from {day}")
                .replaceAll("hour from 2[0-9TZ:-]+", "hour from {hour}");
    }

    /** Returns the number that a query finds in the original. */
    long number(String sql) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + original);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(named(sql))) {
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** A data folder of its own, changed by these statements, without the checks of the tables. */
    Path tampered(Path folder, String... statements) {
        Path copy = folder.resolve("tollgate.db");
        try {
            Files.createDirectories(folder);
            Files.copy(original, copy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA ignore_check_constraints = 1");
            statement.execute("PRAGMA foreign_keys = 0");
            for (String sql : statements) {
                if (statement.executeUpdate(named(sql)) < 1) {
                    throw new AssertionError("nothing changed: " + sql);
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(String.join("; ", statements), e);
        }
        return folder;
    }

    @Override
    public void close() {
        try {
            Files.delete(original);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
