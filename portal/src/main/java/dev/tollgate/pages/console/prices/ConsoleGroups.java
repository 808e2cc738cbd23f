package dev.tollgate.pages.console.prices;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.models.SoldTo;
import dev.tollgate.models.prices.GroupFactors;
import dev.tollgate.models.prices.GroupVersion;
import dev.tollgate.models.prices.PriceGroups;
import dev.tollgate.models.prices.PriceGroups.Group;
import dev.tollgate.operator.admin.prices.OperatorGroups;
import dev.tollgate.operator.admin.prices.OperatorGroups.InGroup;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.console.parts.FormState;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import templates.console.JtegroupGenerated;
import templates.console.JtegroupsGenerated;

/** {@code /console/groups[/{group}]}: price groups, who is in one, and a new version of it, shown at ten models before it is set. */
public record ConsoleGroups(OperatorGroups groups, AccountList accounts, DeedForms forms, InstantSource clock) {

    private static final String ONE = ConsolePaths.GROUPS + "/{group}";

    /** A field of the form that shows what would change. */
    static final String PREVIEW = "preview";

    private static final int VERSIONS = 20;
    private static final int ACCOUNTS = 50;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ConsolePaths.GROUPS, pages.operators(), this::list),
                pages.get(
                        ONE,
                        pages.operators(),
                        request -> PageStep.show(drawing(request, FormState.kept(forms.kept(request)), List.of()))),
                pages.post(ONE, pages.operators(), this::compareOrChange));
    }

    /** A line of the list. @param inForce null before the first version */
    public record Line(Group group, @Nullable GroupVersion inForce, long accounts) {}

    private PageStep list(PageRequest<Visitor.Member> request) {
        String named = request.query("name");
        if (named != null && PriceGroups.NAME.matcher(named).matches()) {
            return PageStep.to(ConsolePaths.GROUPS + "/" + named);
        }
        Instant now = clock.instant();
        Map<String, Long> sizes = groups.sizes();
        List<Line> lines = groups.all().stream()
                .map(group -> new Line(group, group.at(now), sizes.getOrDefault(group.name(), 0L)))
                .toList();
        return PageStep.show((out, shell) -> JtegroupsGenerated.render(out, null, shell, lines, named != null));
    }

    private PageStep compareOrChange(PageRequest<Visitor.Member> request, Form form) {
        if (form.field(PREVIEW) != null) {
            return compare(request, form);
        }
        if (forms.isTooLong(request, form)) { // many factors: they would be lost
            String error = say(
                    "This form is too long to be kept while you enter your password. Enter it at {page} in another tab, then compare and set again.",
                    ConsolePaths.PROVE);
            return PageStep.again(drawing(request, FormState.wrong(form, error), List.of()));
        }
        return forms.proved(its -> its.param("group"), this::change).take(request, form);
    }

    /** Shows what would change; it changes nothing. */
    private PageStep compare(PageRequest<Visitor.Member> request, Form form) {
        FormState typed = FormState.kept(form.fields());
        try {
            GroupFactors factors = ActionForms.read(
                    form,
                    List.of(GroupFactors.FACTOR, GroupFactors.MODELS),
                    body -> new GroupFactors(
                            body.need(GroupFactors.FACTOR), new TreeMap<>(models(body.get(GroupFactors.MODELS)))));
            return PageStep.show(drawing(request, typed, groups.preview(factors)));
        } catch (ApiException | IllegalArgumentException e) {
            return PageStep.again(drawing(request, FormState.wrong(form, e), List.of()));
        }
    }

    private static Map<String, Integer> models(@Nullable Map<String, Integer> read) {
        return read == null ? Map.of() : read;
    }

    private PageStep change(PageRequest<Visitor.Member> request, Form form) {
        String name = request.param("group");
        return forms.offer(groups, OperatorGroups.OF_GROUP)
                .take(
                        request,
                        form,
                        Map.of("group", name),
                        refused -> PageStep.again(drawing(request, refused, List.of())),
                        done -> done.on(ConsolePaths.GROUPS + "/" + name));
    }

    /**
     * A group as the page shows it.
     *
     * @param group null if there is none of this name yet
     * @param accounts the first of those in it, by id, with their names
     * @param inIt the number of all
     * @param losses models that are sold below cost in it, and not at the standard price
     */
    public record Shown(
            String name,
            @Nullable Group group,
            List<GroupVersion> versions,
            Map<String, String> accounts,
            int inIt,
            List<InGroup> losses) {}

    /** The forms of the page. @param preview the first models at the typed factors; empty without a comparison */
    public record Forms(
            FormState form, List<InGroup> preview, @Nullable String done) {}

    private PageStep.Drawing drawing(PageRequest<Visitor.Member> request, FormState form, List<InGroup> preview) {
        String name = request.param("group");
        if (!PriceGroups.NAME.matcher(name).matches() || name.equals(SoldTo.STANDARD)) {
            throw ConsolePaths.notFound(sentence("There is no price group of this name."));
        }
        Group group = groups.all().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElse(null);
        List<String> in = group == null ? List.of() : groups.accounts(name);
        List<String> first = in.stream().limit(ACCOUNTS).toList();
        Map<String, String> names = new TreeMap<>();
        Map<String, String> known = accounts.names(Set.copyOf(first));
        first.forEach(id -> names.put(id, known.getOrDefault(id, id)));
        Shown shown = new Shown(
                name,
                group,
                group == null ? List.of() : groups.versions(name, Long.MAX_VALUE, VERSIONS),
                names,
                in.size(),
                group == null
                        ? List.of()
                        : groups.models(name).stream()
                                .filter(model -> !model.losses().isEmpty())
                                .toList());
        String done = DeedForms.done(request, form.error());
        List<InGroup> ten = preview.stream().limit(OperatorGroups.PREVIEW).toList();
        return (out, shell) -> JtegroupGenerated.render(out, null, shell, shown, new Forms(form, ten, done));
    }

    /** Returns a factor against the standard price, as in {@code 15 % below standard}. */
    public static String words(int factor) {
        return GroupFactors.words(factor).said();
    }
}
