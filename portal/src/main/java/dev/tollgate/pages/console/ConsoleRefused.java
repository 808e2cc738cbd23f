package dev.tollgate.pages.console;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.NamesOfIds;
import dev.tollgate.customers.figures.NamesOfIds.Named;
import dev.tollgate.customers.rejections.RefusalBooks;
import dev.tollgate.customers.rejections.RefusalBooks.OfKey;
import dev.tollgate.customers.rejections.RefusedCall;
import dev.tollgate.customers.rejections.RefusedCalls;
import dev.tollgate.customers.rejections.RefusedCounts;
import dev.tollgate.http.Route;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import templates.console.JterefusedGenerated;

/** {@code /console/requests/refused}: calls of all accounts, or of one, that were not let in. */
public record ConsoleRefused(
        RefusedCalls refused, RefusalBooks refusals, NamesOfIds names, AccountList accounts, InstantSource clock) {

    private static final String PATH = ConsoleCalls.PATH + "/refused";

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.operators(), this::show));
    }

    /** Returns the name of the account; its id if there is no such name. */
    public static String account(Map<String, Named> names, String accountId) {
        Named owner = names.get(accountId);
        return owner == null ? accountId : owner.accountName();
    }

    /** Returns the name of the key, or what the call came from. */
    public static String key(Map<String, Named> names, String keyId) {
        Named key = names.get(keyId);
        return keyId.isEmpty() ? say("Playground") : key == null ? keyId : key.name();
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        WantedAccount account = WantedAccount.of(accounts, request.query("account"));
        String id = account.isClear() ? account.id() : "";
        RefusedCounts here = id == null ? refused.counts() : RefusedCounts.NONE;
        List<OfKey> counts = id == null ? refusals.ofLastDay() : refusals.keys(id, KeyFilter.ALL);
        List<RefusedCall> calls = id == null ? refused.latest() : refused.of(id);
        Map<String, Named> named = names.of(Stream.concat(
                        calls.stream().flatMap(call -> Stream.of(call.accountId(), call.keyId())),
                        counts.stream().flatMap(each -> Stream.of(each.accountId(), each.keyId())))
                .collect(Collectors.toSet()));
        Instant now = clock.instant();
        return PageStep.show((out, shell) ->
                JterefusedGenerated.render(out, null, shell, account, here, new Refused(counts, calls, named), now));
    }

    /** Refused calls, by key and one by one. */
    public record Refused(
            List<RefusalBooks.OfKey> counts, List<RefusedCall> calls, Map<String, NamesOfIds.Named> names) {}
}
