package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.money.Shares;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.customers.organizations.OrganizationActions;
import dev.tollgate.customers.organizations.OrganizationStores;
import dev.tollgate.customers.organizations.Organizations;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.keys.KeyCaller.LabelRules;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtetagsGenerated;

/** {@code /dashboard/tags}: the names of tags that an organization counts, this month's usage by their values, and end users. */
public record TagsPage(OrganizationStores stores, AccountHistory history, InstantSource clock) {

    private static final String PATH = "/dashboard/tags";
    private static final int VALUES = 20;

    /** A row of usage. @param value null for the calls without one @param rest the number of further values that the row sums up; 0 for one value */
    public record Row(@Nullable String value, int rest, Figures figures) {

        /** Returns the row's part of the net of all rows, which is more than 0. */
        public long percentOf(List<Row> rows) {
            long all = rows.stream().mapToLong(row -> row.figures.netMicros()).sum();
            return Shares.nearest(100 * figures.netMicros(), all);
        }
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(
                        PATH,
                        pages.members(Right.ORGANIZATION),
                        request -> PageStep.show(page(request, Typed.of(request.query("done"))))),
                pages.post(PATH, pages.members(Right.ORGANIZATION), this::take));
    }

    /** The state of the forms. @param names as typed; null as they are @param errors by field */
    public record Typed(@Nullable String names, @Nullable String said, Map<String, String> errors) {

        static Typed of(@Nullable String done) {
            String said = "saved".equals(done)
                    ? say("The tags are saved.")
                    : "erased".equals(done) ? say("The end user is erased. The sums stay.") : null;
            return new Typed(null, said, Map.of());
        }
    }

    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        return ActionForms.of(
                        stores, OrganizationActions.SET.showing("tag_names", "end_users"), OrganizationActions.ERASE)
                .take(
                        request,
                        form,
                        Map.of(),
                        errors -> page(request, new Typed(form.field("tag_names"), null, errors)),
                        done -> PageStep.to(
                                PATH + (done.is(OrganizationActions.ERASE) ? "?done=erased" : "?done=saved")));
    }

    private PageStep.Drawing page(PageRequest<Visitor.Member> request, Typed typed) {
        String account = request.visitor().accountId();
        LabelRules rules = stores.organizations()
                .find(account)
                .map(Organizations.Organization::labels)
                .orElse(LabelRules.NONE);
        LocalDate today = clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
        Map<String, List<Row>> values = new LinkedHashMap<>();
        rules.names().forEach(name -> values.put(name, rows(account, name, today)));
        if (rules.endUsers()) {
            values.put(CallLabels.END_USER, rows(account, CallLabels.END_USER, today));
        }
        String names = typed.names() == null ? String.join(", ", rules.names()) : typed.names();
        return (out, shell) -> JtetagsGenerated.render(out, null, shell, names, rules.endUsers(), values, typed);
    }

    /** Returns the month's usage by a label: the values that cost most, the others together, and the calls without one. */
    private List<Row> rows(String account, String name, LocalDate today) {
        List<UsageGroup> all = groups(account, name, today);
        List<UsageGroup> named = all.stream()
                .filter(group -> !group.name().isEmpty())
                .sorted(Comparator.comparingLong(
                        (UsageGroup group) -> -group.figures().netMicros()))
                .toList();
        List<Row> rows = new ArrayList<>();
        named.stream().limit(VALUES).forEach(group -> rows.add(new Row(group.name(), 0, group.figures())));
        if (named.size() > VALUES) {
            Figures rest = named.stream().skip(VALUES).map(UsageGroup::figures).reduce(Figures.NONE, Figures::plus);
            rows.add(new Row(null, named.size() - VALUES, rest));
        }
        all.stream()
                .filter(group -> group.name().isEmpty())
                .forEach(group -> rows.add(new Row(null, 0, group.figures())));
        return rows;
    }

    /** Returns nothing if there are too many values. */
    private List<UsageGroup> groups(String account, String name, LocalDate today) {
        Span month = Span.ofDays(today.withDayOfMonth(1), today.plusDays(1));
        try {
            return history.usage(
                            account,
                            new UsageQuestion(
                                    month, Set.of(By.LABEL), null, KeyFilter.ALL, null, UsageQuestion.LABELS_MAX, name))
                    .groups();
        } catch (ApiException e) {
            return List.of();
        }
    }
}
