package dev.tollgate.pages.dashboard.settings;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.organizations.OrganizationActions;
import dev.tollgate.customers.organizations.OrganizationStores;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.dashboard.parts.TypedCredits;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtenoticesGenerated;
import templates.dashboard.JtesettingsGenerated;

/**
 * {@code /dashboard/settings} and {@code /dashboard/settings/notices}: display and notices, and the language of an organization's mails.
 *
 * @param stores of the organization
 * @param isMailOn whether notices are also sent by mail
 */
public record SettingsPages(People people, OrganizationStores stores, boolean isMailOn) {

    private static final String ACCOUNT = "/dashboard/settings";
    private static final String NOTICES = ACCOUNT + "/notices";
    private static final String VIEW = ACCOUNT + "/view";
    private static final List<String> MONEY = List.of("dollars", "credits");
    /** The pages of this server that a switch leads back to. */
    private static final Pattern BACK = Pattern.compile("/(dashboard|console|playground|docs)([/?][!-~]{0,2000})?");

    private static final List<String> THEMES = List.of("system", "light", "dark");
    private static final Pattern PLACE =
            Pattern.compile("UTC|(Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/.+");
    private static final Field<Long> LINE =
            Field.credits("line", sentence("The balance")).orNull(sentence("notice::never"));
    private static final Sentence CHANGED = sentence("Another session has changed your settings. Reload them.");

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ACCOUNT, pages.persons(), this::account),
                pages.post(ACCOUNT, pages.persons(), this::take),
                pages.get(NOTICES, pages.persons(), this::notices),
                pages.post(NOTICES, pages.persons(), this::changeNotices),
                pages.post(VIEW, pages.persons(), this::changeView));
    }

    // ---- name, zone, theme, shortcuts ----

    /** The values in the form, valid or not. */
    public record Chosen(String name, String zone, String theme, boolean shortcuts) {

        static Chosen of(Person person) {
            Person.Preferences chosen = person.preferences();
            return new Chosen(person.name(), chosen.zone().getId(), chosen.theme(), chosen.shortcuts());
        }
    }

    /** The language of an organization's mails. @param tag null for the operator's */
    public record Mails(String organization, @Nullable String tag) {}

    private PageStep account(PageRequest<Visitor.Member> request) {
        return PageStep.show(unchanged(request, Map.of()));
    }

    private PageStep.Drawing unchanged(PageRequest<Visitor.Member> request, Map<String, String> errors) {
        Person person = request.visitor().person();
        return accountPage(request, Chosen.of(person), person.version(), errors);
    }

    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        if (mails(request) != null && !form.text("deed").isEmpty()) {
            return ActionForms.of(stores, OrganizationActions.SET.showing("language"))
                    .take(
                            request,
                            form,
                            Map.of(),
                            errors -> unchanged(request, errors),
                            _ -> PageStep.to(ACCOUNT + "?saved=1"));
        }
        return changeAccount(request, form);
    }

    private PageStep changeAccount(PageRequest<Visitor.Member> request, Form form) {
        Person person = request.visitor().person();
        Chosen chosen = new Chosen(
                form.text("name").strip(), form.text("zone"), form.text("theme"), form.field("shortcuts") != null);
        Map<String, String> errors = new HashMap<>();
        Sentence name = People.nameComplaint(chosen.name());
        if (chosen.name().isEmpty() || name != null) {
            errors.put("name", name == null ? say("A name is required.") : name.said());
        }
        if (!zones(person).contains(chosen.zone())) {
            errors.put("zone", say("Choose a zone from the list."));
        }
        if (!THEMES.contains(chosen.theme())) {
            errors.put("theme", say("Choose one of these."));
        }
        if (errors.isEmpty()) {
            Person.Preferences old = person.preferences();
            errors = saved(
                    person,
                    form,
                    chosen.name(),
                    new Person.Preferences(
                            ZoneId.of(chosen.zone()),
                            chosen.theme(),
                            chosen.shortcuts(),
                            old.balanceLineMicros(),
                            old.keyNotices(),
                            old.money(),
                            old.language()));
        }
        return errors.isEmpty()
                ? PageStep.to(ACCOUNT + "?saved=1")
                : PageStep.again(accountPage(request, chosen, version(form), errors));
    }

    private PageStep.Drawing accountPage(
            PageRequest<Visitor.Member> request, Chosen chosen, long version, Map<String, String> errors) {
        TreeSet<String> zones = zones(request.visitor().person());
        boolean isSaved = isSaved(request, errors);
        Mails mails = mails(request);
        return (out, shell) ->
                JtesettingsGenerated.render(out, null, shell, chosen, zones, new Edit(version, errors, isSaved), mails);
    }

    /** Returns null if the visitor cannot choose the language, or there is no other. */
    private @Nullable Mails mails(PageRequest<Visitor.Member> request) {
        if (!stores.languages().isChoice() || !request.visitor().may(Right.ORGANIZATION)) {
            return null;
        }
        return stores.organizations()
                .find(request.visitor().accountId())
                .map(it -> new Mails(it.name(), it.language()))
                .orElse(null);
    }

    /** Returns the zones of places and the person's current zone. */
    private static TreeSet<String> zones(Person person) {
        TreeSet<String> zones = new TreeSet<>();
        ZoneId.getAvailableZoneIds().stream()
                .filter(zone -> PLACE.matcher(zone).matches())
                .forEach(zones::add);
        zones.add(person.preferences().zone().getId());
        return zones;
    }

    // ---- the switches of theme and money on other pages ----

    private PageStep changeView(PageRequest<Visitor.Member> request, Form form) {
        Person person = request.visitor().person();
        Person.Preferences old = person.preferences();
        String theme = form.text("theme");
        String money = form.text("money");
        count(people, person);
        people.setPreferences(
                person,
                person.name(),
                new Person.Preferences(
                        old.zone(),
                        THEMES.contains(theme) ? theme : old.theme(),
                        old.shortcuts(),
                        old.balanceLineMicros(),
                        old.keyNotices(),
                        MONEY.contains(money) ? money : old.money(),
                        old.language()));
        String back = form.text("back");
        return PageStep.to(BACK.matcher(back).matches() ? back : "/dashboard");
    }

    // ---- notices ----

    /** The values in the form, valid or not. */
    public record Noticed(String line, Money money, boolean keys, boolean budgets) {}

    private static boolean hasBudgetNotices(Person person) {
        return person.membership() != null && person.membership().notices();
    }

    private PageStep notices(PageRequest<Visitor.Member> request) {
        Person person = request.visitor().person();
        return PageStep.show(noticePage(
                request,
                new Noticed(
                        line(person, request.money()),
                        request.money(),
                        person.preferences().keyNotices(),
                        hasBudgetNotices(person)),
                person.version(),
                Map.of()));
    }

    private static String line(Person person, Money money) {
        Long line = person.preferences().balanceLineMicros();
        return line == null ? "" : TypedCredits.of(line, money);
    }

    private PageStep changeNotices(PageRequest<Visitor.Member> request, Form form) {
        Person person = request.visitor().person();
        String line = form.text("line").strip();
        boolean keyNotices = form.field("keys") != null;
        boolean budgets = form.field("budgets") != null;
        Person.Preferences old = person.preferences();
        Map<String, String> errors;
        try {
            Long micros = !line.isEmpty() && TypedCredits.neededUnit(form) == Money.DOLLARS
                    ? Long.valueOf(TypedCredits.micros(line, Money.DOLLARS))
                    : ActionForms.read(form, List.of(LINE), body -> body.amountOr(LINE, old.balanceLineMicros()));
            errors = saved(
                    person,
                    form,
                    person.name(),
                    new Person.Preferences(
                            old.zone(), old.theme(), old.shortcuts(), micros, keyNotices, old.money(), old.language()));
        } catch (IllegalArgumentException e) {
            errors = Map.of("line", Mistake.of(e).said());
        }
        if (errors.isEmpty()) {
            people.setBudgetNotices(person, budgets);
            return PageStep.to(NOTICES + "?saved=1");
        }
        Noticed typed = new Noticed(line, TypedCredits.unit(form, request.money()), keyNotices, budgets);
        return PageStep.again(noticePage(request, typed, version(form), errors));
    }

    private PageStep.Drawing noticePage(
            PageRequest<Visitor.Member> request, Noticed chosen, long version, Map<String, String> errors) {
        boolean isSaved = isSaved(request, errors);
        return (out, shell) ->
                JtenoticesGenerated.render(out, null, shell, chosen, isMailOn, new Edit(version, errors, isSaved));
    }

    // ---- both ----

    private static boolean isSaved(PageRequest<?> request, Map<String, String> errors) {
        return request.query("saved") != null && errors.isEmpty();
    }

    /** Counts a change that a person saves. @throws dev.tollgate.base.error.ApiException 429 if they have saved too many within a day */
    public static void count(People people, Person person) {
        Duration wait = people.countChange(person);
        if (wait.isPositive()) {
            throw ApiError.of(
                            ErrorCode.RATE_LIMIT_EXCEEDED,
                            sentence(
                                    "You have saved {max} changes within a day. Try again tomorrow.",
                                    String.valueOf(People.SETTINGS_DAY)))
                    .retryAfter(wait)
                    .asException();
        }
    }

    /** @return the errors; empty if the form was saved */
    private Map<String, String> saved(Person person, Form form, String name, Person.Preferences chosen) {
        if (version(form) != person.version()) {
            return Map.of("form", CHANGED.said());
        }
        count(people, person);
        return people.setPreferences(person, name, chosen) ? Map.of() : Map.of("form", CHANGED.said());
    }

    /** Returns the version in the form, or a version that never exists if the form has none. */
    private static long version(Form form) {
        @Nullable String text = form.field("version");
        return text != null && text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }

    /** A form of settings: the version that it shows, and the result of the last one. */
    public record Edit(long version, Map<String, String> errors, boolean saved) {}
}
