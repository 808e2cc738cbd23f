package dev.tollgate.pages.console.parts;

import dev.tollgate.customers.figures.AccountList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The account filter of a list, as typed: by mail, name, id or the first characters of a key, as accounts are found.
 *
 * @param typed empty for all accounts
 * @param id of the only match; null for all accounts, without a match, and with several matches
 * @param name of the only match, else empty
 * @param several the matches if there is more than one
 */
public record WantedAccount(String typed, @Nullable String id, String name, List<Choice> several) {

    /** Whoever's name begins so. */
    private static final int CHOICES_MAX = 20;

    /** @param text its name and who signs in */
    public record Choice(String id, String text) {}

    public static WantedAccount of(AccountList accounts, @Nullable String query) {
        String typed = query == null ? "" : query.strip();
        if (typed.isEmpty()) {
            return new WantedAccount("", null, "", List.of());
        }
        List<AccountList.Row> found = accounts.find(typed, CHOICES_MAX);
        List<AccountList.Row> meant =
                found.stream().filter(row -> row.id().equals(typed)).toList();
        List<AccountList.Row> left = meant.isEmpty() ? found : meant;
        return switch (left.size()) {
            case 0 -> new WantedAccount(typed, null, "", List.of());
            case 1 ->
                new WantedAccount(
                        typed, left.getFirst().id(), choice(left.getFirst()).text(), List.of());
            default ->
                new WantedAccount(
                        typed,
                        null,
                        "",
                        left.stream().map(WantedAccount::choice).toList());
        };
    }

    /** Returns whether several accounts match, so that one has to be chosen first. */
    public boolean isOpen() {
        return !several.isEmpty();
    }

    /** Returns whether no account matches. */
    public boolean isNobody() {
        return !typed.isEmpty() && id == null && several.isEmpty();
    }

    /** Returns whether nothing was typed, or one account was found. */
    public boolean isClear() {
        return typed.isEmpty() || id != null;
    }

    private static Choice choice(AccountList.Row row) {
        String text = Stream.of(row.name(), row.login() == null ? "" : row.login())
                .filter(part -> !part.isBlank())
                .distinct()
                .reduce((name, login) -> name + ", " + login)
                .orElse(row.id());
        return new Choice(row.id(), text);
    }
}
