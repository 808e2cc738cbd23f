package dev.tollgate.books.grants;

import dev.tollgate.books.grants.GrantSql.RunningReader;
import dev.tollgate.books.grants.PaidBy.Share;
import dev.tollgate.books.grants.WithheldGrant.ByLimits;
import dev.tollgate.storage.DatabaseClock;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The live grants of an account while a batch works on it, and the running calls that they may serve. It decides what a call may hold, what pays its
 * charge and what can leave, and changes the rows; the ledger moves the account's money by as much. The account's row is locked, so no other server
 * changes either. Running calls are read only if sums do not decide. Amounts are micro-credits. One thread: the writer's, or a read transaction's,
 * which only asks for the room of a call.
 */
public final class AccountGrants {

    /** The most live grants with something left that are given. */
    public static final int GIVEN_MAX = 32;

    /** The most live grants with something left, those that plans and refunds add included. */
    public static final int LIVE_MAX = GrantDraw.GRANTS_MAX;

    /** The time by which the clocks of two servers may differ: within it of an expiry or a start, sums do not decide. */
    private static final long CLOCKS_MILLIS = DatabaseClock.APART.toMillis();

    /**
     * The money in an account's row.
     *
     * @param hiddenMicros general credits that do not pay for this server's calls: the sandbox credits if these cost money
     */
    public record Money(long balanceMicros, long reservedMicros, long grantedMicros, long hiddenMicros) {

        /** Returns the general credits that pay for this server's calls, with what running calls hold. */
        long generalMicros() {
            return balanceMicros + reservedMicros - grantedMicros - hiddenMicros;
        }

        private Money withoutHidden() {
            return new Money(balanceMicros, reservedMicros, grantedMicros, 0);
        }
    }

    /**
     * A call at a time.
     *
     * @param model its id in the catalogue; null if it began when the account had nothing in grants: general credits alone pay it
     * @param createdAtMillis when its hold was made
     * @param heldMicros 0 for a call that begins
     * @param afterExpiry the parts that it holds since a grant that serves it has expired, of each such grant: the grant does not pay them (Z18)
     */
    public record Call(String id, @Nullable String model, long createdAtMillis, long heldMicros, PaidBy afterExpiry) {

        /** Makes a call that begins. */
        public static Call begun(String id, @Nullable String model, long createdAtMillis) {
            return new Call(id, model, createdAtMillis, 0, PaidBy.GENERAL);
        }
    }

    /** Reads the account's running calls that grants may serve, as the batch has left them. */
    @FunctionalInterface
    public interface RunningCalls {
        void read(RunningReader found) throws SQLException;
    }

    private final boolean isReal;
    private final List<GrantRow> rows = new ArrayList<>();
    private final GrantDraw draw;
    private final List<GrantRow> drawn = new ArrayList<>();
    private long firstExpiryMillis;
    private final Map<String, Long> servedBy = new HashMap<>();
    private @Nullable Map<String, Call> running;

    /**
     * @param found live, in any order
     * @param draw shared by all accounts of a writer
     * @param isReal whether calls of this server cost money: grants of the sandbox do not serve them
     */
    public AccountGrants(List<GrantRow> found, GrantDraw draw, boolean isReal) {
        rows.addAll(found);
        rows.sort(GrantRow.IN_ORDER);
        this.draw = draw;
        this.isReal = isReal;
    }

    /** Returns the rows of the batch in the order of payment: live ones, and those that it has ended. */
    public List<GrantRow> rows() {
        return rows;
    }

    public @Nullable GrantRow find(long number) {
        for (GrantRow row : rows) {
            if (row.number == number && row.isLive()) {
                return row;
            }
        }
        return null;
    }

    /** Returns the number of live grants with something left. */
    public int filled() {
        int count = 0;
        for (GrantRow row : rows) {
            count += row.leftMicros() > 0 ? 1 : 0;
        }
        return count;
    }

    public void add(GrantRow row) {
        rows.add(row);
        rows.sort(GrantRow.IN_ORDER);
    }

    /** Notes that the expiry of a grant was moved. */
    public void moved() {
        rows.sort(GrantRow.IN_ORDER);
    }

    /** Forgets the grants that have ended, and the running calls: the batch is written. */
    public void written() {
        rows.removeIf(row -> !row.isLive());
        rows.forEach(GrantRow::written);
        running = null;
    }

