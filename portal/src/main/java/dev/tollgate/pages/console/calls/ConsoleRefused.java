package dev.tollgate.pages.console.calls;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.host.UrlText;
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
import dev.tollgate.pages.console.parts.AccountNames;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.WantedAccount;
import dev.tollgate.pages.dashboard.parts.FilterChoice;
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

/** {@code /console/requests/refused}: calls of all accounts, or of one, that were not let in; or the one with an id, first. */
public record ConsoleRefused(
        RefusedCalls refused, RefusalBooks refusals, NamesOfIds names, AccountList accounts, InstantSource clock) {

    private static final String REQUEST = "request";

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(ConsolePaths.REFUSED, pages.operators(), this::show));
    }

    /** Returns the page of a refused call. */
    public static String path(RefusedCall call) {
        return ConsolePaths.REFUSED + "?" + REQUEST + "=" + UrlText.encoded(call.requestId());
    }

    /** Returns the refusals of an account. */
    public static String path(String accountId) {
        return ConsolePaths.REFUSED + "?account=" + accountId;
    }

    /** Returns the name of the account; its id if there is no such name. */
    public static String account(Map<String, Named> names, String accountId) {
        Named owner = names.get(accountId);
        return owner == null ? accountId : AccountNames.said(owner.accountName());
    }

    /** Returns the name of the key, or what the call came from. */
    public static String key(Map<String, Named> names, String keyId) {
        Named key = names.get(keyId);
        return keyId.isEmpty() ? say("Playground") : key == null ? keyId : key.name();
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        String wanted = request.query(REQUEST);
        RefusedCall one = wanted == null ? null : refused.named(wanted.strip());
        WantedAccount account = WantedAccount.of(accounts, one == null ? request.query("account") : one.accountId());
        String id = account.isClear() ? account.id() : "";
        RefusedCounts here = id == null ? refused.counts() : RefusedCounts.NONE;
        List<OfKey> counts = id == null ? refusals.ofLastDay() : refusals.keys(id, KeyFilter.ALL);
        String typed = request.query("code");
        String code = one != null || typed == null ? "" : typed;
        List<RefusedCall> all = one != null ? List.of(one) : id == null ? refused.latest() : refused.of(id);
        List<FilterChoice> codes = Stream.of(
                        counts.stream().map(OfKey::code),
                        all.stream().map(call -> call.code().code()),
                        Stream.of(code).filter(it -> !it.isEmpty()))
                .flatMap(it -> it)
                .distinct()
                .sorted()
                .map(it -> new FilterChoice(it, it))
                .toList();
        List<RefusedCall> calls = all.stream()
                .filter(call -> code.isEmpty() || code.equals(call.code().code()))
                .toList();
        List<OfKey> keys = counts.stream()
                .filter(each -> code.isEmpty() || code.equals(each.code()))
                .toList();
        Map<String, Named> named = names.of(Stream.concat(
                        calls.stream().flatMap(call -> Stream.of(call.accountId(), call.keyId())),
                        keys.stream().flatMap(each -> Stream.of(each.accountId(), each.keyId())))
                .collect(Collectors.toSet()));
        Instant now = clock.instant();
        Refused shown = new Refused(keys, calls, one != null, named, codes, code);
        return PageStep.show((out, shell) -> JterefusedGenerated.render(out, null, shell, account, here, shown, now));
    }

    /**
     * Refused calls, by key and one by one.
     *
     * @param isOne whether only the call with an id is wanted
     * @param code the wanted error; empty for all
     */
    public record Refused(
            List<RefusalBooks.OfKey> counts,
            List<RefusedCall> calls,
            boolean isOne,
            Map<String, NamesOfIds.Named> names,
            List<FilterChoice> codes,
            String code) {}
}
