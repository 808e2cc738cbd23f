package dev.tollgate.customers.organizations;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.Budgets.SpendBudget;
import dev.tollgate.books.budgets.BudgetsNow;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.labels.EndUser;
import dev.tollgate.books.labels.LabelNumbers;
import dev.tollgate.books.labels.LabelNumbers.LabelChange;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.SetBudgets;
import dev.tollgate.customers.roles.AccountLog.Changed;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.CountedChanges;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.keys.KeyCaller.LabelRules;
import dev.tollgate.keys.KeyChange;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.sql.Columns;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The name, the time zone and the budgets of organizations. Thread-safe; blocks. */
public record Organizations(Database database, Ledger ledger, CountedChanges changes, InstantSource clock) {

    private static final String ONE =
            "SELECT name, time_zone, created_at, tag_names, end_users, language FROM account WHERE id = ? AND deleted_at IS NULL";

    /** Returns the part that sets names and languages of organizations; behind the ledger's, which locks the accounts. */
    public static Part<?> part() {
        return new WritePart<>(SetText.class);
    }

    /** An organization. @param zone of its budgets @param labels which labels of its calls it counts @param language of its mails; null for the operator's setting */
    public record Organization(
            String id,
            String name,
            ZoneId zone,
            Instant createdAt,
            LabelRules labels,
            @Nullable String language) {}

    /** Returns an organization that is not deleted. */
    public Optional<Organization> find(String accountId) {
        return database.read(sql -> Optional.ofNullable(sql.one(
                ONE,
                row -> new Organization(
                        accountId,
                        row.getString(1),
                        ZoneId.of(row.getString(2)),
                        Columns.time(row, 3),
                        LabelRules.of(row.getString(4), Columns.flag(row, 5)),
                        row.getString(6)),
                accountId)));
    }

    /** Returns the budgets with their present use. */
    public BudgetsNow budgets(String accountId) {
        return ledger.budgets(accountId, clock.instant());
    }

    /** Gives an organization another name. */
    public void rename(Acting by, String name) {
        set(by, "organization.name", new SetText(by.accountId(), "name", Account.Change.NAME, name));
    }

    /** Sets the language of mails to people who have chosen none. @param tag null for the operator's setting */
    public void setLanguage(Acting by, @Nullable String tag) {
        set(by, "organization.language", new SetText(by.accountId(), "language", Account.Change.LANGUAGE, tag));
    }

    private void set(Acting by, String action, SetText set) {
        List<Change> unit = new ArrayList<>(List.of(set));
        unit.addAll(by.act(Right.ORGANIZATION, action, by.accountId(), clock.instant(), set::changed));
        changes.commit(by, unit);
    }

    /**
     * Changes which labels of its calls an organization counts. What was counted stays.
     *
     * @param change must not fail
     */
    public void setLabels(Acting by, UnaryOperator<LabelRules> change) {
        KeyChange<Optional<KeyChange.Values<LabelRules>>> set = KeyChange.labelRules(by.accountId(), change);
        List<Change> unit = new ArrayList<>(List.of(set));
        unit.addAll(
                by.act(Right.ORGANIZATION, "organization.labels", by.accountId(), clock.instant(), () -> set.outcome()
                        .filter(rules -> !rules.before().equals(rules.after()))
                        .map(rules -> new Changed(json(rules.before()), json(rules.after())))
                        .orElse(null)));
        changes.commit(by, unit);
    }

    /** Erases an end user from the dictionary of labels; the sums stay. The log names no end user. */
    public Outcome<String> eraseEndUser(Acting by, String endUser) {
        LabelChange erase = LabelNumbers.eraseEndUser(by.accountId(), endUser, EndUser.counted(endUser));
        List<Change> unit = new ArrayList<>(List.of(erase));
        unit.addAll(by.act(
                Right.ORGANIZATION,
                "end_user.erase",
                by.accountId(),
                clock.instant(),
                () -> erase.outcome() ? new Changed(null, null) : null));
        changes.commit(by, unit);
        return erase.outcome()
                ? new Outcome.Done<>(by.accountId())
                : Outcome.refused(404, sentence("No call names this end user."));
    }

