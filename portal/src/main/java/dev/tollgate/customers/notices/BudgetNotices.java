package dev.tollgate.customers.notices;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Amount;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.budgets.SpentRule;
import dev.tollgate.customers.mail.Letter;
import dev.tollgate.customers.mail.Letters;
import dev.tollgate.customers.mail.Reader;
import dev.tollgate.customers.notices.NoticeRecord.AccountEvent;
import dev.tollgate.customers.notices.NoticeRecord.Fact;
import dev.tollgate.customers.rejections.RefusalBooks;
import dev.tollgate.customers.rejections.RefusedCall;
import dev.tollgate.customers.webhooks.WebhookEvent;
import dev.tollgate.storage.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tells owners and admins, the admins of a team and a member by mail, and webhooks, that a budget of theirs is used up to 50, 80 or 100 %: each step once in a window, over all
 * servers, and again for another limit. {@link SpentRule} says what 100 % is. Thread-safe; blocks.
 */
public final class BudgetNotices {

    public static final Duration EVERY = Duration.ofMinutes(1);

    private static final int ACCOUNTS_MAX = 100;
    private static final int ALL = 100;
    private static final List<Integer> STEPS = List.of(ALL, 80, 50);

    /** The mails a day to an address: a budget that is changed again and again begins its steps again. */
    private static final int MAILS_DAY = 200;

    /** The time back to which a sweep looks for accounts that spent or changed something; the first sweep of a process looks back further. */
    private static final Duration BACK = Duration.ofMinutes(10);

    private static final Duration FIRST_BACK = Duration.ofDays(1);

    private static final String ACCOUNTS = """
            SELECT id FROM account WHERE budgets_version > 0 AND id > ? AND blocked = 0 AND (last_number_at >= ? OR ? <= (
                SELECT created_at FROM account_log WHERE account_id = account.id ORDER BY number DESC LIMIT 1))
            ORDER BY id LIMIT ?""";
    private static final String NEAR = """
            SELECT w.owner, w.kind, w.starts_at, w.ends_at, w.charged_micros, n.fact, account.time_zone,
                COALESCE(own.limit_micros, shared.limit_micros) AS limit_micros, COALESCE(team.name, person.name, api_key.name, account.name) AS name
            FROM budget_window w JOIN account ON account.id = w.account_id
                LEFT JOIN budget own ON own.account_id = w.account_id AND own.owner = w.owner AND own.kind = w.kind
                LEFT JOIN budget shared ON own.owner IS NULL AND w.owner LIKE 'mem%' AND shared.account_id = w.account_id
                    AND shared.owner = 'each_member' AND shared.kind = w.kind
                LEFT JOIN told n ON n.owner = w.account_id AND n.kind = 'budget' AND n.subject = w.owner || ' ' || w.kind
                LEFT JOIN team ON team.id = w.owner LEFT JOIN api_key ON api_key.id = w.owner
                LEFT JOIN member ON member.id = w.owner LEFT JOIN person ON person.id = member.person_id
            WHERE w.account_id = ? AND w.starts_at <= ? AND w.ends_at > ?
                AND COALESCE(own.limit_micros, shared.limit_micros) IS NOT NULL""";
    private static final String IS_SAME =
            "SELECT 1 FROM budget WHERE account_id = ? AND owner IN (?, 'each_member') AND kind = ? AND limit_micros = ?";

    private final NoticeSender by;
    private final RefusalBooks refusals;
    private final Allowances allowances;

    /** True once a sweep has reached the end; used by one sweep at a time. */
    private boolean hasSwept;

    public BudgetNotices(NoticeSender by, RefusalBooks refusals, Allowances allowances) {
        this.by = by;
        this.refusals = refusals;
        this.allowances = allowances;
    }

