package dev.tollgate.pages.dashboard.parts;

import static dev.tollgate.base.words.Words.say;

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
        return say(
                "{used} of {limit}, {per}",
                money.sum(bar.use().micros()),
                money.sum(limitMicros()) + money.unit(),
                bar.per());
    }

    private long limitMicros() {
        return Objects.requireNonNull(bar.limitMicros());
    }

    /** Returns whose it is, in two words. */
    public String whose() {
        if (owner.startsWith("key_")) {
            return isBudget ? say("key budget") : say("key limit");
        }
        if (owner.equals(Budgets.ACCOUNT)) {
            return isBudget ? say("organization budget") : say("account limit");
        }
        return Budgets.isMember(owner) ? say("member budget") : say("team budget");
    }

    /** Returns whose it is in a row of a key: its name, if it is a team's or a member's. */
    public String label() {
        return bar.name().isEmpty() || owner.startsWith("key_") ? whose() : bar.name();
    }

    /** Returns the state of a key whose calls it stops. */
    public String refused() {
        return say("refused: {whose}", whose());
    }

    /** Returns what has stopped, or will: in full sentences. @param isOwn whether the reader is its member @param zone of the page */
    String text(Money money, boolean isOwn, ZoneId zone) {
        String limit = money.sum(limitMicros()) + money.unit();
        return isSpent ? spent(isOwn, limit, bar.until(zone)) : near(isOwn, bar.percent(), limit);
    }

    private String spent(boolean isOwn, String limit, String until) {
        if (owner.startsWith("key_")) {
            return isBudget
                    ? say(
                            "Key {key} has used its budget of {limit}. Its calls are refused until {time}.",
                            bar.name(),
                            limit,
                            until)
                    : say(
                            "Key {key} has used its limit of {limit}. Its calls are refused until {time}.",
                            bar.name(),
                            limit,
                            until);
        }
        if (owner.equals(Budgets.ACCOUNT)) {
            return isBudget
                    ? say(
                            "The organization has used its budget of {limit}. All calls are refused until {time}.",
                            limit,
                            until)
                    : say(
                            "The account has used the operator's limit of {limit}. All calls are refused until {time}.",
                            limit,
                            until);
        }
        return Budgets.isMember(owner) ? spentByMember(isOwn, limit, until) : spentByTeam(limit, until);
    }

    private String spentByTeam(String limit, String until) {
        return say(
                "Team {name} has used its budget of {limit}. Its calls are refused until {time}.",
                bar.name(),
                limit,
                until);
    }

    private String spentByMember(boolean isOwn, String limit, String until) {
        return isOwn
                ? say(
                        "You have used your budget of {limit}. Calls with your keys are refused until {time}.",
                        limit,
                        until)
                : say(
                        "{name} has used a member's budget of {limit}. Calls with this member's keys are refused until {time}.",
                        bar.name(),
                        limit,
                        until);
    }

    private String near(boolean isOwn, long percent, String limit) {
        if (owner.startsWith("key_")) {
            return isBudget
                    ? say("Key {key} has used {percent} % of its budget of {limit}.", bar.name(), percent, limit)
                    : say("Key {key} has used {percent} % of its limit of {limit}.", bar.name(), percent, limit);
        }
        if (owner.equals(Budgets.ACCOUNT)) {
            return isBudget
                    ? say("The organization has used {percent} % of its budget of {limit}.", percent, limit)
                    : say("The account has used {percent} % of the operator's limit of {limit}.", percent, limit);
        }
        if (!Budgets.isMember(owner)) {
            return say("Team {name} has used {percent} % of its budget of {limit}.", bar.name(), percent, limit);
        }
        return isOwn
                ? say("You have used {percent} % of your budget of {limit}.", percent, limit)
                : say("{name} has used {percent} % of a member's budget of {limit}.", bar.name(), percent, limit);
    }
}
