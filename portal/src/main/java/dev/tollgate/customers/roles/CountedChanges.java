package dev.tollgate.customers.roles;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.allowances.Allowances.Allowance;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The commits of changes that an organization makes of itself: each is a row of its log for good, so they are limited to {@value #DAY_MAX} a day.
 * Changes of the operator do not count. Thread-safe; blocks.
 */
public record CountedChanges(Writer writer, Allowances allowances) {

    public static final int DAY_MAX = 1_000;

    /** The actions that always work and do not count: each ends what another change began. */
    private static final Set<String> ALWAYS = Set.of("member.remove", "member.leave", "team.leave");

    private static final Duration DAY = Duration.ofDays(1);

    /**
     * Commits a change, and counts it if the log gets a row.
     *
     * @param unit with what {@link Acting#act} returned
     * @throws ApiException a 429 if the organization has made {@value #DAY_MAX} changes within a day; nothing is written
     */
    public void commit(Acting by, List<Change> unit) {
        List<AccountLog.Act> acts = unit.stream()
                .filter(AccountLog.Act.class::isInstance)
                .map(AccountLog.Act.class::cast)
                .toList();
        if (by.isOperator() || acts.stream().allMatch(act -> ALWAYS.contains(act.action()))) {
            writer.commitAndWait(Unit.of(unit));
            return;
        }
        Allowance day = allowances.of("organization.changes", by.accountId(), DAY_MAX, DAY);
        Duration wait = allowances.wait(List.of(day));
        if (wait.isPositive()) {
            throw tooMany(wait);
        }
        List<Change> counted = new ArrayList<>(unit);
        counted.add(allowances.counting(day, () -> acts.stream().anyMatch(AccountLog.Act::outcome)));
        try {
            writer.commitAndWait(Unit.of(counted));
        } catch (StoreException e) {
            throw e.getCause() instanceof Allowances.UsedUp used ? tooMany(used.left()) : e;
        }
    }

    private static ApiException tooMany(Duration wait) {
        return ApiError.of(
                        ErrorCode.RATE_LIMIT_EXCEEDED,
                        sentence(
                                "The organization has made {changes} changes within a day, which is the maximum. Try again in {minutes} minutes."
                                        + " You can still disable and delete keys and remove members.",
                                Long.toString(DAY_MAX),
                                Long.toString(Math.max(1, wait.toMinutes()))))
                .retryAfter(wait)
                .asException();
    }
}
