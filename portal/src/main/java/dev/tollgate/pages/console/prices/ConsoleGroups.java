package dev.tollgate.pages.console.prices;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.host.UrlText;
import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.figures.PlatformHistory.OfAccount;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.models.SoldTo;
import dev.tollgate.models.prices.GroupFactors;
import dev.tollgate.models.prices.GroupVersion;
import dev.tollgate.models.prices.PriceGroups;
import dev.tollgate.models.prices.PriceGroups.Group;
import dev.tollgate.operator.admin.prices.GroupModels.Draft;
import dev.tollgate.operator.admin.prices.GroupModels.InGroup;
import dev.tollgate.operator.admin.prices.OperatorGroups;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.ConsoleRange;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.console.parts.FormState;
import dev.tollgate.pages.console.parts.WantedAccount;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import templates.console.JtegroupGenerated;
import templates.console.JtegroupsGenerated;

/** {@code /console/groups[/{group}]}: price groups, what the accounts in one pay, and a new version of it, shown at all models before it is set. */
public record ConsoleGroups(
        OperatorGroups groups, AccountList accounts, PlatformHistory history, DeedForms forms, InstantSource clock) {

    private static final String ONE = ConsolePaths.GROUPS + "/{group}";

    /** A field of the form that shows what would change. */
    static final String PREVIEW = "preview";

    /** The parameter, and the field, of the account that enters the group with the version. */
    private static final String ACCOUNT = "account";

    private static final String DEED = OperatorGroups.SET_FOR.name();
    private static final int VERSIONS = 20;
    private static final int ACCOUNTS = 50;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ConsolePaths.GROUPS, pages.operators(), this::list),
                pages.get(
                        ONE,
                        pages.operators(),
                        request -> PageStep.show(drawing(request, FormState.kept(forms.kept(request)), null))),
                pages.post(ONE, pages.operators(), this::compareOrChange));
    }

    // ---- the list ----

    /**
     * A line of the list.
     *
     * @param inForce null before the first version
     * @param figures of the accounts in it, of the last 30 days
     */
    public record Line(Group group, @Nullable GroupVersion inForce, long accounts, Figures figures) {}

    /** The form of a new group. @param name as typed @param account as typed @param error null if nothing is wrong */
    public record NewForm(
            String name, String account, @Nullable String error) {}

    private PageStep list(PageRequest<Visitor.Member> request) {
        String name = Objects.requireNonNullElse(request.query("name"), "").strip();
        String typed = Objects.requireNonNullElse(request.query(ACCOUNT), "").strip();
        if (name.isEmpty()) {
            return PageStep.show(listing(new NewForm("", typed, null)));
        }
        WantedAccount wanted = WantedAccount.of(accounts, typed);
        String error = complaint(name, wanted);
        return error != null
                ? PageStep.again(listing(new NewForm(name, typed, error)))
                : PageStep.to(ConsolePaths.GROUPS + "/" + name
                        + (wanted.id() == null ? "" : "?" + ACCOUNT + "=" + UrlText.encoded(wanted.id())));
    }

    private static @Nullable String complaint(String name, WantedAccount wanted) {
        if (!PriceGroups.NAME.matcher(name).matches() || name.equals(SoldTo.STANDARD)) {
            return say("A name has 1 to 32 of a-z 0-9 -, and begins with a letter.");
        }
        if (wanted.isOpen()) {
            return say("Several accounts match “{text}”. Enter the mail or the id of one.", wanted.typed());
        }
        return wanted.isNobody() ? say("No account matches “{text}”.", wanted.typed()) : null;
    }

    private PageStep.Drawing listing(NewForm form) {
        Instant now = clock.instant();
        Map<String, Long> sizes = groups.sizes();
        Map<String, Figures> paid = new HashMap<>();
        if (!sizes.isEmpty()) {
            figures().forEach((account, figures) -> paid.merge(groups.group(account), figures, Figures::plus));
        }
        List<Line> lines = groups.all().stream()
                .map(group -> new Line(
                        group,
                        group.at(now),
                        sizes.getOrDefault(group.name(), 0L),
                        paid.getOrDefault(group.name(), Figures.NONE)))
                .toList();
        return (out, shell) -> JtegroupsGenerated.render(out, null, shell, lines, form);
    }

    /** Returns the figures of the last 30 days by account. */
    private Map<String, Figures> figures() {
        Instant first = history.firstCall();
        ConsoleRange range = ConsoleRange.of(null, clock.instant()).since(first, first);
        return history.byAccount(range.span()).stream().collect(Collectors.toMap(OfAccount::id, OfAccount::figures));
    }

    // ---- one group ----

    private PageStep compareOrChange(PageRequest<Visitor.Member> request, Form form) {
        if (form.field(PREVIEW) != null) {
            return compare(request, form);
        }
        if (forms.isTooLong(request, form)) { // many percentages: they would be lost
            String error = say(
                    "This form is too long to be kept while you enter your password. Enter it at {page} in another tab, then compare and set again.",
                    ConsolePaths.PROVE);
            return PageStep.again(drawing(request, FormState.wrong(form, error), null));
        }
        return forms.proved(its -> its.param("group"), this::change).take(request, form);
    }

    /** Shows what would change; it changes nothing. */
    private PageStep compare(PageRequest<Visitor.Member> request, Form form) {
        try {
            List<Field<?>> fields = OperatorGroups.SET_FOR.ownFields();
            Draft draft = groups.models().draft(Body.of(ActionForms.typed(form, fields), fields));
            Preview preview = new Preview(draft, groups.models().preview(request.param("group"), draft.factors()));
            return PageStep.show(drawing(request, FormState.kept(form.fields()), preview));
        } catch (ApiException e) {
            return PageStep.again(drawing(request, DeedForms.wrong(form, OperatorGroups.SET_FOR, e.error()), null));
        } catch (IllegalArgumentException e) {
            return PageStep.again(drawing(request, FormState.wrong(form, e), null));
        }
    }

    private PageStep change(PageRequest<Visitor.Member> request, Form form) {
        String name = request.param("group");
        int entered = FormState.text(form, ACCOUNT).isEmpty() ? 0 : 1;
        return forms.offer(groups, OperatorGroups.OF_GROUP)
                .take(
                        request,
                        form,
                        Map.of("group", name),
                        refused -> PageStep.again(drawing(request, refused, null)),
                        done -> done.is(OperatorGroups.SET_FOR)
                                ? done.on(ConsolePaths.GROUPS + "/" + name, entered)
                                : done.on(ConsolePaths.GROUPS + "/" + name));
    }

    /** A version that is compared with what is in force. @param models all of the catalogue, those first that are sold below cost */
    public record Preview(Draft draft, List<InGroup> models) {

        /** Returns the models that change or are sold below cost. */
        public List<GroupLine> lines() {
            return GroupLine.of(models.stream().filter(Preview::isShown));
        }

        private static boolean isShown(InGroup model) {
            return model.isChange() || model.isBelowCost();
        }

        public long losses() {
            return models.stream().filter(InGroup::isBelowCost).count();
        }

        /** Returns how many of {@link #losses} are at the standard price, too. */
        public long known() {
            return losses() - models.stream().filter(InGroup::isLoss).count();
        }

        public long unchanged() {
            return models.stream().filter(model -> !isShown(model)).count();
        }
    }

    /** An account in the group, with its figures of the last 30 days. */
    public record Payer(String id, String name, Figures figures) {}

    /**
     * A group as the page shows it.
     *
     * @param group null if there is none of this name yet
     * @param inForce null before the first version
     * @param payers the first accounts in it, by what they paid
     * @param inIt the number of all
     * @param losses models that are sold below cost in it, and not at the standard price
     */
    public record Shown(
            String name,
            @Nullable Group group,
            @Nullable GroupVersion inForce,
            List<GroupVersion> versions,
            List<Payer> payers,
            int inIt,
            List<InGroup> losses) {}

    /**
     * An account that enters the group with the version.
     *
     * @param group that it is in now
     */
    public record Entering(String id, String name, String group) {}

    /** The forms of the page. @param preview null without a comparison @param entering null for none */
    public record Forms(
            FormState form,
            @Nullable Preview preview,
            @Nullable Entering entering,
            @Nullable String done) {}

    private PageStep.Drawing drawing(PageRequest<Visitor.Member> request, FormState form, @Nullable Preview preview) {
        String name = request.param("group");
        if (!PriceGroups.NAME.matcher(name).matches() || name.equals(SoldTo.STANDARD)) {
            throw ConsolePaths.notFound(sentence("There is no price group of this name."));
        }
        Group group = groups.all().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElse(null);
        List<String> in = group == null ? List.of() : groups.accounts(name);
        Shown shown = new Shown(
                name,
                group,
                group == null ? null : group.at(clock.instant()),
                group == null ? List.of() : groups.versions(name, Long.MAX_VALUE, VERSIONS),
                payers(in),
                in.size(),
                group == null
                        ? List.of()
                        : groups.models(name).stream().filter(InGroup::isLoss).toList());
        String done = DeedForms.done(request, form.error());
        Forms shownForms = new Forms(form, preview, entering(form, request), done);
        return (out, shell) -> JtegroupGenerated.render(out, null, shell, shown, shownForms);
    }

    private List<Payer> payers(List<String> ids) {
        if (ids.isEmpty()) {
            return List.of();
        }
        Map<String, Figures> figures = figures();
        List<String> first = ids.stream()
                .sorted(Comparator.comparing((String id) ->
                                figures.getOrDefault(id, Figures.NONE).netMicros())
                        .reversed()
                        .thenComparing(Comparator.naturalOrder()))
                .limit(ACCOUNTS)
                .toList();
        Map<String, String> names = accounts.names(Set.copyOf(first));
        return first.stream()
                .map(id -> new Payer(id, names.getOrDefault(id, id), figures.getOrDefault(id, Figures.NONE)))
                .toList();
    }

    private @Nullable Entering entering(FormState form, PageRequest<Visitor.Member> request) {
        String id = form.value(DEED, ACCOUNT, Objects.requireNonNullElse(request.query(ACCOUNT), ""));
        String name = id.isEmpty() ? null : accounts.names(Set.of(id)).get(id);
        return name == null ? null : new Entering(id, name, groups.group(id));
    }

    /** Returns a factor against the standard price, as in {@code 15 % below standard}. */
    public static String words(int factor) {
        return GroupFactors.words(factor).said();
    }

    /** Returns the factors of single models against the standard price, a line each. */
    public static List<String> own(GroupFactors factors) {
        return factors.models().entrySet().stream()
                .map(each -> say("{model}: {factor}", each.getKey(), words(each.getValue())))
                .toList();
    }
}
