package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Languages;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The frame of a page.
 *
 * @param brand what this service is called
 * @param person who looks; null for a stranger
 * @param balance null for those who may not see it
 * @param notice a sentence at the top, or null
 * @param words the operator's own
 * @param money what the visitor sees first
 * @param organizations of a person who is in several
 */
public record Shell(
        String brand,
        Here here,
        @Nullable Person person,
        @Nullable Balance balance,
        @Nullable Notice notice,
        OperatorWords words,
        Money money,
        List<Members.Organization> organizations) {

    /**
     * The page.
     *
     * @param path without the query, for the column's mark
     * @param target the path with its query, to come back to
     * @param csrf the token of its forms
     * @param language of the page
     * @param languages those that can be chosen
     * @param alternates the addresses of the page in each language
     */
    public record Here(
            String path,
            String target,
            String csrf,
            Language language,
            Languages languages,
            Map<String, String> alternates) {

        private static Here of(PageRequest<?> request, String target) {
            return new Here(
                    request.path(),
                    target,
                    request.csrf(),
                    request.language(),
                    request.site().languages(),
                    request.site().alternates(request.path()));
        }
    }

    /** The credits that can be spent, written out. @param exact the same to the micro-credit */
    public record Balance(String text, String exact) {}

    /** The most organizations that the menu of the picture lists. */
    public static final int ORGANIZATIONS_MAX = 10;

    private static final Pattern LANGUAGE_ASKED = Pattern.compile("[?&]lang=");

    /** The choices of colours, with their labels. */
    public static final Map<String, Sentence> THEMES = themes();

    private static Map<String, Sentence> themes() {
        Map<String, Sentence> themes = new LinkedHashMap<>();
        themes.put("system", sentence("System"));
        themes.put("light", sentence("Light"));
        themes.put("dark", sentence("Dark"));
        return Collections.unmodifiableMap(themes);
    }

    /** @param kind ok, warn or danger; @param href where its link goes, null for none */
    public record Notice(
            String kind,
            String text,
            @Nullable String href,
            @Nullable String link) {}

    static Shell ofStranger(PageRequest<?> request, OperatorWords words) {
        return new Shell(
                request.site().brand(),
                Here.of(request, request.path()),
                null,
                null,
                null,
                words,
                request.money(),
                List.of());
    }

    static Shell of(
            PageRequest<?> request,
            Person person,
            @Nullable Long balanceMicros,
            boolean isBelowLine,
            OperatorWords words,
            List<Members.Organization> organizations) {
        return new Shell(
                request.site().brand(),
                Here.of(request, request.exchange().target()),
                person,
                balanceMicros == null
                        ? null
                        : new Balance(request.money().sum(balanceMicros), Display.exact(balanceMicros)),
                notice(person, isBelowLine, words, request.money()),
                words,
                request.money(),
                organizations);
    }

    private static @Nullable Notice notice(Person person, boolean isBelowLine, OperatorWords words, Money money) {
        Membership membership = person.membership();
        boolean isOwner = membership != null && membership.role() == MemberRole.OWNER;
        Sentence restored = person.isOperator() || isOwner ? words.restored() : null;
        if (restored != null) {
            return new Notice("warn", restored.said(), null, null);
        }
        Long line = person.preferences().balanceLineMicros();
        return line == null || !isBelowLine
                ? null
                : new Notice(
                        "warn",
                        say("Your balance is below your line of {amount}.", money.withUnit(money.sum(line))),
                        person.may(Right.PAY) ? "/dashboard/billing/top-up" : null,
                        person.may(Right.PAY) ? say("Top up") : null);
    }

    /** Returns the frame of a page that has other addresses in other languages. @param alternates by tag */
    public Shell withAlternates(Map<String, String> alternates) {
        Here there = new Here(
                here.path(), here.target(), here.csrf(), here.language(), here.languages(), Map.copyOf(alternates));
        return new Shell(brand, there, person, balance, notice, words, money, organizations);
    }

    /** Returns whether the visitor's role has a whole right, so that its links are shown. */
    public boolean may(Right right) {
        return person != null && person.may(right);
    }

    /** Returns whether the visitor's role has a right or a part of it, so that links to a page of partly seen things are shown. */
    public boolean mayPartly(Right right) {
        return person != null && person.membership() != null && right.isPartly(person.membership());
    }

    /** Returns two letters for the person's picture: of the first and the last word of the name. */
    public String initials() {
        if (person == null) {
            return "";
        }
        String[] words = (person.name().isBlank() ? person.login() : person.name())
                .strip()
                .split("\\s+");
        String letters = first(words[0]) + (words.length > 1 ? first(words[words.length - 1]) : "");
        return letters.toUpperCase(Locale.ROOT);
    }

    private static String first(String word) {
        return word.substring(0, word.offsetByCodePoints(0, 1));
    }

    /** Returns the value of {@code aria-current}; null leaves the attribute out. */
    public @Nullable String current(String item) {
        String path = here.path();
        boolean isWithin = path.startsWith(item + "/")
                && !item.equals("/dashboard")
                && !item.equals("/console")
                && !(item.equals("/docs") && path.startsWith("/docs/models"));
        boolean isOfPrices = item.equals("/console/prices")
                && (path.startsWith("/console/groups") || path.startsWith("/console/plans"));
        boolean is = path.equals(item) || isWithin || isOfPrices;
        return is ? "page" : null;
    }

    /** The zone that times are written in: the visitor's own, for strangers UTC. */
    public ZoneId zone() {
        return person == null ? ZoneOffset.UTC : person.preferences().zone();
    }

    public boolean isConsole() {
        return here.path().equals("/console") || here.path().startsWith("/console/");
    }

    /** Returns the languages that can be chosen. */
    public Languages languages() {
        return here.languages();
    }

    /** Returns the address of a page's stream: in the language of the page, if its own address names one. */
    public String live(String address) {
        return LANGUAGE_ASKED.matcher(here.target()).find()
                ? address + (address.contains("?") ? "&" : "?") + "lang=" + lang()
                : address;
    }

    /** Returns the tag of the page's language. */
    public String lang() {
        return here.language().tag();
    }

    /** Returns the value of {@code data-theme}; null leaves the system's choice. */
    public @Nullable String theme() {
        return person == null || person.preferences().theme().equals("system")
                ? null
                : person.preferences().theme();
    }
}