    /**
     * A budget in its present window.
     *
     * @param name of the team, the member, the key or the organization
     * @param mailed the start of a window, a limit and the last step of them that was mailed; null for none
     */
    private record Used(
            String owner,
            SpendWindow window,
            long startsAt,
            long endsAt,
            long chargedMicros,
            long limitMicros,
            String name,
            ZoneId zone,
            @Nullable String mailed) {

        static Used of(ResultSet row) throws SQLException {
            return new Used(
                    row.getString("owner"),
                    SpendWindow.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                    row.getLong("starts_at"),
                    row.getLong("ends_at"),
                    row.getLong("charged_micros"),
                    row.getLong("limit_micros"),
                    row.getString("name"),
                    ZoneId.of(row.getString("time_zone")),
                    row.getString("fact"));
        }

        /** Returns the last step that was mailed in this window; -1 of another limit, and all if another server sees a later window already. */
        int mailedStep() {
            String[] parts = mailed == null ? new String[] {"0"} : mailed.split(" ");
            long start = Long.parseLong(parts[0]);
            if (start != startsAt || mailed == null) {
                return start >= endsAt ? ALL : 0;
            }
            return parts[1].equals(String.valueOf(limitMicros)) ? Integer.parseInt(parts[2]) : -1;
        }

        /** Returns the highest step that is reached; 0 for none. @param refused limits that have refused calls, and when last */
        int step(Map<String, Instant> refused) {
            Instant last = refused.get(RefusedCall.limit(owner, true, window, limitMicros));
            boolean hasRefused = last != null && last.toEpochMilli() >= startsAt;
            if ((limitMicros > 0 || hasRefused) && SpentRule.isSpent(chargedMicros, limitMicros, hasRefused)) {
                return ALL;
            }
            return STEPS.stream()
                    .filter(step -> SpentRule.isReached(chargedMicros, limitMicros, step))
                    .findFirst()
                    .orElse(0);
        }

        /** Returns the budget in words, such as {@code monthly budget of team Search}. */
        Sentence words() {
            String its = Letter.inLine(name, Letters.NAME_CHARS_MAX);
            if (owner.startsWith("team_")) {
                return switch (window) {
                    case HOUR -> sentence("hourly budget of team {name}", its);
                    case DAY -> sentence("daily budget of team {name}", its);
                    case WEEK -> sentence("weekly budget of team {name}", its);
                    case MONTH -> sentence("monthly budget of team {name}", its);
                    case TOTAL -> sentence("total budget of team {name}", its);
                };
            }
            if (owner.startsWith("key_")) {
                return switch (window) {
                    case HOUR -> sentence("hourly budget of key {name}", its);
                    case DAY -> sentence("daily budget of key {name}", its);
                    case WEEK -> sentence("weekly budget of key {name}", its);
                    case MONTH -> sentence("monthly budget of key {name}", its);
                    case TOTAL -> sentence("total budget of key {name}", its);
                };
            }
            return switch (window) {
                case HOUR -> sentence("hourly budget of {name}", its);
                case DAY -> sentence("daily budget of {name}", its);
                case WEEK -> sentence("weekly budget of {name}", its);
                case MONTH -> sentence("monthly budget of {name}", its);
                case TOTAL -> sentence("total budget of {name}", its);
            };
        }
    }

    /** Mails the steps that were reached and not mailed yet. */
    public synchronized void sweep() {
        Instant now = by.clock().instant();
        Instant since = now.minus(hasSwept ? BACK : FIRST_BACK);
        by.each(
                ACCOUNTS_MAX,
                after -> by.list(ACCOUNTS, row -> row.getString(1), after, since, since, ACCOUNTS_MAX),
                Function.identity(),
                account -> look(account, now));
        hasSwept = true;
    }

    private void look(String accountId, Instant now) {
        Map<String, Instant> refused = refusals.limits(accountId);
        for (Used budget : by.list(NEAR, Used::of, accountId, now, now)) {
            int step = budget.step(refused);
            if (step > budget.mailedStep()) {
                mail(accountId, budget, step, now);
            }
        }
    }

    private void mail(String accountId, Used budget, int step, Instant now) {
        String owner = budget.owner();
        by.tell(
                recordOf(accountId, budget, step, now),
                accountId,
                () -> (step == 0 ? List.<Reader>of() : Readers.of(by.database(), accountId, owner, owner))
                        .stream()
                                .filter(reader -> mayBeMailed(reader.address()))
                                .toList(),
                to -> letter(to, budget, step));
    }

    private boolean mayBeMailed(String to) {
        return allowances
                .use(by.writer(), List.of(allowances.of("mails.budgets", to, MAILS_DAY, Duration.ofDays(1))))
                .isZero();
    }

    private Letter letter(String to, Used budget, int step) {
        return by.letters()
                .budgetNear(
                        to,
                        budget.words(),
                        step,
                        new Amount(budget.chargedMicros()),
                        new Amount(budget.limitMicros()),
                        budget.endsAt() == Long.MAX_VALUE
                                ? null
                                : Instant.ofEpochMilli(budget.endsAt()).atZone(budget.zone()));
    }

    /** Makes a write that takes place if the limit is still the same. */
    private static NoticeRecord recordOf(String accountId, Used budget, int step, Instant now) {
        String window = budget.window().code();
        String id = budget.owner() + "_" + window + "_" + budget.startsAt() + "_" + step + "_" + budget.limitMicros()
                + "_" + now.toEpochMilli();
        AccountEvent event = new AccountEvent(
                accountId,
                id,
                WebhookEvent.BUDGET_THRESHOLD,
                now,
                WebhookEvent.ofBudget(budget.owner(), window, step, budget.chargedMicros(), budget.limitMicros()));
        String subject = budget.owner() + " " + window;
        String fact = budget.startsAt() + " " + budget.limitMicros() + " " + step;
        return new NoticeRecord(
                List.of(new Fact(accountId, "budget", subject, budget.mailed(), fact, step == 0 ? null : event))) {
            @Override
            protected Boolean run(Statements statements) throws SQLException {
                return statements.has(IS_SAME, accountId, budget.owner(), window, budget.limitMicros())
                        && super.run(statements);
            }
        };
    }
}
