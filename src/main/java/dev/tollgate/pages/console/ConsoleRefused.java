package dev.tollgate.pages.console;

import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.customers.figures.NamesOfIds;
import dev.tollgate.customers.figures.NamesOfIds.Named;
import dev.tollgate.customers.rejections.RefusedCall;
import dev.tollgate.customers.rejections.RefusedCalls;
import dev.tollgate.customers.rejections.RefusedCounts;
import dev.tollgate.http.Route;
import dev.tollgate.pages.dashboard.RefusedLine;
import dev.tollgate.pages.dashboard.ShortageWords;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Texts;
import dev.tollgate.pages.frame.Visitor;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code /console/requests/refused}: calls of all accounts, or of one, that were not let in. */
public final class ConsoleRefused {

    private static final String PATH = ConsoleCalls.PATH + "/refused";

    private final RefusedCalls refused;
    private final NamesOfIds names;
    private final AccountList accounts;
    private final InstantSource clock;

    public ConsoleRefused(RefusedCalls refused, NamesOfIds names, AccountList accounts, InstantSource clock) {
        this.refused = refused;
        this.accounts = accounts;
        this.names = names;
        this.clock = clock;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.operators(), this::show));
    }

    public record Count(String code, String lastHour, String lastDay) {}

    /** @param key its name, or what it came from */
    public record Line(
            String time,
            String fullTime,
            String account,
            String accountName,
            String key,
            String status,
            String code,
            String route,
            String message,
            String requestId) {}

    private PageStep show(PageRequest<Visitor.Member> request) {
        ZoneId zone = request.visitor().person().preferences().zone();
        WantedAccount account = WantedAccount.of(accounts, request.query("account"));
        String id = account.isClear() ? account.id() : "";
        RefusedCounts counts = id == null ? refused.counts() : refused.counts(id);
        List<RefusedCall> calls = id == null ? refused.latest() : refused.of(id);
        Map<String, Named> named =
                names.of(calls.stream().flatMap(ConsoleRefused::ids).collect(Collectors.toSet()));
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
                        calls.stream().map(call -> line(call, named, zone)).toList()));
    }

    private static Stream<String> ids(RefusedCall call) {
        return Stream.of(call.accountId(), call.keyId());
    }

    private Line line(RefusedCall call, Map<String, Named> named, ZoneId zone) {
        Named account = named.get(call.accountId());
        Named key = named.get(call.keyId());
        String keyName = key == null ? call.keyId() : key.name();
        return new Line(
                Texts.time(call.at(), zone),
                Texts.fullTime(call.at(), zone),
                call.accountId(),
                account == null ? call.accountId() : account.accountName(),
                call.keyId().isEmpty() ? "Playground" : keyName,
                Integer.toString(call.status()),
                call.code().code(),
                RefusedLine.route(call),
                ShortageWords.of(call, keyName, clock.instant()),
                call.requestId());
    }
}
