package dev.tollgate.pages.dashboard.keys;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.SpendLimits;
import dev.tollgate.books.ledger.SpendWindow;
import dev.tollgate.books.ledger.SpendWindow.WindowUse;
import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.keys.Key;
import dev.tollgate.customers.keys.KeyKind;
import dev.tollgate.customers.keys.Keys;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtekeysGenerated;

/** {@code /dashboard/keys}: the account's keys, the newest first, each of which can be stopped from there. */
public record KeysPage(CustomerKeys keys, Ledger ledger, InstantSource clock) {

    static final String PATH = "/dashboard/keys";

    private static final int ROWS = 50;
    private static final int WARNINGS = 5;

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.members(), this::show), pages.post(PATH, pages.members(), this::turn));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        String account = request.visitor().accountId();
        List<Key> all = keys.list(account, null, Keys.PAGE_MAX).stream()
                .sorted(Comparator.comparing(Key::createdAt).reversed().thenComparing(Key::id))
                .toList();
        int from = begin(all, request.query("after"));
        List<Key> shown = all.subList(from, Math.min(all.size(), from + ROWS));
        Instant now = clock.instant();
        SpendLimits set = ledger.limits(account);
        List<KeyWindow> limits = set.unlimited() ? List.of() : limits(account, set, now);
        List<KeyRow> rows = rows(account, shown, now);
        List<String> warnings = request.visitor().person().preferences().keyNotices() ? warnings(rows) : List.of();
        String older =
                from + ROWS < all.size() ? PATH + "?after=" + shown.getLast().id() : null;
        String newest = from > 0 ? PATH : null;
        String said = said(request, all);
        return PageStep.show((out, shell) ->
                JtekeysGenerated.render(out, null, shell, rows, now, warnings, limits, said, older, newest));
    }

    /** Returns the operator's limits for all keys of an account: the windows that have a limit. */
    private List<KeyWindow> limits(String account, SpendLimits limits, Instant now) {
        Map<SpendWindow, WindowUse> uses =
                ledger.windows(account, List.of(account), now).getOrDefault(account, Map.of());
        return KeyWindow.all(limits, uses, now).stream()
                .filter(window -> window.limit() != null)
                .toList();
    }

    private static List<String> warnings(List<KeyRow> rows) {
        return rows.stream()
                .map(KeyRow::warning)
                .filter(Objects::nonNull)
                .limit(WARNINGS)
                .toList();
    }

    private static int begin(List<Key> all, @Nullable String after) {
        return IntStream.range(0, all.size())
                        .filter(i -> all.get(i).id().equals(after))
                        .findFirst()
                        .orElse(-1)
                + 1;
    }

    private List<KeyRow> rows(String account, List<Key> shown, Instant now) {
        var uses = ledger.windows(account, shown.stream().map(Key::id).toList(), now);
        return shown.stream()
                .map(key -> KeyRow.of(key, uses.getOrDefault(key.id(), Map.of()), now))
                .toList();
    }

    /** Returns the note on the action just before, by the id or the name in the address. */
    private static @Nullable String said(PageRequest<Visitor.Member> request, List<Key> all) {
        String turned = request.query("turned");
        for (Key key : all) {
            if (key.id().equals(turned)) {
                return key.disabled()
                        ? offText(key)
                        : "Calls with '" + key.settings().name() + "' work again.";
            }
        }
        return request.query("deleted") == null ? null : "The key was deleted. Its history stays.";
    }

    static String offText(Key key) {
        return "Calls with '" + key.settings().name() + "' get a 401. You can turn it on again.";
    }

    private PageStep turn(PageRequest<Visitor.Member> request, Form form) {
        String account = request.visitor().accountId();
        String id = form.text("key");
        Key key = keys.find(account, id).orElse(null);
        boolean off = !"on".equals(form.field("deed"));
        if (key != null && (off || key.settings().kind() != KeyKind.MANAGEMENT)) {
            keys.disable(account, id, off);
        }
        return PageStep.to(PATH + "?turned=" + UrlText.encoded(id));
    }
}
