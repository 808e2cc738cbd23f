package dev.tollgate.pages.dashboard.requests;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.ids.BatchLine;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.CallLabels.Label;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.AccountHistory.Hit;
import dev.tollgate.customers.figures.CallPage;
import dev.tollgate.customers.figures.CsvExport;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.rejections.RefusedCalls;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Route;
import dev.tollgate.jobs.SeenJobs;
import dev.tollgate.keys.KeyView;
import dev.tollgate.keys.Keys;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.pages.dashboard.parts.CallFilters;
import dev.tollgate.pages.dashboard.parts.ChosenRange;
import dev.tollgate.pages.dashboard.parts.FileName;
import dev.tollgate.pages.dashboard.parts.FilterChoice;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.parts.OwnerNames;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.PageFile;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtefindGenerated;
import templates.dashboard.JterequestsGenerated;

/** {@code /dashboard/requests}, the same as a file, and {@code /dashboard/find}: what happened. */
public record RequestsPage(
        AccountHistory history,
        Keys keys,
        OwnerNames.Reader owners,
        Catalogue catalogue,
        RefusedCalls refused,
        SeenJobs jobs,
        InstantSource clock) {

    /** A page of them is below 40 kB; the columns of teams and members take the room of some. */
    private static final int ROWS = 36;

    private static final int ROWS_OF_A_COLUMN = 3;

    /** The field that shows the column of members. */
    private static final String WITH_MEMBER = "with_member";

    private static final int FIND_CHARS_MAX = 200;

    /** The most teams, and the most members, that are found. */
    private static final int FOUND_MAX = 20;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PageLink.REQUESTS, pages.partly(Right.USAGE), this::show),
                pages.file(PageLink.REQUESTS + ".csv", pages.partly(Right.USAGE), this::file),
                pages.get("/dashboard/find", pages.partly(Right.USAGE), this::find));
    }

    // ---- the log ----

    private PageStep show(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        Instant now = clock.instant();
        CallFilters filters = CallFilters.of(request, now);
        String before = place(request, "before");
        String after = before == null ? place(request, "after") : null;
        OwnerNames owned = owners.of(account, filters.keys().view());
        boolean withMember = request.query(WITH_MEMBER) != null;
        int rows = ROWS - (owned.teams().isEmpty() ? 0 : ROWS_OF_A_COLUMN) - (withMember ? ROWS_OF_A_COLUMN : 0);
        CallPage page = filters.order() == null
                ? history.calls(account, filters.filter(), before, after, rows)
                : history.first(account, filters.filter(), filters.order(), rows);
        KeyNames names = KeyNames.of(keys, account, filters.keys().view());
        List<FilterChoice> models =
                FilterChoice.of(catalogue.all().stream().map(Model::id).toList(), filters.model());
        ChosenRange lately = ChosenRange.lastThirtyDays(
                now, request.visitor().person().preferences().zone());
        Figures totals = totals(account, filters, Objects.requireNonNullElse(filters.range(), lately));
        Map<String, CallLabels> labels = history.labels(account, page.calls());
        List<CallFilters.Chip> chips = filters.chips(
                request.money(), Map.of("key", names::name, "team", owned::team, "member", owned::member));
        return PageStep.show((out, shell) -> JterequestsGenerated.render(
                out,
                null,
                shell,
                new Filtered(
                        filters,
                        chips,
                        models,
                        names.choices(),
                        withMember,
                        link(filters.at(PageLink.REQUESTS), withMember)),
                new Listed(
                        owned,
                        labels,
                        order -> link(filters.sorted(order), withMember).text(),
                        page,
                        totals),
                now));
    }

    private static PageLink link(PageLink link, boolean withMember) {
        return link.with(WITH_MEMBER, withMember ? "1" : null);
    }

    /** Returns a place in the list; null without one, which is the first page. */
    private static @Nullable String place(PageRequest<?> request, String name) {
        String text = request.query(name);
        return text == null || !CallPage.isPlace(text) ? null : text;
    }

    /** The roll-ups' figures, as Usage has them and never a sum of rows; null if they do not know just these calls. */
    private @Nullable Figures totals(String account, CallFilters filters, ChosenRange range) {
        if (!filters.isKnownToRollups()) {
            return null;
        }
        Span span = history.span(range.from(), range.to(), range.zone());
        if (!span.from().equals(range.from()) || !span.to().equals(range.to())) {
            return null; // for so long a range the totals know only UTC days, and the rows use other days
        }
        return history.usage(account, new UsageQuestion(span, Set.of(), filters.model(), filters.keys(), null, 1))
                .all();
    }

    private PageFile file(PageRequest<Visitor.Member> request) {
        CallFilters filters = CallFilters.of(request, clock.instant());
        String account = request.visitor().accountId();
        KeyView seen = filters.keys().view();
        CsvExport export =
                new CsvExport(history, OwnerNames.inFiles(KeyNames.of(keys, account, seen), owners.of(account, seen)));
        ChosenRange range = filters.range();
        String name = history.name(account);
        FileName named = range == null
                ? FileName.of(name, account, "calls")
                : FileName.of(name, account, range.first(), range.last(), "calls");
        return PageFile.csv(named.ascii(), pieces -> export.calls(account, filters.filter(), pieces))
                .shownAs(named.whole());
    }

    // ---- finding ----

    /** @param about what it is */
    public record Found(String href, String text, String about) {}

    private PageStep find(PageRequest<Visitor.Member> request) {
        String text = Objects.requireNonNullElse(request.query("q"), "");
        String wanted = text.length() > FIND_CHARS_MAX ? text.substring(0, FIND_CHARS_MAX) : text;
        Person person = request.visitor().person();
        List<Found> found = new ArrayList<>(
                history.find(person.accountId(), wanted, person.view(Right.USAGE), person.view(Right.KEYS)).stream()
                        .map(RequestsPage::found)
                        .toList());
        if (!wanted.isBlank()) {
            OwnerNames owned = owners.of(person.accountId(), person.view(Right.USAGE));
            found.addAll(named("team", say("team: its calls"), owned.teams(), wanted));
            found.addAll(named("member", say("member: its calls"), owned.members(), wanted));
            catalogue.all().stream()
                    .map(Model::id)
                    .filter(id -> id.startsWith(wanted)
                            || id.substring(id.indexOf('/') + 1).startsWith(wanted))
                    .map(id -> new Found(
                            PageLink.to(PageLink.REQUESTS).with("model", id).text(), id, say("model: its calls")))
                    .forEach(found::add);
        }
        String batch = BatchLine.jobOf(wanted.strip());
        if (batch != null && jobs.batch(person.accountId(), person.view(Right.USAGE), batch) != null) {
            return PageStep.to(PageLink.toBatch(wanted.strip()));
        }
        if (found.isEmpty()) {
            KeyView view = person.view(Right.USAGE);
            KeyNames names = KeyNames.of(keys, person.accountId(), view);
            String refusal = RefusedPage.path(refused, person.accountId(), view, names, wanted.strip());
            if (refusal != null) {
                return PageStep.to(refusal);
            }
        }
        return found.size() == 1
                ? PageStep.to(found.getFirst().href())
                : PageStep.show((out, shell) -> JtefindGenerated.render(out, null, shell, wanted, found));
    }

    /** Returns links to the calls of the teams or members whose names begin with a text: also of those that have no page any more. */
    private static List<Found> named(String filter, String about, Map<String, String> names, String begin) {
        String wanted = begin.strip().toLowerCase(Locale.ROOT);
        return names.entrySet().stream()
                .filter(each -> each.getValue().toLowerCase(Locale.ROOT).startsWith(wanted))
                .map(each -> new Found(
                        PageLink.to(PageLink.REQUESTS)
                                .with(filter, each.getKey())
                                .text(),
                        each.getValue(),
                        about))
                .limit(FOUND_MAX)
                .toList();
    }

    private static Found found(Hit hit) {
        return switch (hit) {
            case Hit.OfCall(String id) -> new Found(PageLink.toCall(id), id, say("call"));
            case Hit.OfKey(String id, String name, String prefix) ->
                new Found("/dashboard/keys/" + id, name, say("key {prefix}…", prefix));
            case Hit.OfLabel(Label label) -> {
                boolean isTag = !label.name().isEmpty();
                String text = isTag ? label.name() + "=" + label.value() : label.value();
                yield new Found(
                        PageLink.to(PageLink.REQUESTS)
                                .with(isTag ? "tag" : "end_user", text)
                                .text(),
                        text,
                        isTag ? say("tag: its calls") : say("end user: their calls"));
            }
        };
    }

    /** The chosen filters, and those that can be chosen. */
    public record Filtered(
            CallFilters filters,
            List<CallFilters.Chip> chips,
            List<FilterChoice> models,
            List<FilterChoice> keys,
            boolean withMember,
            PageLink link) {}

    /** A page of calls. */
    public record Listed(
            OwnerNames owners,
            Map<String, CallLabels> labels,
            Function<String, String> sorts,
            CallPage page,
            @Nullable Figures totals) {}
}
