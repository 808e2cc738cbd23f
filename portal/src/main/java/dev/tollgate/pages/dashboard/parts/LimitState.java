package dev.tollgate.pages.dashboard.parts;

import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.pages.frame.Money;
import java.time.ZoneId;
import java.util.Objects;

/**
 * A limit or a budget in its present window.
 *
 * @param owner a key's, a member's or a team's id, or {@link Budgets#ACCOUNT}
 * @param isBudget whether the organization has set it for its calendar; else it is a key's own limit, or the operator's for the account
 * @param isSpent whether it refuses calls
 */
public record LimitState(String owner, boolean isBudget, BudgetBar bar, boolean isSpent) {

    /** Returns whether most of it is charged. */
    public boolean isNear() {
        return bar.isNear();
    }

    /** Returns how much is used, in percent, held credits included; what refuses calls has 100. */
    public long shown() {
        return isSpent ? 100 : bar.percent();
    }

    /** Returns what is used of the limit, held credits included, and the window. */
    public String about(Money money) {
        return money.sum(bar.use().micros()) + " of " + money.sum(limitMicros()) + money.unit() + ", " + bar.per();
    }

    private long limitMicros() {
        return Objects.requireNonNull(bar.limitMicros());
    }

    /** Returns whose it is, in two words. */
    public String whose() {
        if (owner.startsWith("key_")) {
            return isBudget ? "key budget" : "key limit";
        }
        if (owner.equals(Budgets.ACCOUNT)) {
            return isBudget ? "organization budget" : "account limit";
        }
        return Budgets.isMember(owner) ? "member budget" : "team budget";
    }

    /** Returns whose it is in a row of a key: its name, if it is a team's or a member's. */
    public String label() {
        return bar.name().isEmpty() || owner.startsWith("key_") ? whose() : bar.name();
    }

    /** Returns the state of a key whose calls it stops. */
    public String refused() {
        return "refused: " + whose();
    }

    /** Returns what has stopped, or will: in full sentences. @param isOwn whether the reader is its member @param zone of the page */
    String text(Money money, boolean isOwn, ZoneId zone) {
        String limit = money.sum(limitMicros()) + money.unit();
        return isSpent
                ? spent(isOwn).formatted(bar.name(), limit, bar.until(zone))
                : near(isOwn).formatted(bar.name(), bar.percent(), limit);
    }

    /** Returns the sentences with places for the name, the limit and the end of the window. */
    private String spent(boolean isOwn) {
        if (owner.startsWith("key_")) {
            return isBudget
                    ? "Key %1$s has used its budget of %2$s. Its calls are refused until %3$s."
                    : "Key %1$s has used its limit of %2$s. Its calls are refused until %3$s.";
        }
        if (owner.equals(Budgets.ACCOUNT)) {
            return isBudget
                    ? "The organization has used its budget of %2$s. All calls are refused until %3$s."
                    : "The account has used the operator's limit of %2$s. All calls are refused until %3$s.";
        }
        return Budgets.isMember(owner)
                ? isOwn
                        ? "You have used your budget of %2$s. Calls with your keys are refused until %3$s."
                        : "%1$s has used a member's budget of %2$s. Calls with this member's keys are refused until %3$s."
                : "Team %1$s has used its budget of %2$s. Its calls are refused until %3$s.";
    }

    /** Returns the sentence with places for the name, the percent and the limit. */
    private String near(boolean isOwn) {
        if (owner.startsWith("key_")) {
            return isBudget
                    ? "Key %s has used %d %% of its budget of %s."
                    : "Key %s has used %d %% of its limit of %s.";
        }
        if (owner.equals(Budgets.ACCOUNT)) {
            return isBudget
                    ? "The organization has used %2$d %% of its budget of %3$s."
                    : "The account has used %2$d %% of the operator's limit of %3$s.";
        }
        return Budgets.isMember(owner)
                ? isOwn
                        ? "You have used %2$d %% of your budget of %3$s."
                        : "%s has used %d %% of a member's budget of %s."
                : "Team %s has used %d %% of its budget of %s.";
    }
}
