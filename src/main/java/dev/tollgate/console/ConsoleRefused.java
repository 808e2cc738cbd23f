package dev.tollgate.console;

import dev.tollgate.http.Route;
import dev.tollgate.pages.PageRequest;
import dev.tollgate.pages.PageStep;
import dev.tollgate.pages.Pages;
import dev.tollgate.pages.Texts;
import dev.tollgate.pages.Visitor;
import dev.tollgate.portal.RefusedLine;
import dev.tollgate.refused.RefusedCall;
import dev.tollgate.refused.RefusedCalls;
import dev.tollgate.refused.RefusedCounts;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** {@code /console/requests/refused}: calls of all accounts, or of one, that were not let in. */
public final class ConsoleRefused {

    private static final String PATH = ConsoleCalls.PATH + "/refused";

    private final RefusedCalls refused;

    public ConsoleRefused(RefusedCalls refused) {
        this.refused = refused;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.operators(), this::show));
    }

    public record Count(String code, String lastHour, String lastDay) {}

    /** @param key its id, or what it came from */
    public record Line(
            String time,
            String fullTime,
            String account,
            String key,
            String status,
            String code,
            String route,
            String message,
            String requestId) {}

    private PageStep show(PageRequest<Visitor.Member> request) {
        ZoneId zone = request.visitor().person().preferences().zone();
        String account = Objects.requireNonNullElse(request.query("account"), "");
        RefusedCounts counts = account.isEmpty() ? refused.counts() : refused.counts(account);
        List<RefusedCall> calls = account.isEmpty() ? refused.latest() : refused.of(account);
        return PageStep.show(
                "console/refused.jte",
                Map.of(
                        "account",
                        account,
                        "zone",
                        zone.getId(),
                        "counts",
                        counts.lastDay().entrySet().stream()
                                .map(each -> new Count(
                                        each.getKey().code(),
                                        Texts.number(counts.inLastHour(each.getKey())),
                                        Texts.number(each.getValue())))
                                .toList(),
                        "lines",
                        calls.stream().map(call -> line(call, zone)).toList()));
    }

    private static Line line(RefusedCall call, ZoneId zone) {
        return new Line(
                Texts.time(call.at(), zone),
                Texts.fullTime(call.at(), zone),
                call.accountId(),
                call.keyId().isEmpty() ? "Playground" : call.keyId(),
                Integer.toString(call.status()),
                call.code().code(),
                RefusedLine.route(call),
                call.message(),
                call.requestId());
    }
}