    /** Notes what a running call holds now. @param call with its model */
    public void holds(Call call, long atMillis) {
        if (running != null && call.model() != null) {
            running.put(call.id(), call);
        }
        for (GrantRow row : rows) {
            if (!row.limits.all().isEmpty() && row.isLive() && row.startsAtMillis <= atMillis) {
                row.use(atMillis, 0);
            }
        }
    }

    /** Notes that a call has ended. */
    public void ended(String id) {
        if (running != null) {
            running.remove(id);
        }
    }

    /** Returns whether a live grant has expired. */
    public boolean hasExpired(long atMillis) {
        for (GrantRow row : rows) {
            if (row.isLive() && row.hasExpired(atMillis)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the parts that a running call holds after the expiry of grants if it holds an amount more from now on. */
    public PaidBy afterExpiry(Call call, long moreMicros, long atMillis) {
        String model = call.model();
        if (model == null || !hasExpired(atMillis)) {
            return call.afterExpiry();
        }
        Map<Long, Long> parts = new LinkedHashMap<>(); // the earlier a grant has expired, the larger its part
        call.afterExpiry().shares().forEach(part -> parts.put(part.grant(), part.micros() + moreMicros));
        for (GrantRow row : rows) {
            if (row.isLive()
                    && row.hasExpired(atMillis)
                    && !row.hasExpired(call.createdAtMillis())
                    && row.models.cover(model)) {
                parts.putIfAbsent(row.number, moreMicros);
            }
        }
        return PaidBy.ofAll(parts);
    }

    /** Returns the most that a call may hold further for all holds to stay covered (Z15). Nothing of it is of a grant that has expired. */
    public long room(Call call, Money money, long atMillis, RunningCalls calls) throws SQLException {
        begin(money, atMillis, false);
        if (money.reservedMicros() == call.heldMicros()) {
            parts(call, draw::hold);
        } else if (call.model() != null && isUniform(atMillis)) {
            return draw.roomOfAll(money.reservedMicros());
        } else {
            addHolds(money, null, calls);
        }
        return draw.room(servesFurther(call, atMillis));
    }

    /** Returns the room of a call if no other ran. */
    public long roomAlone(Call call, Money money, long atMillis) {
        begin(money, atMillis, false);
        return draw.room(servesFurther(call, atMillis));
    }

    /**
     * Returns the limit for which a call is refused that could hold an amount without limits and without other calls; null if limits alone do not
     * withhold it.
     *
     * @param mayBeLess whether the amount is an upper bound: any that the limits give later may suffice
     */
    public @Nullable ByLimits byLimits(Call call, Money money, long micros, boolean mayBeLess, long atMillis) {
        begin(money, atMillis, false);
        long serves = servesFurther(call, atMillis);
        long without = Math.max(0, money.generalMicros());
        List<WithheldGrant> limited = new ArrayList<>();
        for (int i = 0; i < drawn.size(); i++) {
            GrantRow row = drawn.get(i);
            if ((serves >>> i & 1) != 0 && row.startsAtMillis <= atMillis) {
                without += row.leftMicros();
                limited.addAll(row.limited(atMillis));
            }
        }
        if (limited.isEmpty() || without < micros && !mayBeLess) {
            return null;
        }
        ByLimits most = null;
        long mostMicros = roomAlone(call, money, atMillis);
        limited.sort(Comparator.comparing(AccountGrants::endOf));
        for (WithheldGrant each : limited) {
            long room = roomAlone(call, money, endOf(each).toEpochMilli());
            if (room > mostMicros) {
                mostMicros = room;
                most = new ByLimits(each, endOf(each));
            }
            if (room >= micros) {
                return most;
            }
        }
        return mayBeLess && most != null ? most : without < micros ? null : new ByLimits(limited.getFirst(), null);
    }

    private static Instant endOf(WithheldGrant limited) {
        return ((WithheldGrant.Limited) limited.reason()).endsAt();
    }

    private long servesFurther(Call call, long atMillis) {
        return servedBy(call) & ~expired(atMillis);
    }

    /** Returns the first grant in the order of payment that does not give a call all that is left in it, with the reason; null if there is none. */
    public @Nullable WithheldGrant withheld(String model, long atMillis) {
        for (GrantRow row : rows) {
            WithheldGrant withheld = row.leftMicros() == 0 || row.hasExpired(atMillis) || isReal && row.isOfSandbox()
                    ? null
                    : row.withheld(model, atMillis);
            if (withheld != null) {
                return withheld;
            }
        }
        return null;
    }

    /** Returns what is left in grants that pay only for responses of the sandbox. */
    public long ofSandboxMicros() {
        long sum = 0;
        for (GrantRow row : rows) {
            sum += row.isOfSandbox() ? row.leftMicros() : 0;
        }
        return sum;
    }

    /**
     * Takes the shares of grants of a charge out of them, in the order of payment (Z16). General credits pay the rest. The call's hold is still among
     * what is reserved. If a sandbox has become real while calls run, credits of the sandbox pay, too, until they have ended: their holds were given on them.
     *
     * @param funds with the call's hold
     */
    public PaidBy pay(Call call, long micros, Money funds, long atMillis, RunningCalls calls) throws SQLException {
        if (call.model() == null || micros == 0) {
            return PaidBy.GENERAL;
        }
        boolean isCovered = isCovered(funds, atMillis, calls);
        Money money = isCovered ? funds : funds.withoutHidden();
        begin(money, atMillis, !isCovered);
        long others = money.reservedMicros() - call.heldMicros();
        if (others > money.generalMicros() - micros && !isUniform(atMillis)) {
            addHolds(money, call, calls);
        }
        long[] rest = {micros};
        parts(call, (serves, held) -> {
            long part = Math.min(rest[0], held);
            rest[0] -= part;
            draw.pay(serves, Math.min(part, draw.payable(serves)));
        });
        List<Share> shares = new ArrayList<>();
        for (int i = 0; i < drawn.size(); i++) {
            long share = draw.share(i);
            if (share > 0) {
                GrantRow row = drawn.get(i);
                row.add(-share);
                row.use(Math.max(atMillis, row.startsAtMillis), share);
                shares.add(new Share(row.number, share));
            }
        }
        return new PaidBy(shares);
    }

    /** Returns whether all holds are covered by what pays for this server's calls: not if a sandbox has become real while calls run. */
    private boolean isCovered(Money money, long atMillis, RunningCalls calls) throws SQLException {
        if (!isReal
                || money.reservedMicros() <= money.generalMicros()
                || money.hiddenMicros() == 0 && ofSandboxMicros() == 0) {
            return true;
        }
        begin(money, atMillis, false);
        addHolds(money, null, calls);
        return draw.isCovered();
    }

    /** Receives an amount that leaves a grant. */
    @FunctionalInterface
    public interface Leaving {
        void leaves(GrantRow grant, long micros) throws SQLException;
    }

    /**
     * Finds of grants that have expired what is more than the holds of the running calls that they serve, in the order of payment (Z18).
     *
     * @param leaving takes the amount out of the row, and ends the row if nothing is left
     */
    public void lapse(Money money, long atMillis, RunningCalls calls, Leaving leaving) throws SQLException {
        leave(money, atMillis, calls, row -> row.hasExpired(atMillis), leaving);
    }

    /** Finds what leaves a grant that ends, as {@link #lapse}. */
    public void end(GrantRow ending, Money money, long atMillis, RunningCalls calls, Leaving leaving)
            throws SQLException {
        leave(money, atMillis, calls, row -> row == ending, leaving);
    }

    private void leave(Money money, long atMillis, RunningCalls calls, Predicate<GrantRow> which, Leaving leaving)
            throws SQLException {
        begin(money, atMillis, false);
        if (money.reservedMicros() > 0) {
            addHolds(money, null, calls);
        }
        for (GrantRow row : rows) {
            if (row.isLive() && which.test(row)) {
                int place = drawn.indexOf(row);
                long micros = row.leftMicros();
                if (place >= 0) {
                    micros = draw.leaves(place);
                    draw.take(place, micros);
                } else if (micros > 0 && money.reservedMicros() > 0) {
                    micros = 0; // of the sandbox, on a server whose calls cost money: a running call of another server
                    // may need it
                }
                leaving.leaves(row, micros);
            }
        }
    }

    /** Returns how much of a grant can leave while all holds stay covered (Z21); of one that has expired nothing, since running calls hold the rest. */
    public long leaves(GrantRow grant, Money money, long atMillis, RunningCalls calls) throws SQLException {
        begin(money, atMillis, true);
        addHolds(money, null, calls);
        int place = drawn.indexOf(grant);
        return place < 0 || grant.hasExpired(atMillis) ? 0 : draw.canLeave(place);
    }

    /** Returns how much of the general credits can leave while all holds stay covered, hidden ones last. */
    public long generalLeaves(Money money, long atMillis, RunningCalls calls) throws SQLException {
        begin(money, atMillis, false);
        addHolds(money, null, calls);
        long leaves = draw.generalLeaves();
        if (money.hiddenMicros() == 0 || leaves < money.generalMicros()) {
            return leaves;
        }
        begin(money.withoutHidden(), atMillis, true);
        addHolds(money, null, calls);
        return Math.max(leaves, draw.generalLeaves());
    }

    /** Begins a draw of what can pay for this server's calls at a time. @param ofSandboxToo whether grants of the sandbox count on a real server */
    private void begin(Money money, long atMillis, boolean ofSandboxToo) {
        draw.begin(money.generalMicros());
        drawn.clear();
        servedBy.clear();
        firstExpiryMillis = Long.MAX_VALUE;
        for (GrantRow row : rows) {
            if (row.leftMicros() > 0 && (ofSandboxToo || !(isReal && row.isOfSandbox()))) {
                long mostMicros = row.capacityMicros(Math.max(atMillis, row.startsAtMillis));
                if (row.startsAtMillis > atMillis) {
                    draw.grantAhead(row.leftMicros(), mostMicros);
                } else {
                    draw.grant(row.leftMicros(), mostMicros);
                }
                drawn.add(row);
                firstExpiryMillis = Math.min(firstExpiryMillis, row.expiresAtMillis());
            }
        }
    }

    /** Returns whether each grant serves each call that began when the account had something in grants, whatever the clock of its server. */
    private boolean isUniform(long atMillis) {
        for (GrantRow row : drawn) {
            if (!row.models.areEvery()
                    || !row.limits.all().isEmpty()
                    || row.hasExpired(atMillis + CLOCKS_MILLIS)
                    || row.startsAtMillis > atMillis
                    || row.startsAtMillis > row.createdAtMillis && row.startsAtMillis > atMillis - CLOCKS_MILLIS) {
                return false;
            }
        }
        return true;
    }

    /** Adds the running calls to the draw. @param except a call with a model that is not added; null to add all */
    private void addHolds(Money money, @Nullable Call except, RunningCalls calls) throws SQLException {
        long general = money.reservedMicros();
        Map<String, Call> all = running;
        if (all == null) {
            Map<String, Call> read = new HashMap<>();
            calls.read(call -> read.put(call.id(), call));
            running = read;
            all = read;
        }
        for (Call call : all.values()) {
            general -= call.heldMicros();
            if (except == null || !call.id().equals(except.id())) {
                parts(call, draw::hold);
            }
        }
        draw.hold(0, general);
    }

    /** Receives a part of a hold. @param serves the drawn grants that serve it */
    @FunctionalInterface
    private interface Part {
        void holds(long serves, long micros);
    }

    /** Takes a hold apart by the grants that serve it: no grant serves what came after its expiry. */
    private void parts(Call call, Part each) {
        long serves = servedBy(call);
        long rest = call.heldMicros();
        for (Share later : call.afterExpiry().shares()) {
            for (int i = 0; i < drawn.size(); i++) {
                if (drawn.get(i).number == later.grant()) {
                    each.holds(serves, rest - later.micros());
                    serves &= ~(1L << i);
                    rest = later.micros();
                }
            }
        }
        each.holds(serves, rest);
    }

    private long servedBy(Call call) {
        String model = call.model();
        return model == null ? 0 : servedBy(model, call.createdAtMillis());
    }

    /** Returns the drawn grants that serve a call: whose models cover it, and which had not expired when its hold was made. */
    private long servedBy(String model, long createdAtMillis) {
        Long known = servedBy.get(model);
        if (known == null) {
            long set = 0;
            for (int i = 0; i < drawn.size(); i++) {
                set |= drawn.get(i).models.cover(model) ? 1L << i : 0;
            }
            known = set;
            servedBy.put(model, known);
        }
        return known & ~expired(createdAtMillis);
    }

    /** Returns the drawn grants that have expired at a time. */
    private long expired(long atMillis) {
        long set = 0;
        for (int i = 0; atMillis >= firstExpiryMillis && i < drawn.size(); i++) {
            set |= drawn.get(i).hasExpired(atMillis) ? 1L << i : 0;
        }
        return set;
    }
}
