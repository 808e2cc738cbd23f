package dev.tollgate.pages.console.server;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.base.config.Setting;
import dev.tollgate.base.config.SettingTable;
import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.accounts.OperatorLinks;
import dev.tollgate.operator.admin.server.OperatorSettings;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.console.parts.FormState;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import templates.console.JtesettingsGenerated;

/** {@code /console/settings}: a tab for each group of settings that can be changed while the program runs, one for mail, and one for all. */
public record ConsoleSettings(OperatorSettings settings, OperatorLinks links, DeedForms forms) {

    private static final String MAIL = "mail";
    private static final String ALL = "all";
    private static final String SAVE = OperatorSettings.SAVE.button().deed();

    private static final Map<String, Sentence> LABELS = Map.ofEntries(
            Map.entry("brand.terms", sentence("Terms")),
            Map.entry("brand.privacy", sentence("Privacy notice")),
            Map.entry("brand.imprint", sentence("Imprint")),
            Map.entry("brand.support", sentence("Support")),
            Map.entry("brand.announcement", sentence("Announcement")),
            Map.entry("pages.money", sentence("Unit of amounts")),
            Map.entry("pages.status", sentence("Public status page")),
            Map.entry("sign-up.open", sentence("Open to visitors")),
            Map.entry("sign-up.credits", sentence("Credits of a new account")),
            Map.entry("sign-up.credit-days", sentence("Days of these credits")),
            Map.entry("limits.members", sentence("Members of an organization")),
            Map.entry("seller.name", sentence("Seller")),
            Map.entry("seller.address", sentence("Address")),
            Map.entry("seller.vat-id", sentence("VAT ID")),
            Map.entry("http.access-log", sentence("Log each request")),
            Map.entry("log.format", sentence("Format of log lines")),
            Map.entry("log.addresses", sentence("Caller addresses")));

