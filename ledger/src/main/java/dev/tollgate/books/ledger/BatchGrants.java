package dev.tollgate.books.ledger;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Amount;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.grants.AccountGrants;
import dev.tollgate.books.grants.AccountGrants.Call;
import dev.tollgate.books.grants.AccountGrants.Money;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantDraw;
import dev.tollgate.books.grants.GrantMonths;
import dev.tollgate.books.grants.GrantRow;
import dev.tollgate.books.grants.GrantSql;
import dev.tollgate.books.grants.GrantSql.RunningReader;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.grants.PaidBy;
import dev.tollgate.books.grants.PaidBy.Share;
import dev.tollgate.books.ledger.Journal.Requested;
import dev.tollgate.books.ledger.ReserveOutcome.InsufficientCredits;
import dev.tollgate.books.ledger.ReserveOutcome.OfGrants;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The grants that one batch touches (Z25). They are read without locks of their own: the lock of the account's row orders all that reads and changes
 * them. Each change of a row's credits is one of the account's {@code granted_micros}, before credits leave and after they have come. Writer's thread
 * only.
 */
final class BatchGrants {

    /** The time after which credits that were refunded to no grant of their own expire, since the latest such refund (Z22). */
    private static final Duration REFUND_KEPT = Duration.ofDays(30);

    private final GrantSql sql;
    private final RememberedRows kept;
    private final Journal journal;
    private final Map<String, ReservationRow> reservations;
    private final GrantDraw draw;
    private final GrantMonths months = new GrantMonths();
    private final Set<String> needed = new HashSet<>();
    private final Map<String, List<GrantRow>> asked = new HashMap<>();
    private final Map<String, AccountGrants> accounts = new TreeMap<>();

    /** @param reservations of the batch */
    BatchGrants(Statements statements, RememberedRows kept, Journal journal, Map<String, ReservationRow> reservations) {
        this.sql = new GrantSql(statements);
        this.kept = kept;
        this.journal = journal;
        this.reservations = reservations;
        this.draw = kept.draw();
    }

    /** Notes that an account's grants are needed. */
    void need(String accountId) {
        if (!asked.containsKey(accountId)) {
            needed.add(accountId);
        }
    }

    /** Asks for the grants of needed accounts. The accounts have been asked for. */
    void ask() throws SQLException {
        for (String accountId : needed) {
            asked.put(accountId, new ArrayList<>());
        }
        sql.ask(needed, this::found);
        needed.clear();
    }

    private void found(GrantRow row) {
        asked.computeIfAbsent(row.accountId, _ -> new ArrayList<>()).add(row);
    }

    /** Returns an account's grants. Reads them if they were not asked for. */
    AccountGrants of(AccountRow account) throws SQLException {
        AccountGrants grants = accounts.get(account.id);
        if (grants == null) {
            grants = kept.grants(account.id);
            if (grants == null) {
                if (!asked.containsKey(account.id)) {
                    sql.read(List.of(account.id), this::found);
                }
                grants = new AccountGrants(asked.getOrDefault(account.id, List.of()), draw, kept.isReal());
            }
            accounts.put(account.id, grants);
        }
        return grants;
    }

    private Money money(AccountRow account) {
        AccountFunds funds = account.funds;
        return new Money(
                funds.balanceMicros(), funds.reservedMicros(), funds.grantedMicros(), kept.hiddenMicros(account));
    }

    /** Returns a call that begins while its account has something in grants. */
    static Call begun(OpenHold hold) {
        return Call.begun(hold.id(), hold.model(), hold.createdAtMillis());
    }

    /** Reads the running calls that grants may serve: as they are written, with what the batch has changed. */
    private void running(AccountRow account, RunningReader found) throws SQLException {
        sql.running(account.id, call -> {
            if (!reservations.containsKey(call.id())) {
                found.read(call);
            }
        });
        for (ReservationRow row : reservations.values()) {
            if (row.grantModel() != null && row.isOpen() && row.accountId.equals(account.id)) {
                found.read(row.call());
            }
        }
    }

    private AccountGrants.RunningCalls running(AccountRow account) {
        return found -> running(account, found);
    }

    /** Returns the credits that a further hold can have (Z15). The account has something in grants. @param call with what it holds */
    long roomMicros(AccountRow account, Call call, Instant at) throws SQLException {
        Instant stamp = account.stamp(at);
        lapse(account, stamp);
        return of(account).room(call, money(account), stamp.toEpochMilli(), running(account));
    }

