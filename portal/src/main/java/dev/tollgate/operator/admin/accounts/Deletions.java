package dev.tollgate.operator.admin.accounts;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.CloseAccount;
import dev.tollgate.customers.departure.Leaving;
import dev.tollgate.customers.people.Person;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.OperatorAction.Button;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Accounts, and people without one, that an operator deletes, each in one commit with its row of the audit log. Thread-safe; blocks. */
public final class Deletions {

    /** Each start makes sure that it is there. */
    private static final String DEMO = "acc_demo";

    public static final Fact DELETED = new Fact("deleted", sentence("Deleted"));

    /** The result is the deleted account. */
    public static final OperatorAction<Deletions, Account> ACCOUNT = OperatorAction.post(
                    "account.delete", sentence("Deleted the account"), "/admin/accounts/{id}/delete", "")
            .telling(AdminJson.BALANCE)
            .telling(DELETED)
            .button(Button.of(sentence("Delete account"))
                    .done(sentence("Account deleted. Its keys no longer work and its users are erased."))
                    .ofOthers(sentence("This is your own account: delete it in your settings.")))
            .does((deletions, by, request) -> deletions.delete(by, request.id()), AccountRoutes::json);

    /** The result is the login. */
    public static final OperatorAction<Deletions, String> PERSON = OperatorAction.post(
                    "person.delete", sentence("Deleted a login"), "/admin/people/{login}/delete", "")
            .telling(DELETED)
            .choosing(OperatorPeople.LOGIN)
            .button(sentence("Delete login"), sentence("The login was deleted."))
            .does(
                    (deletions, by, request) -> deletions.deletePerson(by, request.path("login")),
                    (request, login) -> new AdminJson().text("deleted", login).node());

    public static final List<OperatorAction<Deletions, ?>> ACTIONS = List.of(ACCOUNT, PERSON);

    private final OperatorAccounts deeds;
    private final Leaving leaving;
    private final AuditedWriter writer;

    public Deletions(OperatorAccounts deeds, Leaving leaving, AuditedWriter writer) {
        this.deeds = deeds;
        this.leaving = leaving;
        this.writer = writer;
    }

    /** {@code POST /admin/accounts/{id}/delete} and {@code POST /admin/people/{login}/delete}. */
    public List<AdminRoute> routes() {
        return List.of(ACCOUNT.on(this), PERSON.on(this));
    }

    /** Erases a person who is in no account. Needs a reason. The audit log keeps the id alone. @return the login */
    private String deletePerson(By by, String login) {
        Person person = leaving.people()
                .byLogin(login)
                .orElseThrow(() -> new ApiException(404, sentence("No person signs in as {login}.", login)));
        by.needReason();
        leaving.forget(
                        person,
                        writer.row(
                                by,
                                PERSON.name(),
                                person.id(),
                                () -> new Deed.Changed(
                                        null,
                                        new AdminJson().flag("deleted", true).end())))
                .orThrow();
        return person.login();
    }

    /** Deletes an account with all its people. Needs a reason. */
    private Account delete(By by, String accountId) {
        deeds.requireNotDeleted(accountId);
        if (accountId.equals(DEMO)) {
            throw new ApiException(
                    409,
                    sentence("The demo account cannot be deleted, because each start maintains it. Ban it instead."));
        }
        by.needReason();
        Outcome<String> outcome = leaving.end(
                accountId, close -> List.of(writer.row(by, ACCOUNT.name(), accountId, () -> changed(close))));
        return deeds.account(outcome.orThrow());
    }

    private static Deed.@Nullable Changed changed(CloseAccount close) {
        return close.outcome() instanceof Outcome.Done<Balance>(Balance before)
                ? new Deed.Changed(
                        new AdminJson().balance(before).end(),
                        new AdminJson().flag("deleted", true).end())
                : null;
    }
}