    /** The names of the groups of settings that can be changed here, by the last parts of their tabs' paths. */
    private static final Map<String, Sentence> TABS = Map.ofEntries(
            Map.entry("branding", sentence("Branding")),
            Map.entry("sign-up", sentence("Sign-up")),
            Map.entry("limits", sentence("Limits")),
            Map.entry("invoices", sentence("Invoices")),
            Map.entry("logging", sentence("Logging")));

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ConsolePaths.SETTINGS, pages.operators(), this::show),
                pages.get(ConsolePaths.SETTINGS + "/{tab}", pages.operators(), this::show),
                pages.post(ConsolePaths.SETTINGS, pages.operators(), forms.proved(request -> "", this::set)),
                pages.post(
                        ConsolePaths.SETTINGS + "/{tab}", pages.operators(), forms.proved(request -> "", this::set)));
    }

    /** @param current for {@code aria-current} */
    public record Tab(String title, String href, @Nullable String current) {}

    /**
     * A setting that can be changed here.
     *
     * @param choices of a select; empty for a text or a switch
     * @param fixed by which source the value is fixed, so that the field is closed; null if it can be changed here
     */
    public record Field(
            String name,
            String label,
            String about,
            @Nullable String hint,
            Value value,
            List<String> choices,
            boolean isSwitch,
            @Nullable String fixed) {}

    /**
     * The value of a field.
     *
     * @param was the value that the form is shown with
     * @param text the same, or what was typed
     * @param error null if nothing is wrong with it
     */
    public record Value(String was, String text, @Nullable String error) {}

    private PageStep show(PageRequest<Visitor.Member> request) {
        return show(request, FormState.kept(forms.kept(request)), 200);
    }

    private PageStep set(PageRequest<Visitor.Member> request, Form form) {
        return forms.offer(
                        settings,
                        OperatorSettings.SAVE,
                        (asked, typed) -> OperatorSettings.saved(changes(tab(asked.path()), typed)))
                .and(links, List.of(OperatorLinks.TEST_MAIL))
                .take(request, form, Map.of(), refused -> show(request, refused, 422), done -> done.on(request.path()));
    }

    /** Returns the changed values of the form by the setting's name. A value that is the default is not stored. */
    private Map<String, @Nullable String> changes(String tab, Form form) {
        Map<String, @Nullable String> changes = new LinkedHashMap<>();
        boolean areAllowed = true;
        for (OperatorSettings.SettingView shown : changeable().getOrDefault(tab, List.of())) {
            Setting<?> setting = shown.setting();
            String was = form.field(DeedForms.WAS + setting.name());
            if (was == null || fixed(shown) != null) {
                continue;
            }
            String typed = isSwitch(setting)
                    ? String.valueOf(form.field(setting.name()) != null)
                    : FormState.text(form, setting.name());
            if (typed.equals(was)) {
                continue;
            }
            if (!was.equals(value(shown))) {
                throw new IllegalArgumentException(
                        say("{setting} was changed by another operator. Reload the page.", label(setting)));
            }
            changes.put(setting.name(), typed.isEmpty() || typed.equals(setting.defaultText()) ? null : typed);
            areAllowed &= typed.isEmpty() || setting.allows(typed);
        }
        if (!areAllowed) {
            throw new Mistake(sentence("Nothing was changed. Correct the marked fields."));
        }
        return changes;
    }

    private PageStep show(PageRequest<Visitor.Member> request, FormState form, int status) {
        String tab = tab(request.path());
        Map<String, List<OperatorSettings.SettingView>> changeable = changeable();
        List<Tab> tabs = new ArrayList<>();
        changeable.forEach((slug, shown) -> tabs.add(tab(
                title(slug, shown.getFirst().setting()),
                tabs.isEmpty() ? ConsolePaths.SETTINGS : ConsolePaths.SETTINGS + "/" + slug,
                slug,
                tab)));
        tabs.add(tab(say("Mail"), ConsolePaths.MAIL, MAIL, tab));
        tabs.add(tab(say("All settings"), ConsolePaths.SETTINGS + "/" + ALL, ALL, tab));
        if (tabs.stream().noneMatch(each -> each.current() != null)) {
            return PageStep.to(ConsolePaths.SETTINGS);
        }
        String done = DeedForms.done(request, form.error());
        Mail mail =
                tab.equals(MAIL) ? mail(request.visitor().person().preferences().zone()) : null;
        List<Field> fields = changeable.getOrDefault(tab, List.of()).stream()
                .map(shown -> field(shown, form))
                .toList();
        Map<Boolean, List<OperatorSettings.SettingView>> all = tab.equals(ALL)
                ? settings.all().stream()
                        .sorted(Comparator.comparing(shown -> shown.setting().name()))
                        .collect(Collectors.partitioningBy(shown -> shown.source() == CurrentSettings.Source.DEFAULT))
                : Map.of(true, List.of(), false, List.of());
        PageStep.Drawing drawing = (out, shell) -> JtesettingsGenerated.render(
                out,
                null,
                shell,
                new Place(tabs, request.path(), tab, done),
                form,
                new Listed(fields, Objects.requireNonNull(all.get(false)), Objects.requireNonNull(all.get(true))),
                mail);
        return status == 200 ? PageStep.show(drawing) : PageStep.again(drawing);
    }

    private static String title(String slug, Setting<?> first) {
        Sentence title = TABS.get(slug);
        return title == null ? SettingTable.group(first) : title.said();
    }

    private static Tab tab(String title, String href, String slug, String current) {
        return new Tab(title, href, slug.equals(current) ? "page" : null);
    }

    /** The path without a tab shows the first one. */
    private String tab(String path) {
        return path.equals(ConsolePaths.SETTINGS)
                ? changeable().keySet().iterator().next()
                : path.substring(ConsolePaths.SETTINGS.length() + 1);
    }

    /** Returns the changeable settings by the last part of their tab's path. */
    private Map<String, List<OperatorSettings.SettingView>> changeable() {
        Map<String, List<OperatorSettings.SettingView>> groups = new LinkedHashMap<>();
        settings.all().stream().filter(shown -> shown.setting().changeable()).forEach(shown -> groups.computeIfAbsent(
                        SettingTable.group(shown.setting())
                                .toLowerCase(Locale.ROOT)
                                .replace(' ', '-'),
                        _ -> new ArrayList<>())
                .add(shown));
        return groups;
    }

    private static Field field(OperatorSettings.SettingView shown, FormState form) {
        Setting<?> setting = shown.setting();
        boolean isSwitch = isSwitch(setting);
        String value = value(shown);
        String typed = isSwitch && form.isTouched(SAVE)
                ? String.valueOf(!form.value(SAVE, setting.name()).isEmpty())
                : form.value(SAVE, setting.name(), value);
        boolean isWrong =
                form.error(SAVE) != null && !typed.isEmpty() && !typed.equals(value) && !setting.allows(typed);
        return new Field(
                setting.name(),
                label(setting),
                setting.doc().said(),
                setting.choices().isEmpty() ? hint(setting) : null,
                new Value(
                        form.value(SAVE, DeedForms.WAS + setting.name(), value),
                        fixed(shown) == null ? typed : value,
                        isWrong ? say("{field} must be {allowed}.", label(setting), setting.allowed()) : null),
                isSwitch ? List.of() : setting.choices(),
                isSwitch,
                fixed(shown));
    }

    private static String label(Setting<?> setting) {
        return LABELS.getOrDefault(setting.name(), Sentence.asItIs(setting.name()))
                .said();
    }

    private static String hint(Setting<?> setting) {
        return setting.defaultText().isEmpty()
                ? say("Allowed: {allowed}.", setting.allowed())
                : say("Allowed: {allowed}. Default: {default}.", setting.allowed(), setting.defaultText());
    }

    private static boolean isSwitch(Setting<?> setting) {
        return setting.choices().equals(List.of("true", "false"));
    }

    private static String value(OperatorSettings.SettingView shown) {
        return Objects.requireNonNullElse(shown.value(), "");
    }

    /** Null if nothing wins over what is set here. */
    private static @Nullable String fixed(OperatorSettings.SettingView shown) {
        return switch (shown.source()) {
            case ARGUMENT -> say("by the argument {option}", shown.setting().option());
            case ENVIRONMENT ->
                say("by the environment variable {variable}", shown.setting().variable());
            case FILE -> say("by the settings file");
            case STORED, DEFAULT -> null;
        };
    }

    /**
     * The state of sending mails. @param sent when the last one was sent; empty: none was @param failure why the last one failed; empty: it did not
     */
    public record Mail(boolean isOn, String sent, String waiting, String failure) {}

    private Mail mail(ZoneId zone) {
        Outbox.State state = links.links().mailState();
        Instant sent = state.sentAt();
        return new Mail(
                links.links().isMailOn(),
                sent == null ? "" : Display.time(sent, zone),
                state.waiting() < 100 ? Display.number(state.waiting()) : say("100 or more"),
                state.reason() == null ? "" : state.reason());
    }

    public static String source(CurrentSettings.Source source) {
        return switch (source) {
            case ARGUMENT -> say("source::argument");
            case ENVIRONMENT -> say("source::environment");
            case FILE -> say("source::file");
            case STORED -> say("set here");
            case DEFAULT -> say("source::default");
        };
    }

    /** The tab that is open. */
    public record Place(
            List<ConsoleSettings.Tab> tabs,
            String action,
            String tab,
            @Nullable String done) {}

    /** The settings of the tab. */
    public record Listed(
            List<Field> fields,
            List<OperatorSettings.SettingView> changed,
            List<OperatorSettings.SettingView> defaults) {}
}
