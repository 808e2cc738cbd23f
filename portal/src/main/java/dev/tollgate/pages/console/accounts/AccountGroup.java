package dev.tollgate.pages.console.accounts;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.books.ledger.Account;
import dev.tollgate.models.SoldTo;
import dev.tollgate.models.prices.AccountTerms.Terms;
import dev.tollgate.models.prices.PriceGroups.Group;
import dev.tollgate.operator.admin.prices.OperatorGroups;
import dev.tollgate.pages.frame.Display;
import java.text.Normalizer;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The price group of an account.
 *
 * @param name of the group now
 * @param why it is in this group
 * @param own the group that the operator has chosen; empty for none
 * @param choices the groups that it may enter
 * @param free a name for a group of this account alone
 */
public record AccountGroup(String name, String why, String own, List<String> choices, String free) {

    private static final int NAME_BEGIN_MAX = 28;

    static AccountGroup of(OperatorGroups groups, Account account, ZoneId zone) {
        Terms terms = groups.terms(account.id());
        String own = terms == null ? null : terms.own();
        String name = groups.group(account.id());
        List<Group> all = groups.all();
        return new AccountGroup(
                name,
                why(terms, name, zone),
                Objects.requireNonNullElse(own, ""),
                all.stream()
                        .filter(group -> !group.closed() || group.name().equals(own))
                        .map(Group::name)
                        .toList(),
                free(all, account.name()));
    }

    private static String why(@Nullable Terms terms, String name, ZoneId zone) {
        if (terms == null) {
            return say("It was always in this group.");
        }
        String since = Display.fullTime(terms.at(), zone);
        if (terms.own() != null) {
            return say("Chosen by an operator, since {time}.", since);
        }
        Instant until = terms.planUntil();
        return until != null && name.equals(terms.plan())
                ? say("By its plan, until {time}.", Display.fullTime(until, zone))
                : say("Without a group of its own since {time}.", since);
    }

    /** Returns a name that no group has, made of the account's. */
    private static String free(List<Group> groups, String accountName) {
        String plain = Normalizer.normalize(accountName, Normalizer.Form.NFKD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceFirst("^[^a-z]+", "");
        String begin =
                plain.substring(0, Math.min(plain.length(), NAME_BEGIN_MAX)).replaceFirst("-$", "");
        String base = begin.isEmpty() || begin.equals(SoldTo.STANDARD) ? "customer" : begin;
        Set<String> taken = groups.stream().map(Group::name).collect(Collectors.toSet());
        return Stream.iterate(1, i -> i + 1)
                .map(i -> i == 1 ? base : base + "-" + i)
                .filter(name -> !taken.contains(name))
                .findFirst()
                .orElseThrow();
    }
}
