package dev.tollgate.stress;

import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.storage.Database;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.verification.Audit;
import dev.tollgate.verification.Audit.Progress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Compares the books after a crash with what both sides of the gateway know. Reads the tables without the program and returns a sentence for
 * each difference.
 */
final class CrashBooks {

    private static final Progress QUIETLY = (what, count) -> {};

    /** What the books say of one call. */
    record Row(
            String id,
            CallPlan.Wallet wallet,
            CallEnd end,
            String errorCode,
            long chargedMicros,
            long heldMicros,
            int promptTokens,
            int imageTokens) {

        private TaskStatus status() {
            return end.status();
        }

        /** The task that this charge belongs to. */
        private int number() {
            int requests = Math.max(1, imageTokens / CallPlan.IMAGE_TOKENS);
            return promptTokens / requests - CallPlan.PROMPT_TOKENS_LEAST;
        }
    }

    private final CrashDatabase database;
    private final List<String> problems = new ArrayList<>();

    CrashBooks(CrashDatabase database) {
        this.database = database;
    }

    /** @param accounts of this trial */
    List<String> compare(
            Map<CallPlan.Wallet, String> accounts, List<CrashCaller.Heard> calls, CrashFarSide farSide, Totals totals) {
        try (Connection connection = database.connect()) {
            checkTheWhole(connection);
            List<Row> rows = rows(connection, accounts);
            rows.forEach(totals::count);
            String ours = "account_id IN ('" + String.join("', '", accounts.values()) + "')";
            totals.byGrants = (int)
                    CrashDatabase.number(connection, "SELECT COUNT(*) FROM call WHERE paid_by IS NOT NULL AND " + ours);
            totals.lapses = (int) CrashDatabase.number(
                    connection, "SELECT COUNT(*) FROM entry WHERE request_id LIKE 'lapse-%' AND " + ours);
            compare(rows, calls, farSide);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return problems;
    }

    /** What is charged by now: the calls' numbers and rows. */
    Map<Integer, Row> charged(Map<CallPlan.Wallet, String> accounts) {
        try (Connection connection = database.connect()) {
            return rows(connection, accounts).stream()
                    .filter(row -> row.chargedMicros > 0)
                    .collect(Collectors.toMap(Row::number, row -> row, (one, other) -> one));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a trial has seen, for the record. */
    static final class Totals {
        int tasks;
        int charged;
        int expired;
        int byGrants;
        int lapses;
        long micros;

        private void count(Row row) {
            tasks++;
            charged += row.chargedMicros > 0 ? 1 : 0;
            expired += row.end == CallEnd.ABANDONED ? 1 : 0;
            micros += row.chargedMicros;
        }
    }

    // ---- the tables alone ----

    /** Returns what is wrong in the books while calls run: a difference, or a budget that is exceeded. */
    List<String> compareNow() {
        try (Connection connection = database.connect()) {
            verify(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return problems;
    }

    private void verify(Connection connection) {
        try (Database reading = database.openReading()) {
            new Audit(reading).run(difference -> problems.add("ledger verify: " + difference), QUIETLY);
        }
        none(connection, "exceeded budgets", LedgerChecks.EXCEEDED_BUDGETS);
    }

    private void checkTheWhole(Connection connection) {
        verify(connection);
        try {
            LedgerChecks.assertCoherent(sql -> CrashDatabase.number(connection, sql));
        } catch (AssertionError e) {
            problems.add("the ledger: " + e.getMessage());
        }
        none(connection, "open reservations", "open_hold");
        none(connection, "held credits", "account WHERE reserved_micros <> 0");
        none(connection, "keys at work", "kept_answer WHERE state = 'running'");
        none(
                connection,
                "accounts whose kept answers are miscounted",
                "answer_share WHERE bytes <> (SELECT COALESCE(SUM(bytes), 0) FROM kept_answer"
                        + " WHERE state = 'kept' AND kept_answer.account_id = answer_share.account_id)");
        none(
                connection,
                "kept answers of calls that have not ended",
                "kept_answer WHERE state = 'kept' AND NOT EXISTS (SELECT 1 FROM call WHERE call.id = task_id)");
    }

    private void none(Connection connection, String what, String where) {
        long found = CrashDatabase.number(connection, "SELECT COUNT(*) FROM " + where);
        if (found != 0) {
            problems.add(found + " " + what);
        }
    }

    private static List<Row> rows(Connection connection, Map<CallPlan.Wallet, String> accounts) throws SQLException {
        List<Row> rows = new ArrayList<>();
        for (Map.Entry<CallPlan.Wallet, String> account : accounts.entrySet()) {
            rows.addAll(rows(connection, account.getKey(), account.getValue()));
        }
        return rows;
    }

    private static List<Row> rows(Connection connection, CallPlan.Wallet wallet, String account) throws SQLException {
        String sql = """
                SELECT id, ending, COALESCE(error_code, ''), charged_micros, held_micros, COALESCE(prompt_tokens, -1),
                    COALESCE(output_image_tokens, 0)
                FROM call WHERE account_id = ?""";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, account);
            List<Row> rows = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    rows.add(new Row(
                            row.getString(1),
                            wallet,
                            CallEnd.parse(row.getString(2)),
                            row.getString(3),
                            row.getLong(4),
                            row.getLong(5),
                            row.getInt(6),
                            row.getInt(7)));
                }
            }
            return rows;
        }
    }

    // ---- held against both sides ----

    private void compare(List<Row> rows, List<CrashCaller.Heard> calls, CrashFarSide farSide) {
        Map<Integer, List<CrashCaller.Heard>> byNumber = calls.stream()
                .collect(Collectors.groupingBy(heard -> heard.plan().number()));
        Map<Integer, Row> charged = new HashMap<>();
        Map<String, Row> byId = new HashMap<>();
        for (Row row : rows) {
            byId.put(row.id, row);
            checkRow(row);
            if (row.chargedMicros > 0) {
                int number = row.number();
                List<CrashCaller.Heard> heard = byNumber.getOrDefault(number, List.of());
                check(
                        heard.stream().anyMatch(one -> one.plan().wallet() == row.wallet),
                        row,
                        "charged, but nobody has called");
                check(charged.put(number, row) == null, row, "call " + number + " is charged twice");
                if (!heard.isEmpty()) {
                    checkCharge(row, heard, farSide);
                }
            }
        }
        calls.forEach(heard -> checkHeard(heard, byId));
    }

    private void checkRow(Row row) {
        boolean isFailed = row.status() == TaskStatus.FAILED;
        check(!isFailed || row.chargedMicros == 0, row, "it has failed and is charged");
        check(isFailed != row.errorCode.isEmpty(), row, "it has failed without a reason, or has not failed with one");
        check(row.chargedMicros == 0 || row.promptTokens >= 0, row, "it is charged without a price");
        check(row.status() != TaskStatus.COMPLETED || row.chargedMicros > 0, row, "it is completed and was free");
    }

    /** @param heard by all who have asked for it */
    private void checkCharge(Row row, List<CrashCaller.Heard> heard, CrashFarSide farSide) {
        CallPlan plan = heard.getFirst().plan();
        int said = farSide.eventsSaid(plan); // at most
        check(said > 0, row, "charged, but the far side has not answered");
        check(
                !heard.stream().allMatch(one -> one.ending() == CrashCaller.Ending.REFUSED),
                row,
                "charged, but its caller was shown an error");
        boolean isShort = row.wallet != CallPlan.Wallet.RICH;
        boolean isCut = isShort && row.chargedMicros == row.heldMicros;
        // An answer cut within a piece costs its whole hold, which holds the prompt at its bound where no count was
        // reported (D46).
        long mostMicros = isCut ? row.heldMicros : plan.micros(said);
        check(row.chargedMicros <= mostMicros, row, "charged for more than the far side has said");
        if (row.status() == TaskStatus.COMPLETED && !isShort) {
            int whole = row.chargedMicros == plan.micros(plan.events()) ? plan.events() : plan.eventsWhole();
            check(said >= whole, row, "completed, but the far side had not finished");
            check(row.chargedMicros == plan.micros(whole), row, "a completed answer at the wrong price");
        } else if (row.status() == TaskStatus.CANCELLED) {
            check(
                    heard.stream().anyMatch(one -> one.ending() == CrashCaller.Ending.LEFT),
                    row,
                    "cancelled, but its caller had not left");
            check(!plan.isKeyed(), row, "cancelled, although its caller may come back (D35)");
            check(isPartOf(plan, row, said), row, "no part of the answer costs this");
        }
    }

    private static boolean isPartOf(CallPlan plan, Row row, int said) {
        if (row.chargedMicros == row.heldMicros) {
            return true; // never above the hold
        }
        for (int events = 1; events <= said; events++) {
            if (plan.micros(events) == row.chargedMicros) {
                return true;
            }
        }
        return false;
    }

    private void checkHeard(CrashCaller.Heard heard, Map<String, Row> byId) {
        String call = "call " + heard.plan().number();
        if (heard.ending() == CrashCaller.Ending.MUTILATED) {
            problems.add(call + " ended in order and yet is not whole");
        }
        Row row = byId.get(heard.taskId());
        if (heard.ending() == CrashCaller.Ending.REFUSED && row != null) {
            check(row.chargedMicros == 0, row, "charged, but " + call + " was torn off with an error");
        }
        if (heard.ending() != CrashCaller.Ending.WHOLE) {
            return;
        }
        if (row == null) {
            problems.add(call + " was answered whole and is not in the books");
            return;
        }
        check(row.status() == TaskStatus.COMPLETED, row, call + " was answered whole and is " + row.end);
        check(
                row.chargedMicros == heard.chargeMicros(),
                row,
                call + " printed " + heard.chargeMicros() + " micro-credits");
        check(row.number() == heard.plan().number(), row, call + " has another's task");
    }

    private void check(boolean isSo, Row row, String otherwise) {
        if (!isSo) {
            problems.add(otherwise + ": " + row);
        }
    }
}