    /** Returns the refusal of a call that begins. The account has something in grants. */
    InsufficientCredits refusal(AccountRow account, Call call, long roomMicros, long leastMicros, Instant at)
            throws SQLException {
        AccountGrants grants = of(account);
        long atMillis = account.stamp(at).toEpochMilli();
        Money money = money(account);
        long ofSandbox = kept.isReal() ? grants.ofSandboxMicros() : 0;
        String model = Objects.requireNonNull(call.model());
        return new InsufficientCredits(
                roomMicros,
                money.reservedMicros(),
                leastMicros,
                Math.min(money.balanceMicros(), money.hiddenMicros() + ofSandbox),
                new OfGrants(
                        model,
                        grants.roomAlone(call, money, atMillis),
                        grants.withheld(model, atMillis),
                        grants.byLimits(call, money, leastMicros, roomMicros == 0, atMillis)));
    }

    /** Returns what a running call holds after the expiry of grants if it holds an amount more. The account has something in grants. */
    PaidBy afterExpiry(AccountRow account, ReservationRow reservation, long moreMicros, Instant at)
            throws SQLException {
        return of(account)
                .afterExpiry(reservation.call(), moreMicros, account.stamp(at).toEpochMilli());
    }

    /** Notes what a running call holds. */
    void held(AccountRow account, ReservationRow reservation, Instant at) {
        AccountGrants grants = accounts.get(account.id);
        if (grants != null) {
            grants.holds(reservation.call(), account.stamp(at).toEpochMilli());
        }
    }

    /** Takes the shares of grants of a charge (Z16). The call's hold still counts. @param stamp the call's end @return the shares */
    PaidBy pay(AccountRow account, ReservationRow reservation, long micros, Instant stamp) throws SQLException {
        lapse(account, stamp);
        AccountGrants grants = of(account);
        PaidBy paid = grants.pay(reservation.call(), micros, money(account), stamp.toEpochMilli(), running(account));
        account.addGranted(-paid.micros());
        months.add(account.id, paid, stamp.toEpochMilli());
        return paid;
    }

    /** Lets what stayed of expired grants for a call lapse: it has ended. */
    void ended(AccountRow account, ReservationRow reservation, Instant stamp) throws SQLException {
        AccountGrants grants = accounts.get(account.id);
        if (grants != null) {
            grants.ended(reservation.id);
            lapseAll(account, stamp);
        }
    }

    /** Lets what is more than the holds of running calls leave expired grants, and the account (Z18). Used-up ones end with the next sweep. */
    void lapse(AccountRow account, Instant at) throws SQLException {
        if (account.funds.grantedMicros() > 0) {
            lapseAll(account, at);
        }
    }

    void lapseAll(AccountRow account, Instant at) throws SQLException {
        Instant stamp = account.stamp(at);
        AccountGrants grants = of(account);
        if (!grants.hasExpired(stamp.toEpochMilli())) {
            return;
        }
        grants.lapse(money(account), stamp.toEpochMilli(), running(account), (row, micros) -> {
            if (micros > 0) {
                row.lapse(micros);
                RequestId id = new RequestId("lapse-" + row.number + "-" + row.lapses());
                leave(account, row.number, micros, "Grant " + row.number + " expired", Origin.EXPIRY, id, stamp);
            }
            endIfEmpty(row, stamp);
        });
    }

    private static void endIfEmpty(GrantRow row, Instant stamp) {
        if (row.leftMicros() == 0) {
            row.end(stamp.toEpochMilli());
        }
    }

    private void leave(
            AccountRow account,
            long number,
            long micros,
            String reason,
            Origin origin,
            @Nullable RequestId id,
            Instant stamp) {
        account.addGranted(-micros);
        Requested asked = new Requested(account.id, EntryKind.ADJUSTMENT, null, -micros, id, origin);
        journal.enter(account, asked, -micros, 0, reason, stamp, number + ":" + micros);
    }

    /**
     * Ends a grant: what is more than the holds of running calls leaves (Z23). For the rest it expires after the newest of their holds.
     *
     * @return what has left
     */
    long end(AccountRow account, GrantRow ending, String reason, Origin origin, @Nullable RequestId id, Instant at)
            throws SQLException {
        Instant stamp = account.stamp(at);
        AccountGrants grants = of(account);
        long[] left = {0};
        grants.end(ending, money(account), stamp.toEpochMilli(), running(account), (row, micros) -> {
            left[0] = micros;
            if (micros > 0) {
                row.add(-micros);
                leave(account, row.number, micros, reason, origin, id, stamp);
            }
            endIfEmpty(row, stamp);
        });
        if (ending.isLive()) {
            long[] latest = {stamp.toEpochMilli()};
            running(account, call -> latest[0] = Math.max(latest[0], call.createdAtMillis() + 1));
            if (latest[0] < ending.expiresAtMillis()) {
                ending.expireAt(latest[0]);
                grants.moved();
            }
        }
        return left[0];
    }