    private static String json(LabelRules rules) {
        return ApiJson.MAPPER
                .createObjectNode()
                .put("tag_names", String.join(" ", rules.names()))
                .put("end_users", rules.endUsers())
                .toString();
    }

    /** Gives an organization's budgets another time zone, in which all of them are counted again. */
    public Outcome<Budgets> setZone(Acting by, ZoneId zone) {
        SetBudgets set = SetBudgets.zone(by.accountId(), zone, clock.instant());
        return set(by, Right.ORGANIZATION, "organization.time_zone", by.accountId(), set, budgets -> ApiJson.MAPPER
                .createObjectNode()
                .put("time_zone", budgets.zone().getId()));
    }

    /**
     * Changes an owner's own budgets.
     *
     * @param owner {@link Budgets#ACCOUNT}, {@link Budgets#EACH_MEMBER} or the id of a member, a team or a key
     * @param change makes the new limits by window from the present ones; must not fail
     */
    public Outcome<Budgets> setBudgets(Acting by, String owner, UnaryOperator<Map<SpendWindow, SpendBudget>> change) {
        SetBudgets set = SetBudgets.of(by.accountId(), owner, change, clock.instant());
        return set(by, Right.BUDGETS, "budget.set", owner, set, budgets -> limits(budgets, owner));
    }

    private Outcome<Budgets> set(
            Acting by, Right right, String action, String subject, SetBudgets set, Function<Budgets, ObjectNode> json) {
        List<Change> unit = new ArrayList<>(List.of(set));
        unit.addAll(by.act(right, action, subject, clock.instant(), () -> {
            if (!(set.outcome()
                    instanceof Outcome.Done<SetBudgets.Changed>(SetBudgets.Changed(Budgets before, Budgets after)))) {
                return null;
            }
            String was = json.apply(before).toString();
            String is = json.apply(after).toString();
            return was.equals(is) ? null : new Changed(was, is);
        }));
        changes.commit(by, unit);
        return set.outcome().map(SetBudgets.Changed::after);
    }

    /** Returns an owner's budgets without their use, for the log. */
    private static ObjectNode limits(Budgets budgets, String owner) {
        ObjectNode json = ApiJson.MAPPER.createObjectNode();
        budgets.of(owner).forEach((window, budget) -> {
            if (budget.limitMicros() == null) {
                json.put(window.code(), BudgetActions.UNLIMITED);
            } else {
                ApiJson.credits(json, window.code(), budget.limitMicros());
            }
        });
        return json;
    }

    /** Sets a text of an account, whose row the same unit has taken. The outcome: whether there is one, not deleted. */
    private static final class SetText extends Write<Boolean> {

        private final String accountId;
        private final String column;
        private final Account.Change change;
        private final @Nullable String value;
        private @Nullable Changed changed;

        /** @param column the name in the database and in the log @param value null for none */
        SetText(String accountId, String column, Account.Change change, @Nullable String value) {
            this.accountId = accountId;
            this.column = column;
            this.change = change;
            this.value = value;
        }

        @Nullable
        Changed changed() {
            return changed;
        }

        @Override
        protected Boolean run(Statements statements) throws SQLException {
            changed = null;
            @Nullable
            Optional<String> before = statements.one(
                    "SELECT " + column + " FROM account WHERE id = ? AND deleted_at IS NULL",
                    row -> Optional.ofNullable(row.getString(1)),
                    accountId);
            if (before == null || Objects.equals(before.orElse(null), value)) {
                return before != null;
            }
            change.run(statements, value, accountId);
            changed = new Changed(json(before.orElse(null)), json(value));
            return true;
        }

        private String json(@Nullable String text) {
            ObjectNode json = ApiJson.MAPPER.createObjectNode();
            if (text != null) {
                json.put(column, text);
            }
            return json.toString();
        }
    }
}
