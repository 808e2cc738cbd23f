package dev.tollgate.books.ledger;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.calls.NumberedLabels;
import dev.tollgate.books.ledger.Entry.EntryObserver;
import dev.tollgate.books.ledger.Journal.Earlier;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A change of the ledger; each kind decides for itself over the book of its batch. */
public abstract sealed class LedgerChange<O> extends Decision<O>
        permits CreateAccount,
                CloseAccount,
                SetBlocked,
                SetAccountSpend,
                LedgerChange.TakeAccount,
                SetBudgets,
                BudgetSweep.EndWindows,
                BudgetSweep.EndLimitWindows,
                Grant,
                Grant.UnmarkSandboxCredits,
                Grant.MoveExpiry,
                Grant.End,
                Lapse.OfAccounts,
                Correction,
                TakeBack,
                Reserve,
                Reserve.Confirm,
                SetSigningKey,
                Extend,
                Resolution,
                ReleaseAbandoned {

    /**
     * A movement of credits.
     *
     * @param micros change of the customer's balance
     * @param missingMicros the part of a reversed payment that the balance lacked; 0 for others
     * @param blocked whether it blocked the account
     */
    public record Moved(long micros, long missingMicros, Balance before, Balance balance, boolean blocked) {

        /** Returns the outcome of an equal request under the id of an earlier one: nothing moves. */
        static Outcome<Moved> earlier(Balance balance) {
            return new Outcome.Done<>(new Moved(0, 0, balance, balance, false));
        }
    }

    /** Returns what has moved; null if nothing has. Once applied. */
    public final @Nullable Moved moved() {
        return outcome() instanceof Outcome.Done<?>(Moved moved) && (moved.micros != 0 || moved.missingMicros != 0)
                ? moved
                : null;
    }

    public static ApiError noSuchAccount(String id) {
        return refusal(404, sentence("There is no account {id}.", id));
    }

    public static ApiError deleted() {
        return refusal(409, sentence("This account is deleted and cannot be changed."));
    }

    /** Returns the refusal of more than {@value Grant#PURCHASED_MICROS_MAX} micro-credits. */
    public static ApiError tooMuch() {
        return refusal(409, sentence("An account cannot hold that many credits."));
    }

    /** Returns the refusal of a request whose id a different movement had. */
    public static ApiError idTaken(RequestId id) {
        return refusal(409, sentence("The id {id} was used for another action on this account.", id.text()));
    }

    /** The comparison of an earlier movement with a request. */
    @FunctionalInterface
    interface Same {
        /** Returns whether the request asks for what has moved then. */
        boolean is(Earlier earlier) throws SQLException;
    }

    /** Returns the outcome of a request whose id has moved credits before, by the same request or by another one; null if the id is new, or there is none. */
    static @Nullable Outcome<Moved> repeated(
            Book book, String accountId, AccountRow account, @Nullable RequestId id, Same same) throws SQLException {
        Earlier earlier = id == null ? null : book.journal().earlier(accountId, id);
        if (id == null || earlier == null) {
            return null;
        }
        return same.is(earlier) ? Moved.earlier(account.funds.balance()) : new Outcome.Refused<>(idTaken(id));
    }

    static ApiError refusal(int status, Sentence sentence) {
        return ApiError.invalid(null, sentence).withStatus(status);
    }

    /** Names the rows that {@link #decideOver} will need. */
    abstract void need(Book book);

    abstract O decideOver(Book book) throws SQLException;

    /** Returns the account that the change has blocked or unblocked, or null. Once applied. */
    @Nullable
    String blockedOrNot() {
        return null;
    }

    final void applyTo(Book book) throws SQLException {
        decide(decideOver(book));
    }

    /**
     * Locks an account's row for a change of its people, teams or keys: if two servers change them, one waits. The row is locked in the ledger's order. A later
     * part may raise the version of the budgets in it, so the row is read again after the commit. The outcome says whether the account exists and is not
     * deleted.
     */
    public static final class TakeAccount extends LedgerChange<Boolean> {

        private final String accountId;

        public TakeAccount(String accountId) {
            this.accountId = accountId;
        }

        @Override
        void need(Book book) {
            book.needAccount(accountId);
        }

        @Override
        Boolean decideOver(Book book) {
            AccountRow account = book.account(accountId);
            return account != null && !account.isDeleted();
        }
    }

    /** The ledger's share of a batch: one book from the first decision to the commit. */
    @SuppressWarnings("rawtypes") // a class literal has no type arguments; what a change decides is its own business
    static final class LedgerPart implements Part<LedgerChange> {

        private final Consumer<String> blockedOrNot;
        private final Supplier<String> nodeId;
        private final Supplier<EntryObserver> observer;
        private final NumberedLabels labels;
        private final boolean isReal;
        private @Nullable RememberedRows kept;
        private @Nullable Book open;

        LedgerPart(
                Consumer<String> blockedOrNot,
                Supplier<String> nodeId,
                Supplier<EntryObserver> observer,
                NumberedLabels labels) {
            this(blockedOrNot, nodeId, observer, labels, false);
        }

        /** @param isReal whether calls of this server cost money */
        LedgerPart(
                Consumer<String> blockedOrNot,
                Supplier<String> nodeId,
                Supplier<EntryObserver> observer,
                NumberedLabels labels,
                boolean isReal) {
            this.isReal = isReal;
            this.labels = labels;
            this.observer = observer;
            this.blockedOrNot = blockedOrNot;
            this.nodeId = nodeId;
        }

        @Override
        public Class<LedgerChange> type() {
            return LedgerChange.class;
        }

        @Override
        public void ask(Statements statements, List<LedgerChange> changes) throws SQLException {
            Book book = open == null ? open(statements) : open;
            for (LedgerChange<?> change : changes) {
                change.need(book);
            }
            book.ask();
        }

        @Override
        public boolean decidesFromMemory() {
            return kept != null;
        }

        @Override
        public boolean knows(List<LedgerChange> changes) {
            RememberedRows memory = Objects.requireNonNull(kept);
            for (LedgerChange<?> change : changes) {
                if (!(change instanceof Reserve reserve) || !reserve.isKnown(memory)) {
                    return false;
                }
            }
            return true;
        }

        /** Begins a book. Fails on a node that may not reserve, before anything is reported as decided. */
        private Book open(Statements statements) {
            if (kept == null) {
                kept = new RememberedRows(statements.dialect() == Dialect.SQLITE, isReal);
            }
            Book book = new Book(statements, kept, nodeId.get(), labels);
            open = book;
            return book;
        }

        @Override
        public void decide(Statements statements, List<LedgerChange> changes) throws SQLException {
            Book book = Objects.requireNonNull(open);
            for (LedgerChange<?> change : changes) {
                change.applyTo(book);
            }
        }

        @Override
        public void write(Statements statements, List<LedgerChange> changes) throws SQLException {
            if (open != null) {
                open.write();
            }
        }

        @Override
        public void undone() {
            open = null;
            if (kept != null) {
                kept.clear();
            }
        }

        @Override
        public void committed(List<LedgerChange> changes) {
            if (open != null) {
                open.committed(observer.get());
                open = null;
            }
            for (LedgerChange<?> change : changes) {
                if (change instanceof TakeAccount taken && kept != null) {
                    kept.forgetAccount(taken.accountId);
                }
                String accountId = change.blockedOrNot();
                if (accountId != null) {
                    blockedOrNot.accept(accountId);
                }
            }
        }
    }
}