    /** Ends all grants of an account without running calls. @return what was left, as an entry has it; null if nothing was */
    @Nullable
    String endAll(AccountRow account, Instant stamp) throws SQLException {
        List<Share> shares = new ArrayList<>();
        for (GrantRow row : of(account).rows()) {
            if (row.isLive()) {
                if (row.leftMicros() > 0) {
                    shares.add(new Share(row.number, row.leftMicros()));
                    account.addGranted(-row.leftMicros());
                    row.add(-row.leftMicros());
                }
                row.end(stamp.toEpochMilli());
            }
        }
        return new PaidBy(shares).text();
    }

    /** Returns how much of an amount the general credits can give while all holds stay covered (Z21, Z23). */
    long generalLeaves(AccountRow account, long micros, Instant at) throws SQLException {
        return generalLeaves(account, micros, 0, at);
    }

    /** Returns the same once an amount has left a grant and not yet the balance. */
    long generalLeaves(AccountRow account, long micros, long leavingMicros, Instant at) throws SQLException {
        AccountFunds funds = account.funds;
        long balance = funds.balanceMicros() - leavingMicros;
        if (funds.grantedMicros() == 0) {
            return Math.min(micros, balance);
        }
        long leaves = balance - funds.grantedMicros() - kept.hiddenMicros(account);
        if (leaves < micros) {
            Instant stamp = account.stamp(at);
            Money money = new Money(balance, funds.reservedMicros(), funds.grantedMicros(), kept.hiddenMicros(account));
            leaves = of(account).generalLeaves(money, stamp.toEpochMilli(), running(account));
        }
        return Math.min(micros, Math.min(leaves, balance));
    }

    /** Takes up to an amount out of a grant, as much as can leave while all holds stay covered (Z21). It stays live. @return what it took, which leaves with an entry */
    long take(AccountRow account, long number, long micros, Instant at) throws SQLException {
        GrantRow grant = of(account).find(number);
        if (grant == null || micros == 0) {
            return 0;
        }
        Instant stamp = account.stamp(at);
        long leaves = of(account).leaves(grant, money(account), stamp.toEpochMilli(), running(account));
        long taken = Math.min(micros, Math.min(leaves, account.funds.balanceMicros()));
        if (taken > 0) {
            grant.add(-taken);
            account.addGranted(-taken);
        }
        return taken;
    }

    /** Returns the live grants with something left, in a sentence for the operator. */
    Sentence inWords(AccountRow account) throws SQLException {
        return of(account).rows().stream()
                .filter(row -> row.leftMicros() > 0)
                .map(row -> sentence(
                        "{credits} in grant {number}", new Amount(row.leftMicros()), Long.toString(row.number)))
                .reduce((a, b) -> sentence("{a}, {b}", a, b))
                .orElse(Sentence.asItIs(""));
    }

    /** Lets grants of the sandbox pay for all responses. @return what is left in them */
    long unmark(AccountRow account) throws SQLException {
        long micros = 0;
        for (GrantRow row : of(account).rows()) {
            if (row.isLive() && row.isOfSandbox()) {
                micros += row.leftMicros();
                row.unmark();
            }
        }
        return micros;
    }

    /** Returns the most grants with something left that an account may have after one under these terms. */
    static int most(GrantTerms terms) {
        return terms.kind() == Kind.PLAN ? AccountGrants.LIVE_MAX : AccountGrants.GIVEN_MAX;
    }

    /** Makes the row of a grant. The account's credits grow by it with its entry, then by {@link AccountRow#addGranted}. @param entryNumber of that entry */
    GrantRow add(
            AccountRow account, GrantTerms terms, long micros, boolean isOfSandbox, long entryNumber, Instant stamp)
            throws SQLException {
        Instant startsAt = terms.startsAt();
        Instant expiresAt = terms.expiresAt();
        GrantRow.Origin origin = new GrantRow.Origin(
                account.id,
                account.grant(),
                terms.kind(),
                terms.models(),
                stamp.toEpochMilli(),
                (startsAt == null ? stamp : startsAt).toEpochMilli(),
                terms.limits(),
                isOfSandbox,
                entryNumber,
                expiresAt == null ? null : Long.valueOf(expiresAt.toEpochMilli()));
        GrantRow row = new GrantRow(origin, micros);
        of(account).add(row);
        return row;
    }

    /** Returns whether an earlier request gave its credits under these terms. @param grants of its entry @param terms null for general credits */
    boolean wereGivenUnder(AccountRow account, @Nullable String grants, @Nullable GrantTerms terms)
            throws SQLException {
        if (grants == null || terms == null) {
            return grants == null && terms == null;
        }
        return any(account, PaidBy.of(grants).shares().getFirst().grant()).wasGivenUnder(terms);
    }

