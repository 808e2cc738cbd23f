package dev.tollgate.pages.console;

import dev.tollgate.base.money.Credits;
import dev.tollgate.customers.figures.LedgerLine;
import dev.tollgate.customers.figures.LedgerPage;
import dev.tollgate.customers.figures.Overview;
import dev.tollgate.customers.people.Person;
import dev.tollgate.operator.admin.AdminViews;
import dev.tollgate.pages.dashboard.EntryWords;
import dev.tollgate.pages.frame.Texts;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One account, written out.
 *
 * @param ban what a ban does, in a sentence
 * @param deletion what a deletion does, in a sentence
 * @param deleted when it was deleted; null while it is there
 * @param isMoreKeys whether there are keys that are not listed
 */
public record AccountView(
        String id,
        String name,
        boolean blocked,
        String made,
        String balance,
        String balanceExact,
        String dollars,
        String held,
        @Nullable String sandbox,
        String consumed,
        String consumedExact,
        String purchased,
        String purchasedExact,
        String today,
        String todayCalls,
        String ban,
        String deletion,
        @Nullable String deleted,
        String requests,
        String tokens,
        String concurrency,
        String spendHour,
        String spendDay,
        String spendTotal,
        List<Somebody> people,
        List<KeyLine> keys,
        boolean isMoreKeys,
        List<ConsoleCallLine> calls,
        List<Movement> ledger) {

    static final int KEYS_MAX = 50;
    static final int LEDGER_LINES = 15;

    /** @param login what is typed at the door */
    public record Somebody(String login, String name, String role, boolean hasSecondFactor, boolean confirmed) {}

    public record KeyLine(String prefix, String name, String state, String badge, String lastUsed) {}

    /** A line of the ledger. @param reason of a call its model; empty where there is none; @param callId null where it was no call's */
    public record Movement(
            String time,
            String fullTime,
            String kind,
            String reason,
            @Nullable String callId,
            String amount,
            String balance) {}

    /** The logins of those who could be kept out by a lost phone. */
    public List<String> withSecondFactor() {
        return people.stream()
                .filter(Somebody::hasSecondFactor)
                .map(Somebody::login)
                .toList();
    }

    static AccountView of(
            AdminViews.Account account,
            AdminViews.AccountLimits limits,
            List<Person> people,
            List<AdminViews.ApiKey> keys,
            Overview now,
            LedgerPage ledger,
            ZoneId zone,
            Instant instant) {
        return new AccountView(
                account.id(),
                account.name(),
                account.blocked(),
                Texts.day(account.createdAt(), zone),
                Texts.balance(account.balanceMicros()),
                Texts.exact(account.balanceMicros()),
                Texts.dollars(account.balanceMicros()),
                Texts.charge(account.reservedMicros()),
                account.sandboxMicros() == 0 ? null : Texts.sum(account.sandboxMicros()),
                Texts.sum(account.consumedMicros()),
                Texts.exact(account.consumedMicros()),
                Texts.sum(account.purchasedMicros()),
                Texts.exact(account.purchasedMicros()),
                Texts.sum(now.today().netMicros()),
                Texts.count(now.today().calls(), "call"),
                ban(now.running().size()),
                "Its keys stop now. " + Texts.charge(account.balanceMicros())
                        + " credits are lost. Its people are erased; entries, receipts and invoices stay.",
                account.deletedAt() == null ? null : Texts.fullTime(account.deletedAt(), zone),
                limit(limits.requests()),
                limit(limits.tokens()),
                limit(limits.concurrency()),
                credits(limits.spend().hourMicros()),
                credits(limits.spend().dayMicros()),
                credits(limits.spend().totalMicros()),
                people.stream().map(AccountView::somebody).toList(),
                keys.stream().map(key -> key(key, instant)).toList(),
                keys.size() == KEYS_MAX,
                Stream.concat(now.running().stream(), now.latest().stream())
                        .map(call -> ConsoleCallLine.of(call, account.id(), account.name(), zone))
                        .toList(),
                ledger.lines().stream().map(line -> movement(line, zone)).toList());
    }

    private static String ban(int running) {
        String calls = running == 0
                ? ""
                : running == 1
                        ? " 1 running call ends when it has to hold more."
                        : " " + running + " running calls end when they have to hold more.";
        return "Keys answer 401 at once." + calls + " The balance stays.";
    }

    private static String limit(@Nullable Long limit) {
        return limit == null ? "" : limit.toString();
    }

    private static String credits(@Nullable Long micros) {
        return micros == null ? "" : Credits.text(micros);
    }

    private static Somebody somebody(Person person) {
        return new Somebody(
                person.login(),
                person.name(),
                person.isOperator() ? "operator" : "user",
                person.hasSecondFactor(),
                person.confirmedAt() != null);
    }

    private static KeyLine key(AdminViews.ApiKey key, Instant now) {
        Instant expires = key.expiresAt();
        boolean isOver = expires != null && !now.isBefore(expires);
        Instant used = key.lastUsedAt();
        return new KeyLine(
                key.prefix() + "…",
                key.name(),
                key.disabled() ? "disabled" : isOver ? "expired" : "active",
                key.disabled() || isOver ? "" : "ok",
                used == null ? "never" : Texts.ago(used, now));
    }

    private static Movement movement(LedgerLine line, ZoneId zone) {
        String sign = line.amountMicros() > 0 ? "+" : "";
        String reason = line.entry().reason();
        return new Movement(
                Texts.time(line.entry().at(), zone),
                Texts.fullTime(line.entry().at(), zone),
                EntryWords.inLedger(line.entry()),
                Objects.requireNonNullElse(reason == null ? line.model() : reason, ""),
                line.entry().reservationId(),
                sign + Texts.exact(line.amountMicros()),
                Texts.exact(line.balanceMicros()));
    }
}
