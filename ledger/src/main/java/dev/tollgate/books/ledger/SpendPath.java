package dev.tollgate.books.ledger;

import dev.tollgate.base.error.Shortage.OfLimit.Spender;
import dev.tollgate.books.budgets.BudgetSql;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.grants.GrantsNow;
import dev.tollgate.books.ledger.SpendOwners.Limit;
import dev.tollgate.books.ledger.SpendOwners.SpendOwner;
import dev.tollgate.storage.sql.Reads;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A key's account, and the limits and budgets that a call of the key counts against at a time.
 *
 * @param ofKey charges and holds of the key since it was made, as its limits count them
 * @param refundedMicros what was refunded of these charges, if the key has an owner
 * @param limits the innermost owner's first, and of one owner the shortest window first
 * @param grants of the account
 * @param roomMicros the credits of the account that a call of any model could hold
 */
public record SpendPath(
        Account account,
        WindowUse ofKey,
        long refundedMicros,
        List<LimitUse> limits,
        GrantsNow grants,
        long roomMicros) {

    private static final String REFUNDED = """
            SELECT COALESCE(SUM(e.amount_micros), 0) FROM entry e JOIN call c ON c.id = e.task_id
            WHERE e.account_id = ? AND e.kind = 'refund' AND c.key_id = ?""";

    public SpendPath {
        limits = List.copyOf(limits);
    }

    /**
     * A limit or a budget on the path.
     *
     * @param zone of a budget's window; null for a limit, whose windows are of UTC
     * @param endsAt null for all time
     */
    public record LimitUse(
            Spender owner,
            SpendWindow window,
            @Nullable ZoneId zone,
            long limitMicros,
            WindowUse use,
            @Nullable Instant endsAt) {

        public long leftMicros() {
            return Math.max(0, limitMicros - use.micros());
        }
    }

    /** Returns what the account's balance and all limits leave for a call. */
    public long leftMicros() {
        return within(account.balance().balanceMicros());
    }

    /** Returns what a call of any model can use, within all limits: less than the balance if grants serve only some models or are limited. */
    public long usableMicros() {
        return within(roomMicros);
    }

    private long within(long micros) {
        long left = micros;
        for (LimitUse limit : limits) {
            left = Math.min(left, limit.leftMicros());
        }
        return left;
    }

    /** @param hold a call that would be made now @param isReal whether calls of this server cost money */
    static @Nullable SpendPath read(Reads sql, OpenHold hold, SpendLimits ofKey, boolean isReal) throws SQLException {
        Start start = sql.one(
                LedgerSql.SELECT_ACCOUNT + " WHERE id = ?",
                row -> new Start(LedgerSql.account(row), LedgerSql.limits(row), LedgerSql.budgetsVersion(row)),
                hold.accountId());
        if (start == null) {
            return null;
        }
        BudgetSql budgetSql = new BudgetSql(sql);
        boolean hasBudgets = start.budgetsVersion() > 0;
        Budgets budgets = hasBudgets ? budgetSql.read(hold.accountId(), start.budgetsVersion()) : Budgets.NONE;
        List<SpendOwner> owners = new SpendOwners().of(hold, ofKey, start.limits(), budgets);
        long atMillis = hold.createdAtMillis();
        Map<String, Map<SpendWindow, WindowUse>> ofLimits =
                Ledger.windows(sql, List.of(hold.keyId(), hold.accountId()), atMillis);
        Map<String, Map<SpendWindow, WindowUse>> ofBudgets = hasBudgets
                ? budgetSql.uses(hold.accountId(), hold.keyId(), hold.memberId(), hold.teamId(), atMillis)
                : Map.of();
        List<LimitUse> limits = new ArrayList<>();
        for (SpendOwner owner : owners) {
            owner.limits().stream()
                    .filter(limit -> limit.limitMicros() != Long.MAX_VALUE)
                    .sorted(Comparator.comparing(limit -> limit.window().kind()))
                    .map(limit -> use(owner, limit, limit.isBudget() ? ofBudgets : ofLimits, hold.createdAt()))
                    .forEach(limits::add);
        }
        GrantsNow grants = GrantsNow.read(sql, hold.accountId(), hold.createdAt());
        Account account = start.account();
        long hidden = isReal ? account.sandboxMicros() : 0;
        boolean isOwned = !hold.memberId().isEmpty() || !hold.teamId().isEmpty();
        return new SpendPath(
                account,
                of(ofLimits, hold.keyId(), SpendWindow.TOTAL),
                isOwned ? refundedMicros(sql, hold) : 0,
                limits,
                grants,
                grants.room(sql, hold.accountId(), account.balance().reservedMicros(), hidden, isReal));
    }

    private static long refundedMicros(Reads sql, OpenHold hold) throws SQLException {
        Long micros = sql.one(REFUNDED, row -> row.getLong(1), hold.accountId(), hold.keyId());
        return micros == null ? 0 : micros;
    }

    private record Start(Account account, SpendLimits limits, long budgetsVersion) {}

    private static LimitUse use(
            SpendOwner owner, Limit limit, Map<String, Map<SpendWindow, WindowUse>> uses, Instant at) {
        return new LimitUse(
                owner.spender(),
                limit.window().kind(),
                limit.zone(),
                limit.limitMicros(),
                of(uses, limit.window().ownerId(), limit.window().kind()),
                limit.endsAt(at));
    }

    private static WindowUse of(Map<String, Map<SpendWindow, WindowUse>> uses, String owner, SpendWindow window) {
        return uses.getOrDefault(owner, Map.of()).getOrDefault(window, WindowUse.NONE);
    }
}
