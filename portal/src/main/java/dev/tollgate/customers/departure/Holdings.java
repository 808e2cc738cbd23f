package dev.tollgate.customers.departure;

import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.calls.CallHoldings;
import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.labels.Labels;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.plans.Plans;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.customers.notices.Dismissals;
import dev.tollgate.customers.notices.MemberNotices;
import dev.tollgate.customers.notices.NoticeRecord;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.customers.people.Leavers;
import dev.tollgate.customers.rejections.RefusalBooks;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.customers.webhooks.Webhooks;
import dev.tollgate.keys.KeyHoldings;
import dev.tollgate.models.prices.AccountTerms;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import dev.tollgate.storage.holdings.RowErasure.Value;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * All stored data about an account and a person, as the stores have it. The export has no secrets, hashes or encrypted texts, and none of the
 * operator's costs. Immutable.
 *
 * @param all in the order in which an export shows them and an erasure runs
 */
public record Holdings(List<Holding> all) {

    /** Makes the holdings of all stores. @param gateway the contents and answers of calls, which the gateway stores */
    public static Holdings with(List<Holding> gateway) {
        return new Holdings(Stream.of(
                        List.of(
                                Account.holding(),
                                KeyHoldings.limits(),
                                AccountTerms.holding(),
                                Leavers.holding(),
                                NoticeRecord.holding(),
                                Dismissals.holding(),
                                MemberNotices.holding(),
                                Outbox.holding(),
                                Payments.contactHolding(),
                                KeyHoldings.keys(),
                                Teams.holding(),
                                Webhooks.holding(),
                                CallHoldings.spending(),
                                Budgets.holding(),
                                CallHoldings.calls(),
                                CallHoldings.runningCalls(),
                                CallHoldings.lines(),
                                CreditGrant.holding(),
                                Plans.holding(),
                                CallHoldings.receipts(),
                                Payments.holding(),
                                Vouchers.holding(),
                                Rollups.holding(),
                                RefusalBooks.holding(),
                                Labels.holding(),
                                Rollups.labelHolding()),
                        gateway,
                        List.of(AccountLog.holding(), AuditLog.holding(), Leavers.person()))
                .flatMap(List::stream)
                .toList());
    }

    /** Returns the files of an export, in its order. */
    public List<ExportFile> files() {
        return all.stream().flatMap(it -> it.files().stream()).toList();
    }

    /** Erases a person who is in no account any more. @param login in lower case */
    void erasePerson(Statements statements, String personId, String login) throws SQLException {
        erase(statements, false, Map.of(Value.PERSON, personId, Value.LOGIN, login));
    }

    /** Erases the names of people in the rows of an account that ends. */
    void eraseAccount(Statements statements, String accountId, Instant at) throws SQLException {
        erase(statements, true, Map.of(Value.ACCOUNT, accountId, Value.TIME, at));
    }

    private void erase(Statements statements, boolean isOfAccount, Map<Value, Object> values) throws SQLException {
        for (Holding holding : all) {
            for (RowErasure erasure : holding.erasures()) {
                if (erasure.isOfAccount() == isOfAccount) {
                    erasure.run(statements, value -> Objects.requireNonNull(values.get(value)));
                }
            }
        }
    }
}