    /** A part of a refund. @param grant that paid @param isReturned whether it gets the part back; else it has ended or expired, and a grant of refunds does */
    private record Part(GrantRow grant, long micros, boolean isReturned) {}

    /** The parts of a refund that are not general credits. */
    static final class Refunded {

        private final List<Part> parts;

        private Refunded(List<Part> parts) {
            this.parts = parts;
        }

        long micros() {
            return parts.stream().mapToLong(Part::micros).sum();
        }
    }

    /**
     * Finds where a refund of a call goes: to the grants that paid, in their order, from where the refunds before it have stopped; general credits are
     * last (Z22).
     *
     * @param refundedMicros by earlier refunds of the call
     * @return null if the account has too many grants
     */
    @Nullable
    Refunded refund(AccountRow account, PaidBy paidBy, long refundedMicros, long micros, Instant stamp)
            throws SQLException {
        List<Part> parts = new ArrayList<>();
        int filled = 0;
        long end = 0;
        for (Share share : paidBy.shares()) {
            long from = Math.max(end, refundedMicros);
            end += share.micros();
            long part = Math.min(end, refundedMicros + micros) - from;
            if (part > 0) {
                GrantRow live = of(account).find(share.grant());
                boolean isReturned = live != null && !live.hasExpired(stamp.toEpochMilli());
                GrantRow grant = live == null ? any(account, share.grant()) : live;
                parts.add(new Part(grant, part, isReturned));
                filled += isReturned && grant.leftMicros() > 0 ? 0 : 1;
            }
        }
        return filled > 0 && of(account).filled() + filled > AccountGrants.LIVE_MAX ? null : new Refunded(parts);
    }

    /** Returns a grant of the account that may have ended. */
    private GrantRow any(AccountRow account, long number) throws SQLException {
        for (GrantRow row : of(account).rows()) {
            if (row.number == number) {
                return row;
            }
        }
        GrantRow ended = sql.one(account.id, number);
        if (ended == null) {
            throw Book.missing("grant " + number + " of", account.id);
        }
        return ended;
    }

    /** Adds the entry of a refund, and returns its credits to grants. @param sandboxMicros of its general credits */
    void give(AccountRow account, Refunded refunded, Requested asked, long sandboxMicros, String reason, Instant at)
            throws SQLException {
        give(account, refunded, asked, asked.amountMicros(), 0, sandboxMicros, reason, at);
    }

    /** Adds an entry that returns credits, some of them to grants. Parameters as {@link Journal#enter} has them. */
    void give(
            AccountRow account,
            Refunded refunded,
            Requested asked,
            long amountMicros,
            long missingMicros,
            long sandboxMicros,
            String reason,
            Instant at)
            throws SQLException {
        Map<Long, Long> shares = new LinkedHashMap<>();
        for (Part part : refunded.parts) {
            GrantRow to = part.grant;
            if (part.isReturned) {
                to.add(part.micros);
            } else {
                to = refundGrant(account, part.grant, part.micros, account.stamp(at));
            }
            shares.merge(to.number, part.micros, Long::sum);
        }
        String grants = PaidBy.ofAll(shares).text();
        journal.enter(account, asked, amountMicros, missingMicros, sandboxMicros, reason, at, grants);
        account.addGranted(refunded.micros());
    }

    /** Adds credits of a grant that has ended to the account's live grant of refunds with the same models, or to a new one. */
    private GrantRow refundGrant(AccountRow account, GrantRow ended, long micros, Instant stamp) throws SQLException {
        Instant expiresAt = stamp.plus(REFUND_KEPT);
        AccountGrants grants = of(account);
        for (GrantRow row : grants.rows()) {
            if (row.kind == Kind.REFUND
                    && row.isLive()
                    && !row.hasExpired(stamp.toEpochMilli())
                    && row.models.equals(ended.models)
                    && row.isOfSandbox() == ended.isOfSandbox()) {
                row.give(micros);
                row.expireAt(expiresAt.toEpochMilli());
                grants.moved();
                return row;
            }
        }
        GrantTerms terms = GrantTerms.of(Kind.REFUND, ended.models, expiresAt);
        return add(account, terms, micros, ended.isOfSandbox(), account.lastNumber() + 1, stamp);
    }

    /** Writes the grants that the batch has changed, and what they have paid by month. Their accounts are written. */
    void write() throws SQLException {
        for (AccountGrants grants : accounts.values()) {
            sql.write(grants.rows());
        }
        months.write(sql.statements());
    }

    /** Keeps the grants of a committed batch. */
    void committed() {
        accounts.forEach((id, grants) -> {
            grants.written();
            kept.keep(id, grants);
        });
        accounts.clear();
        asked.clear();
    }
}
